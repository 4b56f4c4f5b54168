// SPDX-License-Identifier: Apache-2.0
// The keyboard: one key for each page and for what is done most. They can be switched off, since some people's input sends keys by itself.
import { h, toast } from "./dom.js";

const switchName = "cloister-single-keys";

function areOn() {
  try { return localStorage.getItem(switchName) !== "off"; } catch { return true; }
}

function setOn(isOn) {
  try { localStorage.setItem(switchName, isOn ? "on" : "off"); } catch { toast("The browser does not keep this setting."); }
}

export function listen(pages, refresh) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    const isTyping = target instanceof HTMLElement && target.matches("input, textarea, select");
    if (event.key === "Escape" && isTyping && target.matches("[data-filter]")) {
      target.value = "";
      target.dispatchEvent(new Event("input"));
      target.blur();
      return;
    }
    if (isTyping || document.querySelector("dialog[open]") || (event.key !== "?" && !areOn())) return;
    const page = pages().find((one) => one.key === event.key);
    if (page) location.hash = "#/" + page.path;
    else if (event.key === "?") help(pages());
    else if (event.key === "r") refresh();
    else if (event.key === "/") document.querySelector("[data-filter]")?.focus();
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  });
}

/** To the next or the last row that can be opened or acted on. */
function step(by) {
  const rows = [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a, button:not(.copy), summary")).filter(Boolean);
  if (!rows.length) return;
  const at = rows.findIndex((one) => one.closest("tr").contains(document.activeElement));
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))].focus();
}

export function help(pages) {
  if (document.querySelector("dialog[open]")) return;
  const lines = [
    ...pages.map((one) => [one.key, one.title]), ["j  k", "next and previous row"], ["Enter", "open the row"], ["/", "filter the list"], ["Esc", "clear the filter; close this"],
    ["r", "load anew"], ["Ctrl Enter", "try the policy, while its text has the focus"], ["?", "this list"],
  ];
  const dialog = h("dialog", { id: "keys", "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { id: "keys-title" }, "Keyboard"),
    h("dl", { class: "keys" }, lines.map(([key, what]) => [h("dt", {}, key.split("  ").map((one) => [h("kbd", {}, one), " "])), h("dd", {}, what)])),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: areOn(), onchange: (event) => setOn(event.target.checked) }), " single keys are shortcuts"),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "primary", onclick: () => dialog.close() }, "Close")));
  document.body.append(dialog);
  dialog.showModal();
}
