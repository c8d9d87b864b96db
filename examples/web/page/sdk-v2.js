// LoginID's web SDK, @loginid/websdk3, calls LoginID. The page sends LoginID's token to the shop's
// server, which verifies it.
import "./websdk.js";
import { post, state } from "./server.js";

const sdk = new WebSDK({ baseUrl: state.baseUrl, appId: state.application });
const session = ({ jwtAccess }) => post("/sdk/sign-in", { token: jwtAccess });

// The same type of username as on the server. The SDK's default is e-mail addresses.
const other = () => ({ usernameType: "other" });

export const signUp = async (name) => session(await sdk.registerWithPasskey(name, other()));
export const signIn = async (name) => session(await sdk.authenticateWithPasskey(name, other()));
export const signOut = () => sdk.signout(); // deletes the token, which the SDK keeps in a cookie

export async function signInWithCode(name, code) {
  return session(await sdk.authenticateWithCode(name, code, other()));
}

export async function createCode(username) {
  // Signs in again: after a payment, the token in the SDK's cookie is that of the payment.
  const { jwtAccess: token } = await sdk.authenticateWithPasskey(username, other());
  return sdk.generateCodeWithPasskey(username, { token });
}

export async function pay(tea, confirm) {
  const { username, payment, nonce } = await post("/sdk/pay/begin", { tea });
  await confirm(payment);
  const { token } = await sdk.confirmTransaction(username, payment, { txType: "raw", nonce });
  return post("/sdk/pay/complete", { token });
}
