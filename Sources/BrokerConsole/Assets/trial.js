// SPDX-License-Identifier: Apache-2.0
// A policy's decision, line by line.
import { badge, count, fill, h, hash, prose } from "./dom.js";

/** Lines of the policy and whether what they say is met, the worst of all rules. */
export function lineStates(decision) {
  const states = new Map();
  for (const rule of decision.rules) for (const line of rule.lines) if (line.line > 0) states.set(line.line, (states.get(line.line) ?? true) && line.isMet);
  return states;
}

export function drawTrial(trial, select) {
  const { decision, verdict } = trial;
  return [
    h("div", { class: "notice " + (decision.isAllowed ? "good" : "bad"), role: "status" },
      h("p", { class: "strong" }, badge(decision.isAllowed ? "good" : "bad", decision.isAllowed ? "Accepted" : "Refused"), " ", decision.isAllowed ? "by rule “" + decision.rule + "”" : "by " + (decision.rules.length === 1 ? "its only rule" : "all " + decision.rules.length + " rules")),
      !decision.isAllowed && h("ul", { class: "plain" }, nearest(decision).map(([rule, missing]) => h("li", {}, "“" + rule.name + "”: ", prose(missing[0].requirement + ", but " + missing[0].actual),
        missing.length > 1 ? ", and " + count(missing.length - 1, "line") + " more." : ".")))),
    trial.notes.map((note) => h("div", { class: "notice warning" }, badge("warning", "Note"), " ", note)),
    h("p", {}, "Evidence: ", badge(verdict.level, verdict.title), " ", verdict.sentences[0], trial.verification.claims && [" ", hash(trial.verification.claims.measurement, "measurement")]),
    trial.approvals.length > 0 && h("p", {}, "Approved by: " + trial.approvals.join(", ") + "."),
    decision.rules.map((rule) => h("section", { class: "rule", "aria-label": "Rule " + rule.name },
      h("h3", {}, badge(rule.isMet ? "good" : "bad", rule.isMet ? "Met" : "Not met"), " Rule “" + rule.name + "”"),
      h("ol", { class: "lines" }, rule.lines.map((line) => h("li", { class: line.isMet ? "met" : "unmet" },
        h("span", { class: "sign", "aria-hidden": "true" }, line.isMet ? "✓" : "✕"), h("span", { class: "unseen" }, line.isMet ? "met: " : "not met: "),
        line.line > 0 ? h("button", { type: "button", class: "line", onclick: () => select(line.line), "aria-label": "Show line " + line.line }, "line " + line.line) : h("span", { class: "line", title: "what holds when the policy does not say" }, "default"),
        h("span", { class: "what" }, prose(line.requirement), h("span", { class: "found" }, prose(line.actual)))))))),
  ];
}

/** What each rule lacks, the one that lacks least first. */
function nearest(decision) {
  return decision.rules.map((rule) => [rule, rule.lines.filter((line) => !line.isMet)]).sort((a, b) => a[1].length - b[1].length).slice(0, 4);
}

/** A text field with numbered lines, which can be marked. */
export function editor(label, onRun, onInput) {
  const gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  const area = h("textarea", { spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", rows: 22, "aria-label": label, "aria-keyshortcuts": "Control+Enter" });
  let states = new Map();
  const draw = () => {
    const lines = area.value.split("\n").length;
    fill(gutter, Array.from({ length: lines }, (_, index) => {
      const state = states.get(index + 1);
      return h("div", { class: state === undefined ? null : state ? "met" : "unmet" }, (state === undefined ? "" : state ? "✓ " : "✕ ") + (index + 1));
    }));
    gutter.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", () => { states = new Map(); draw(); onInput(); });
  area.addEventListener("scroll", () => { gutter.scrollTop = area.scrollTop; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); onRun(); }
  });
  return {
    element: h("div", { class: "editor" }, gutter, area), area,
    set(text) { area.value = text; states = new Map(); draw(); },
    mark(next) { states = next; draw(); },
    select(line) {
      const lines = area.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      area.focus();
      area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
      area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
    },
  };
}
