// SPDX-License-Identifier: Apache-2.0
// Requests to the broker that served this page, and to nobody else. The session's cookie is out of scripts' reach.

let csrf = null;

export class ApiError extends Error {
  constructor(message, status, kind, next) {
    super(message);
    this.status = status;
    this.kind = kind;
    this.next = next;
  }
}

const nextSteps = {
  AdminAuthAccess: "Sign in with a new code: cloister broker console",
  RoleMissing: "Ask whoever manages the broker's database for the role: cloister broker operator new … --role",
  Locked: "Operators unlock it with their shares: cloister broker unlock SHARE",
  TooManyRequests: "Wait a moment, then try again.",
  StorageFull: "Make room on the broker's disk. Nothing was half written.",
  StorageUnavailable: "Look at the broker's log and its database.",
  InternalError: "Look at the broker's log.",
  RequestTimeout: "Try again; the connection is slow.",
  BodyTooLarge: "Give only the evidence itself.",
};

async function request(method, path, body, isBackground) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (csrf && method !== "GET") headers["X-Cloister-CSRF"] = csrf;
  if (isBackground) headers["X-Cloister-Background"] = "1";
  let response;
  try {
    response = await fetch("api/" + path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin", cache: "no-store", redirect: "error",
    });
  } catch {
    throw new ApiError("The broker does not answer.", 0, "Unreachable", "Is it running, and can this computer reach it? Try again.");
  }
  const text = await response.text();
  let json = null;
  try { json = JSON.parse(text); } catch { /* told below */ }
  if (response.ok && json !== null) return json;
  const kind = String(json?.type ?? "").split(/[/:]/).pop();
  const error = new ApiError(sentence(json?.detail ?? "The answer (" + response.status + ") cannot be read."), response.status, kind, nextSteps[kind]);
  if (response.status === 401 && path !== "session") document.dispatchEvent(new CustomEvent("signedout"));
  throw error;
}

function sentence(text) {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : first + ".";
}

export const get = (path, isBackground = false) => request("GET", path, undefined, isBackground);
export const post = (path, body = {}) => request("POST", path, body, false);

export async function session() {
  const found = await get("session");
  csrf = found.csrf;
  return found;
}

export async function signIn(code) {
  const found = await request("POST", "session", { code }, false);
  csrf = found.csrf;
  return found;
}

export async function signOut() {
  await request("DELETE", "session", undefined, false);
  csrf = null;
}
