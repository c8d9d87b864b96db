// LoginID's web SDK, @loginid/websdk3, talks to LoginID. The shop's server gets a token, and
// verifies it.
import "./websdk.js";
import { post, state } from "./server.js";

const sdk = new WebSDK({ baseUrl: state.baseUrl, appId: state.application });
const session = ({ jwtAccess }) => post("/sdk/sign-in", { token: jwtAccess });

// As on the server. The SDK takes names for e-mail addresses.
const other = () => ({ usernameType: "other" });

export const signUp = async (name) => session(await sdk.registerWithPasskey(name, other()));
export const signIn = async (name) => session(await sdk.authenticateWithPasskey(name, other()));
export const signOut = () => sdk.signout(); // it keeps the token in a cookie

export async function signInWithCode(name, code) {
    return session(await sdk.authenticateWithCode(name, code, other()));
}

export async function createCode(username) {
    // Not with the token in the cookie: after a payment that is the payment's.
    const { jwtAccess: token } = await sdk.authenticateWithPasskey(username, other());
    return sdk.generateCodeWithPasskey(username, { token });
}

export async function pay(tea, confirm) {
    const { username, payment, nonce } = await post("/sdk/pay/begin", { tea });
    await confirm(payment);
    const { token } = await sdk.confirmTransaction(username, payment, { txType: "raw", nonce });
    return post("/sdk/pay/complete", { token });
}
