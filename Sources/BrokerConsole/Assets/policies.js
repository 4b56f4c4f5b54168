// SPDX-License-Identifier: Apache-2.0
// Policies in force, and a place to try one on evidence before it decides about secrets.
import { ask, empty, failure, fill, h, heading, loading, toast, when } from "./dom.js";
import { drawTrial, editor, lineStates } from "./trial.js";

export const isEditor = true;

/** What was written and not set, by scope, so that looking at another policy loses nothing. */
const drafts = new Map();

const starter = `policy: 1
name: new policy
rules:
  - name: production
    backends: [tdx, snp]
    signers: [REPLACE WITH YOUR SIGNER: cloister keys show key.pem]
    minimum_version: 1
`;

export async function load({ get }) {
  const [policies, seen] = await Promise.all([get("policies"), get("enclaves?limit=1000")]);
  return { policies, enclaves: seen.enclaves };
}

export function draw({ policies, enclaves }, context) {
  const { argument, session, post } = context;
  const isTrial = argument.startsWith("try/");
  const wanted = isTrial ? null : decodeURIComponent(argument);
  const maySet = session.roles.includes("policies");
  let chosen = policies.find((one) => one.scope === wanted) ?? policies.find((one) => one.scope === "default") ?? policies[0] ?? null;
  let isNew = wanted === "new";
  if (isNew) chosen = null;

  const result = h("div", { id: "result", "aria-live": "polite" });
  const note = h("p", { class: "faint", role: "status" });
  const text = editor("Text of the policy", () => run(), () => changed());
  const key = chosen?.scope ?? "new";
  const original = chosen?.text ?? starter;
  const discard = h("button", { type: "button", onclick: () => { text.set(original); changed(); text.area.focus(); } }, "Discard changes");
  const save = maySet && h("button", { type: "button", onclick: () => set() }, "Set as policy …");

  function changed() {
    const isSame = text.area.value === original;
    if (isSame) drafts.delete(key); else drafts.set(key, text.area.value);
    discard.hidden = isSame;
    fill(note, isNew ? "A policy that is not set anywhere yet." : !chosen ? "" : isSame ? ["In force for ", h("code", {}, chosen.scope), ": version " + chosen.version + ", set by " + chosen.createdBy + " ", when(chosen.created), "."]
      : ["Changed from version " + chosen.version + " of ", h("code", {}, chosen.scope), "; nothing is set by trying."]);
    if (save) save.disabled = isSame;
  }

  // What to try it on.
  const usable = enclaves.filter((one) => one.measurement);
  const evidence = h("select", { id: "evidence" },
    usable.map((one) => h("option", { value: one.id }, one.verdict.title + " " + one.tee.toUpperCase() + ", " + one.measurement.slice(0, 12) + "…, " + one.count + " ×" + (one.isAccepted ? "" : " (refused)"))),
    h("option", { value: "paste" }, "Evidence that I paste or choose as a file"));
  const pasted = h("textarea", { id: "pasted", rows: 6, spellcheck: "false", class: "mono", placeholder: "What cloister attest printed; or a quote, report or token as base64 or hexadecimal" });
  const file = h("input", { type: "file", id: "file", "aria-label": "Evidence from a file" });
  const pasteBox = h("div", { class: "stack" }, h("label", { for: "pasted" }, "Evidence"), pasted, file);
  const approvals = h("input", { id: "approved", placeholder: "ann, bob", autocomplete: "off" });
  const reveal = () => { pasteBox.hidden = evidence.value !== "paste"; };
  evidence.addEventListener("change", reveal);
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    const bytes = new Uint8Array(await file.files[0].arrayBuffer());
    const isText = bytes.every((byte) => byte >= 9 && byte < 127);
    pasted.value = isText ? new TextDecoder().decode(bytes) : base64(bytes);
  });
  if (isTrial && usable.some((one) => one.id === argument.slice(4))) evidence.value = argument.slice(4);
  reveal();

  async function run() {
    fill(result, loading("the decision"));
    const request = { policy: text.area.value, approvals: approvals.value.split(/[\s,]+/).filter(Boolean) };
    if (evidence.value === "paste") request.evidence = pasted.value; else request.enclave = evidence.value;
    try {
      const trial = await post("policies/test", request);
      text.mark(lineStates(trial.decision));
      fill(result, drawTrial(trial, text.select));
    } catch (error) {
      const line = Number(/line (\d+)/.exec(error.message)?.[1] ?? 0);
      text.mark(line > 0 ? new Map([[line, false]]) : new Map());
      fill(result, failure(error), line > 0 && h("p", {}, h("button", { type: "button", onclick: () => text.select(line) }, "Show line " + line)));
    }
  }

  async function set() {
    const scope = h("input", { id: "scope", value: chosen?.scope ?? "", placeholder: "default, REPOSITORY or REPOSITORY/TYPE/TAG", autocomplete: "off" });
    const known = h("p", { class: "faint" });
    const tell = () => {
      const old = policies.find((one) => one.scope === scope.value.trim());
      fill(known, old ? "It takes the place of version " + old.version + " at once, for the next release." : "There is no policy of this scope yet.");
    };
    scope.addEventListener("input", tell);
    tell();
    if (!await ask("Set this policy?", [h("label", { for: "scope" }, "For which secrets"), scope, known, "It is recorded under your name. Older versions stay in the database."], "Set it")) return;
    try {
      const answer = await post("policies", { scope: scope.value.trim(), policy: text.area.value });
      drafts.delete(key);
      toast("Policy of " + scope.value.trim() + ": version " + answer.version);
      const target = "#/policies/" + encodeURIComponent(scope.value.trim());
      if (location.hash === target) context.reload(); else location.hash = target;
    } catch (error) {
      fill(result, failure(error));
    }
  }

  text.set(drafts.get(key) ?? original);
  changed();
  return [
    heading("Policies", maySet && h("a", { class: "button", href: "#/policies/new" }, "New policy")),
    policies.length ? h("ul", { class: "scopes", "aria-label": "Policies in force" }, policies.map((one) => h("li", {},
      h("a", { href: "#/policies/" + encodeURIComponent(one.scope), "aria-current": !isNew && chosen === one ? "true" : null }, h("code", {}, one.scope), h("span", { class: "faint" }, " v" + one.version)))))
      : empty("No policy is in force: nothing is released.", maySet ? "Write one below, try it, and set it." : "Somebody with the role policies sets one."),
    h("div", { class: "columns trial" },
      h("section", {}, h("h2", {}, "Policy"), text.element, note, h("div", { class: "buttons" }, save, discard, h("span", { class: "faint" }, "The language: docs/policy.md"))),
      h("section", {}, h("h2", {}, "Try it"), h("div", { class: "stack" }, h("label", { for: "evidence" }, "On"), evidence, pasteBox, h("label", { for: "approved" }, "As if these had approved"), approvals,
        h("div", { class: "buttons" }, h("button", { type: "button", class: "primary", onclick: () => run() }, "Try"), h("span", { class: "faint" }, "nothing is released or changed"))), result)),
  ];
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

