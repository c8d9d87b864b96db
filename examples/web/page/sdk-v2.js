// LoginID's web SDK, @loginid/websdk3, talks to LoginID. The shop's server gets a token, and verifies it.
import "./websdk.js";
import { post, state } from "./server.js";

const sdk = new WebSDK({ baseUrl: state.baseUrl, appId: state.application });
const session = ({ jwtAccess }) => post("/sdk/sign-in", { token: jwtAccess });

export const signUp = async (username) => session(await sdk.registerWithPasskey(username));
export const signIn = async (username) => session(await sdk.authenticateWithPasskey(username));
export const createCode = (username) => sdk.generateCodeWithPasskey(username);
export const signInWithCode = async (username, code) => session(await sdk.authenticateWithCode(username, code));

export async function pay(tea, confirm) {
    const { username, payment, nonce } = await post("/sdk/pay/begin", { tea });
    await confirm(payment);
    const { token } = await sdk.confirmTransaction(username, payment, { txType: "raw", nonce });
    return post("/sdk/pay/complete", { token });
}
