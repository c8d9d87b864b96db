// The official Node SDK, `@loginid/node-sdk` 0.8.3. Speaks the lines described
// in `benches/c/worker.h`, with one thread.
"use strict";

const readline = require("node:readline");
const { LoginIdManagement } = require("@loginid/node-sdk");

function newClient() {
    return new LoginIdManagement(
        process.env.LOGINID_CLIENT_ID,
        process.env.LOGINID_PRIVATE_KEY.replaceAll("\\n", "\n"),
        process.env.LOGINID_BASE_URL,
    );
}

const client = newClient();
const user = process.env.BENCH_USER;
const token = process.env.BENCH_TOKEN;

const operations = {
    token: () => client.generateServiceToken("users.retrieve", "ES256", user),
    verify: () => verify(client),
    get_user: () => client.getUserId(user),
    first_call: () => newClient().getUserId(user),
    first_verify: () => verify(newClient()),
};

async function verify(client) {
    if (!(await client.verifyToken(token, user))) throw new Error("the token was not verified");
}

async function run(line) {
    const [, name, count] = line.split(" ");
    const operation = operations[name];
    const wall = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    for (let i = 0; i < Number(count); i++) await operation();
    const { user: own, system } = process.cpuUsage(cpu);
    return `ok ${process.hrtime.bigint() - wall} ${(own + system) * 1000}`;
}

async function serve() {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        console.log(await run(line).catch((error) => `error ${error.message}`));
    }
}

serve();
