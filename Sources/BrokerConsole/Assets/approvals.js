// SPDX-License-Identifier: Apache-2.0
// k of n: what waits for whose consent, and giving one's own.
import { ask, badge, count, empty, filter, h, heading, table, toast, when } from "./dom.js";

export async function load({ get }) {
  const [needed, given] = await Promise.all([get("approvals/needed?limit=1000"), get("approvals")]);
  return { ...needed, given };
}

export function draw({ needs, unreadable, given, total }, { session, post, reload }) {
  const isApprover = session.roles.includes("approver");
  const columns = [
    ["Secret", (row) => h("code", {}, row.subject)],
    ["State", (row) => badge(row.isMet ? "good" : "warning", (row.isMet ? "Complete" : "Waiting") + " " + Math.min(row.given.length, row.required) + " of " + row.required), "narrow"],
    ["People", (row) => h("ul", { class: "people" }, row.people.map((name) => person(name, row)))],
    ["Asked for by", (row) => [h("a", { href: "#/policies/" + encodeURIComponent(row.policy.replace(/ version \d+$/, "")) }, row.policy), h("span", { class: "faint" }, " rule " + row.rule)]],
    ["", (row) => action(row, session, isApprover, post, reload)],
  ];
  const counting = new Set(needs.flatMap((need) => need.given.map((one) => need.subject + " " + one.approver)));
  const others = given.filter((one) => !counting.has(one.subject + " " + one.approver));
  const list = needs.length ? filter("Filter approvals", needs, (row) => [row.subject, row.policy, row.rule, ...row.people].join(" "), (rows) => table("Approvals that policies ask for", columns, rows, (row) => row.subject + " " + row.rule)) : null;
  return [
    heading("Approvals", h("span", { class: "faint" }, "a rule with approvals holds only once enough of its people have agreed")),
    unreadable.length > 0 && h("div", { class: "notice bad" }, badge("bad", "Policies that cannot be read"), " " + unreadable.join(", ") + ". Nothing is released under them; set them anew."),
    list ? [list.bar, list.place] : empty("No policy in force asks for approvals.", "A rule asks with ", h("code", {}, "approvals: {required: 2, of: [ann, bob, eve]}"), "; try it on the ", h("a", { href: "#/policies" }, "policies page"), "."),
    total > needs.length && h("p", { class: "faint" }, "Shown are the first " + needs.length + " of " + total + "."),
    others.length > 0 && h("section", {}, h("h2", {}, "Approvals that no rule counts"),
      table("Approvals that no rule counts", [["Subject", (row) => h("code", {}, row.subject)], ["By", (row) => row.approver], ["Given", (row) => when(row.created)]], others, (row) => row.subject + row.approver)),
  ];
}

function person(name, row) {
  const given = row.given.find((one) => one.approver === name);
  return h("li", {}, badge(given ? "good" : "none", name), h("span", { class: given ? "faint" : "unseen" }, given ? [" ", when(given.created)] : " has not approved"));
}

function action(row, session, isApprover, post, reload) {
  if (row.given.some((one) => one.approver === session.name)) return h("span", { class: "faint" }, "You have approved");
  if (!row.people.includes(session.name)) return h("span", { class: "faint" }, "Not asked of you");
  if (!isApprover) return h("span", { class: "faint" }, "You lack the role approver");
  return h("button", { type: "button", class: "primary", "data-key": "approve " + row.subject + " " + row.rule, "aria-label": "Approve " + row.subject, onclick: async () => {
    const left = row.required - row.given.length - 1;
    const sure = await ask("Approve " + row.subject + "?", [
      "You agree that an enclave which meets the rest of rule “" + row.rule + "” (" + row.policy + ") gets this secret.",
      left > 0 ? count(left, "more approval is", "more approvals are") + " needed after yours." : "Yours completes it: such enclaves get the secret from then on.",
      "It is recorded under your name and cannot be taken back here; a new policy can stop asking for you.",
    ], "Approve");
    if (!sure) return;
    try { await post("approvals", { subject: row.subject }); toast("Approved: " + row.subject); } catch (error) { toast(error.message); }
    reload();
  } }, "Approve …");
}
