// The page: what it shows, and what its buttons do. How it talks to LoginID is in plain.js, sdk-v1.js
// and sdk-v2.js, which have the same functions.
const $ = (id) => document.getElementById(id);

const SIGNED_IN = "The user in the verified token gets a new session.";
const PAYING = "The shop writes the text of the payment, and keeps it with a nonce.";
const PAID = "The shop compares the token with the text, the nonce and the user that it kept. It pays once.";
const ASKED = {
  "/state": "Who is signed in?",
  "/sign-out": "The shop ends the session.",
  "/sign-up/begin": "LoginID begins a registration. The page gets the options for the passkey.",
  "/sign-up/complete": `LoginID checks the new passkey. ${SIGNED_IN}`,
  "/sign-in/begin": "LoginID begins an authentication. The page gets the options for the passkey.",
  "/sign-in/complete": `LoginID checks the signature. ${SIGNED_IN}`,
  "/sign-in/code": `LoginID checks the code. ${SIGNED_IN}`,
  "/code": "LoginID makes a code for the user of the session.",
  "/pay/begin": PAYING,
  "/pay/complete": PAID,
  "/sdk/permit": "The shop makes a service token for one call of the web SDK, for this name.",
  "/sdk/sign-in": `The shop verifies the web SDK’s token. ${SIGNED_IN}`,
  "/sdk/pay/begin": PAYING,
  "/sdk/pay/complete": PAID,
};

const MESSAGES = {
  name_taken: "This name has an account already. Sign in, or choose another name.",
  no_passkey: "There is no passkey for this name. Create an account, or sign in with a code.",
  wrong_code: "This code is wrong, used or expired.",
  too_many_tries: "Too many codes were tried. Wait a minute.",
  not_signed_in: "Your session has ended. Sign in again.",
  unavailable: "LoginID cannot be used now. Try again later.",
  no_payment: "There is no payment to confirm. Choose a tea again.",
  username_taken: "This name has an account already. Sign in, or choose another name.",
  user_not_found: "There is no account with this name. Create one.",
  cancelled: "Nothing was paid.",
  NotAllowedError: "Your device did not use a passkey: it has none for this name, or you cancelled.",
  InvalidStateError: "This device has a passkey for this name already. Sign in.",
};

// Hints for errors that have no message of their own.
const HINTS = {
  signUp: "If the name has an account, sign in.",
  signIn: "If the name has no account, create one.",
  signInWithCode: "The code may be wrong, used or expired.",
};

addEventListener("request", ({ detail: { path, status, error } }) => {
  const line = document.createElement("li");
  const what = document.createElement("code");
  what.textContent = `${path} ${status} ${error ?? ""}`;
  line.className = error ? "refused" : "";
  line.append(what, ` ${ASKED[path]}`);
  $("log").querySelector(".note")?.remove();
  $("log").prepend(line);
  $("log").children[8]?.remove();
});

const { post, state } = await import("./server.js");

const WAYS = {
  plain: {
    file: "plain.js",
    text: "The page asks the authenticator, and the shop’s server makes all calls to LoginID.",
  },
  sdk: {
    file: `sdk-${state.service}.js`,
    text:
      "LoginID’s web SDK asks the authenticator and LoginID. " +
      "The shop’s server gets a token, and verifies it.",
  },
};
let way; // a promise of the module of the chosen tab

// The tabs.
const tabs = [$("tab-plain"), $("tab-sdk")];

async function choose(tab) {
  for (const one of tabs) {
    one.setAttribute("aria-selected", one === tab);
    one.tabIndex = one === tab ? 0 : -1;
  }
  $("panel").setAttribute("aria-labelledby", tab.id);
  const { file, text } = WAYS[tab.id.slice("tab-".length)];
  $("way").textContent = text;
  say("");
  const chosen = (way = import(`./${file}`));
  const code = await (await fetch(file)).text();
  if (way !== chosen) return; // another tab meanwhile
  $("code-of-tab").textContent = code;
  await chosen.catch(() => say("The web SDK is missing. make demo adds it, with npm."));
}

for (const [index, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", ({ key }) => {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    const other = tabs[1 - index];
    other.focus();
    choose(other);
  });
}

// What is shown.
function say(text) {
  $("message").textContent = text;
}

function show(username) {
  $("visitor").hidden = Boolean(username);
  $("shop").hidden = $("customer").hidden = !username;
  $("username").textContent = username ?? "";
  state.username = username;
  for (const form of document.querySelectorAll("main form")) form.reset();
  $("paid").textContent = "";
  hideCode();
}

// Runs the action of a button; ignores clicks while another action runs.
async function run(action, step) {
  if (document.body.ariaBusy === "true") return;
  document.body.ariaBusy = "true";
  say("");
  try {
    await action(await way);
  } catch (error) {
    if (error.code === "not_signed_in") show(null);
    const known = [error.code, error.name, error.cause?.name].find((name) => MESSAGES[name]);
    const hint = HINTS[step] ?? "";
    say(MESSAGES[known] ?? `It did not work (${error.message || error.name}). ${hint}`);
  } finally {
    document.body.ariaBusy = "false";
  }
}

function on(form, action) {
  $(form).addEventListener("submit", (event) => {
    event.preventDefault();
    const step = event.submitter.value;
    const fields = Object.fromEntries(new FormData($(form)));
    run((functions) => action(functions, fields, step), step);
  });
}

on("passkey", async (functions, { username }, step) => {
  show((await functions[step](username)).username);
  $("sign-out").focus();
});

on("with-code", async ({ signInWithCode }, { username, code }) => {
  show((await signInWithCode(username, code)).username);
  $("sign-out").focus();
});

on("pay", async ({ pay }, { tea }) => {
  $("paid").textContent = "";
  const { paid } = await pay(tea, confirm);
  $("paid").textContent = `✓ Confirmed: ${paid}`;
});

$("sign-out").addEventListener("click", () =>
  run(async ({ signOut }) => {
    signOut?.();
    await post("/sign-out");
    show(null);
    $("passkey-name").focus();
  }),
);

// Shows the whole text that is going to be signed.
function confirm(payment) {
  const dialog = $("confirm");
  $("confirm-text").textContent = payment;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const cancelled = Object.assign(new Error(), { code: "cancelled" });
    const closed = () => (dialog.returnValue ? resolve() : reject(cancelled));
    dialog.addEventListener("close", closed, { once: true });
  });
}

// The code for another device, until it expires.
let timer;

function hideCode() {
  clearInterval(timer);
  $("made-code").hidden = true;
}

on("make-code", async ({ createCode }) => {
  const { code, expiresAt } = await createCode(state.username);
  const [output, note] = $("made-code").children;
  const tick = () => {
    const seconds = Math.round((Date.parse(expiresAt) - Date.now()) / 1000);
    if (seconds <= 0) return hideCode();
    const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, "0")];
    note.textContent = `Valid once, for ${minutes}:${rest}`;
  };
  hideCode();
  output.textContent = code;
  $("made-code").hidden = false;
  tick();
  timer = setInterval(tick, 1000);
});

$("service").textContent = state.service;
if (state.emulator) {
  $("emulator").hidden = false;
  $("emulator").querySelector("a").href = `${state.emulator}/_emulator/`;
}
show(state.username);
await choose(tabs[0]);
document.body.dataset.ready = "true";
