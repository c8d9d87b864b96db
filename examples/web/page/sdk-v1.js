// LoginID's web SDK of v1, @loginid/sdk, talks to LoginID, with a service token of the shop for each
// call. The shop's server gets a token of LoginID, and verifies it.
import "./websdk.js";
import { post, state } from "./server.js";

// A new one for each call: it keeps the token of a call for the next.
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
