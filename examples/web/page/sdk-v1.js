// LoginID's web SDK for v1, @loginid/sdk, calls LoginID. For each call it needs a service token, which
// the shop's server signs. The page sends LoginID's token to the server, which verifies it.
import "./websdk.js";
import { post, state } from "./server.js";

// A new SDK object for each call, because the object reuses the service token of its last call.
const sdk = () => new WebSDK(state.baseUrl, state.application);
const session = ({ jwt }) => post("/sdk/sign-in", { token: jwt });

async function permitted(scope, username) {
  return { authorization_token: (await post("/sdk/permit", { scope, username })).token };
}

export async function signUp(username) {
  const options = await permitted("auth.register", username);
  return session(await sdk().registerWithFido2(username, options));
}

export async function signIn(username) {
  const options = await permitted("auth.login", username);
  return session(await sdk().authenticateWithFido2(username, options));
}

export async function createCode(username) {
  const options = await permitted("codes.generate", username);
  const purpose = "temporary_authentication";
  const { code_data } = await sdk().selfGenerateCode(username, "short", purpose, options);
  return { code: code_data.code, expiresAt: code_data.expire_at };
}

export async function signInWithCode(username, code) {
  const options = await permitted("auth.temporary", username);
  return session(await sdk().authenticateCodeWait(username, code, "short", options));
}

export async function pay(tea, confirm) {
  const { username, payment, id } = await post("/sdk/pay/begin", { tea });
  await confirm(payment);
  const { jwt } = await sdk().confirmTransaction(username, id);
  return post("/sdk/pay/complete", { token: jwt });
}
