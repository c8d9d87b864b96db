// The page asks the authenticator. The shop's server makes all calls to LoginID.
import { post } from "./server.js";

function ask({ options }) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
  return navigator.credentials.get({ publicKey });
}

export async function signUp(username) {
  const options = JSON.parse((await post("/sign-up/begin", { username })).options);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  const { credential_uuid } = options; // of v1 only
  return post("/sign-up/complete", { ...credential.toJSON(), credential_uuid });
}

export async function signIn(username) {
  return post("/sign-in/complete", await ask(await post("/sign-in/begin", { username })));
}

export async function pay(tea, confirm) {
  const begun = await post("/pay/begin", { tea });
  await confirm(begun.payment);
  return post("/pay/complete", await ask(begun));
}

export const createCode = () => post("/code");
export const signInWithCode = (username, code) => post("/sign-in/code", { username, code });
