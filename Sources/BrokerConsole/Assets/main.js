// SPDX-License-Identifier: Apache-2.0
// The console's frame: signing in, pages by address, what an operator's roles let them see, loading anew.
import * as api from "./api.js";
import { badge, empty, failure, fill, h, heading, loading, setClock, toast } from "./dom.js";
import * as keys from "./keys.js";
import * as overview from "./overview.js";
import * as enclaves from "./enclaves.js";
import * as policies from "./policies.js";
import * as secrets from "./secrets.js";
import * as approvals from "./approvals.js";
import * as audit from "./audit.js";

const main = document.getElementById("main");
const pages = [
  { path: "", key: "1", title: "Overview", roles: null, module: overview },
  { path: "enclaves", key: "2", title: "Enclaves", roles: ["auditor", "policies", "approver"], module: enclaves },
  { path: "policies", key: "3", title: "Policies", roles: ["policies", "auditor"], module: policies },
  { path: "secrets", key: "4", title: "Secrets", roles: ["secrets", "auditor"], module: secrets },
  { path: "approvals", key: "5", title: "Approvals", roles: ["approver", "auditor", "policies"], module: approvals },
  { path: "audit", key: "6", title: "Audit", roles: ["auditor"], module: audit },
];

let session = null;
/** What is shown: page, argument, data as text, and a number that tells an overtaken answer from the current one. */
let shown = { page: null, argument: "", text: "", turn: 0 };

const may = (page) => !page.roles || page.roles.some((role) => session.roles.includes(role));
const open = () => (session ? pages.filter(may) : []);

// MARK: Signing in

function signInPage(problem) {
  session = null;
  shown = { page: null, argument: "", text: "", turn: shown.turn + 1 };
  document.getElementById("bar").hidden = true;
  document.title = "Sign in · Cloister broker";
  const input = h("input", { id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: "XXXX-XXXX-XXXX-XXXX", maxlength: 40, required: true,
    "aria-describedby": "code-help" });
  const place = h("div", { "aria-live": "assertive" }, problem);
  const button = h("button", { type: "submit", class: "primary" }, "Sign in");
  const isOpenNet = location.protocol === "http:" && !["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  fill(main, h("form", { class: "signin", onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      start(await api.signIn(input.value));
    } catch (error) {
      fill(place, failure(error));
      input.select();
    } finally {
      button.disabled = false;
    }
  } },
  h("img", { src: "icon.svg", alt: "", width: 44, height: 44 }), h("h1", {}, "Cloister broker"),
  h("p", { id: "code-help" }, "Your key stays with you. Ask for a code, on the computer that has it, and give it here within two minutes; it serves once."),
  h("p", { class: "command" }, h("code", {}, "cloister broker console --url " + location.origin)),
  isOpenNet && h("div", { class: "notice warning" }, badge("warning", "No TLS"), " Whoever can listen on the network can take over this session."),
  h("label", { for: "code" }, "Code"), input, button, place));
  input.focus();
}

function start(found) {
  session = found;
  setClock(found.now);
  document.getElementById("bar").hidden = false;
  fill(document.getElementById("person"), h("span", { class: "unseen" }, "Signed in as "), found.name);
  fill(document.getElementById("nav"), h("ul", {}, open().map((page) =>
    h("li", {}, h("a", { href: "#/" + page.path, "data-page": page.path, "aria-keyshortcuts": page.key }, page.title)))));
  refreshStatus();
  route();
}

// MARK: The bar

async function refreshStatus(isBackground = true) {
  try {
    const status = await api.get("status", isBackground);
    const place = document.getElementById("lock");
    fill(place, status.isUnlocked ? badge("good", "Unlocked") : badge("bad", "Locked " + status.sharesBrought + " of " + status.sharesNeeded),
      status.insecureOptions.length > 0 && badge("warning", "Insecure options: " + status.insecureOptions.length));
  } catch (error) {
    if (error.status !== 401) fill(document.getElementById("lock"), badge("bad", error.status === 0 ? "No answer" : "State unknown"));
  }
}

// MARK: Pages by address

function route() {
  if (!session) return;
  const [path, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const page = pages.find((one) => one.path === path);
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.dataset.page === path) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (!page) return fill(main, heading("Not found"), empty("There is no such page.", h("a", { href: "#/" }, "To the overview")));
  document.title = page.title + " · Cloister broker";
  const isSame = shown.page === page && shown.argument === rest.join("/");
  shown = { page, argument: rest.join("/"), text: "", turn: shown.turn + 1 };
  if (!may(page)) {
    return fill(main, heading(page.title), empty("Your roles (" + session.roles.join(", ") + ") do not include this page.", "It needs one of: " + page.roles.join(", ") + "."));
  }
  if (!isSame) {
    fill(main, heading(page.title), loading(page.title.toLowerCase()));
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  load(false);
}

async function load(isBackground) {
  const { page, argument, turn } = shown;
  if (!page || !may(page)) return;
  const context = { argument, session, isBackground, get: (path) => api.get(path, isBackground), post: api.post, reload: () => load(false), isShown: () => turn === shown.turn };
  try {
    const data = await page.module.load(context);
    if (turn !== shown.turn) return;
    const text = JSON.stringify(data);
    // Nothing is redrawn under the reader's hands for nothing; an editor is never.
    if (isBackground && (text === shown.text || page.module.isEditor)) return;
    shown.text = text;
    const focused = document.activeElement?.closest("[data-key]")?.dataset.key;
    const typed = main.querySelector("[data-filter]")?.value;
    fill(main, page.module.draw(data, context));
    const search = main.querySelector("[data-filter]");
    if (typed && search) {
      search.value = typed;
      search.dispatchEvent(new Event("input"));
    }
    if (focused) {
      const again = [...main.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused);
      (again?.matches("a, button, input") ? again : again?.querySelector("a, button, input"))?.focus({ preventScroll: true });
    }
  } catch (error) {
    if (turn !== shown.turn || error.status === 401) return;
    if (!(error instanceof api.ApiError)) throw error;
    if (isBackground) return;
    fill(main, heading(page.title), failure(error, () => load(false)));
  }
}

// MARK: The beginning

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
document.getElementById("help").addEventListener("click", () => keys.help(open()));
document.getElementById("leave").addEventListener("click", async () => {
  try { await api.signOut(); } catch (error) { if (error.status !== 401) return toast(error.message + " You are still signed in."); }
  // Who signs in next begins at the beginning.
  history.replaceState(null, "", "#/");
  signInPage(h("p", { role: "status" }, "You are signed out."));
});
document.addEventListener("signedout", () => {
  if (session) signInPage(h("p", { class: "notice warning", role: "status" }, badge("warning", "Signed out"), " The session has ended: after 15 minutes without use, after 8 hours, or because the broker was started anew."));
});
document.addEventListener("changed", () => refreshStatus(false));
window.addEventListener("hashchange", route);
keys.listen(open, () => { refreshStatus(false); load(false); });
setInterval(() => {
  if (!session || document.hidden) return;
  refreshStatus();
  load(true);
}, 10000);

fill(main, loading("the console"));
try {
  start(await api.session());
} catch (error) {
  signInPage(error.status === 401 ? null : failure(error));
}
