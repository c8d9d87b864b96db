// Requests to the shop's server.
export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const result = await answer.json();
  const { error } = result;
  dispatchEvent(new CustomEvent("request", { detail: { path, status: answer.status, error } }));
  return answer.ok ? result : Promise.reject(Object.assign(new Error(error), { code: error }));
}

// Who is signed in, and what LoginID's web SDK needs:
// {service, username, baseUrl, application, emulator}.
export const state = await post("/state");
