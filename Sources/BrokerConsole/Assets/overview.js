// SPDX-License-Identifier: Apache-2.0
// What is to be done and what happened lately, as far as the operator's roles show it.
import { ask, badge, command, count, empty, h, hash, heading, number, table, toast, when } from "./dom.js";
import { entryColumns, readEntry } from "./audit.js";

const meanings = {
  insecure_allow_sample: "evidence that anything can forge may pass, if a policy allows it",
  insecure_allow_simulation: "evidence with no hardware behind it may pass, if a policy allows it",
  insecure_http: "no TLS: the network can read and change everything",
  insecure_master_key_file: "the master key lies in a file, not with the operators",
};

export async function load({ get, session }) {
  const may = (...roles) => roles.some((role) => session.roles.includes(role));
  const [status, enclaves, needs, audit, check] = await Promise.all([
    get("status"),
    may("auditor", "policies", "approver") ? get("enclaves?limit=1000") : null,
    may("auditor", "policies", "approver") ? get("approvals/needed?limit=1000") : null,
    may("auditor") ? get("audit?before=0&limit=8") : null,
    may("auditor") ? get("audit/verification") : null,
  ]);
  return { status, enclaves: enclaves?.enclaves ?? null, needs: needs?.needs ?? null, audit: audit?.entries ?? null, check };
}

export function draw({ status, enclaves, needs, audit, check }, { session, post, reload }) {
  return [
    heading("Overview"),
    h("div", { class: "cards" },
      lockCard(status, session, post, reload), enclaves && enclaveCard(enclaves), needs && approvalCard(needs, session), check && auditCard(check)),
    status.insecureOptions.length > 0 && h("section", { class: "notice warning" },
      h("h2", {}, badge("warning", "Options that weaken this broker")),
      h("ul", {}, status.insecureOptions.map((name) => h("li", {}, h("code", {}, name), " – ", meanings[name] ?? "see docs/broker.md")))),
    audit && h("section", {}, h("h2", {}, "Latest entries of the audit log"),
      audit.length ? table("Latest audit entries", entryColumns, audit.map(readEntry).reverse(), (row) => "audit-" + row.sequence) : empty("The log is empty.", "Every change and every decision will be here."),
      h("p", {}, h("a", { href: "#/audit" }, "All of the audit log"))),
    h("p", { class: "faint foot" }, "You are " + session.name + " with the roles " + session.roles.join(", ") + ", for " + (session.repositories.length ? "the repositories " + session.repositories.join(", ") : "all repositories") + "."),
  ];
}

function card(title, state, ...rest) {
  return h("section", { class: "card" }, h("h2", {}, title), h("p", { class: "state" }, state), ...rest);
}

function lockCard(status, session, post, reload) {
  if (!status.isUnlocked) {
    return card("Master key", badge("bad", "Locked"),
      h("p", {}, status.sharesNeeded ? number(status.sharesBrought) + " of " + count(status.sharesNeeded, "share") + " brought. Enclaves attest, and get no secret." : "The store has no master key yet."),
      h("p", {}, "Next: ", status.sharesNeeded ? "operators bring their shares, each from their own computer." : "make one."),
      command(status.sharesNeeded ? "cloister broker unlock SHARE" : "cloister broker master-key new --threshold 2 --shares 3 shares/"));
  }
  return card("Master key", badge("good", "Unlocked"), h("p", {}, "Secrets can be released and stored. The key is in the broker's memory only."),
    session.roles.includes("unlocker") && h("button", { type: "button", class: "danger", "data-key": "lock", onclick: async () => {
      const needed = count(status.sharesNeeded, "operator");
      if (!await ask("Lock the broker?", ["No secret is released or stored until " + needed + " have brought their shares again."], "Lock it")) return;
      try { await post("lock"); toast("The broker is locked."); } catch (error) { toast(error.message); }
      document.dispatchEvent(new CustomEvent("changed"));
      reload();
    } }, "Lock …"));
}

function enclaveCard(enclaves) {
  const by = (level) => enclaves.filter((one) => one.isAccepted && one.verdict.level === level).length;
  const refused = enclaves.filter((one) => !one.isAccepted);
  const latest = enclaves[0];
  return card("Enclaves", enclaves.length ? count(enclaves.length, "identity", "identities") + " since the start" : "None yet",
    enclaves.length > 0 && h("ul", { class: "plain" },
      by("good") > 0 && h("li", {}, badge("good", "Genuine"), " ", number(by("good"))),
      by("warning") > 0 && h("li", {}, badge("warning", "With a reservation"), " ", number(by("warning"))),
      by("bad") > 0 && h("li", {}, badge("bad", "Worth nothing"), " ", number(by("bad"))),
      refused.length > 0 && h("li", {}, badge("bad", "Refused"), " ", number(refused.length))),
    latest && h("p", {}, "Latest: ", h("a", { href: "#/enclaves/" + latest.id }, latest.verdict.title + " " + latest.tee.toUpperCase()), " ", when(latest.last), latest.measurement && [" ", hash(latest.measurement, "measurement")]),
    h("p", {}, h("a", { href: "#/enclaves" }, "All enclaves")));
}

function approvalCard(needs, session) {
  const waiting = needs.filter((one) => !one.isMet);
  const own = waiting.filter((one) => session.roles.includes("approver") && one.people.includes(session.name) && !one.given.some((given) => given.approver === session.name));
  return card("Approvals", waiting.length ? badge("warning", number(waiting.length) + " waiting") : badge("good", "None is waiting"),
    own.length > 0 && h("p", { class: "strong" }, count(own.length, "waits", "wait") + " for you."),
    h("p", {}, needs.length ? number(needs.length - waiting.length) + " of " + number(needs.length) + " are complete." : "No policy asks for approvals."),
    h("p", {}, h("a", { href: "#/approvals" }, "All approvals")));
}

function auditCard(check) {
  const state = check.fault ? badge("bad", "Broken at entry " + number(check.fault.sequence)) : check.finished === undefined ? badge("none", "Being verified") : badge("good", "Intact");
  return card("Audit log", state,
    h("p", {}, check.fault ? check.fault.reason + "." : count(check.verified, "entry", "entries") + " of " + number(check.last) + " verified, each bound to the one before."),
    h("p", {}, h("a", { href: "#/audit" }, "Verification and log")));
}
