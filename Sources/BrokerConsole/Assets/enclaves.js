// SPDX-License-Identifier: Apache-2.0
// Who attested since the broker started, whether it can be relied on and why, and what it got.
import { badge, count, empty, filter, h, hash, heading, number, prose, table, when } from "./dom.js";

const words = { good: "good", warning: "with a reservation", bad: "not to be relied on" };

export async function load({ argument, get }) {
  return argument ? { one: await get("enclaves/" + encodeURIComponent(argument)) } : { list: await get("enclaves?limit=1000") };
}

export function draw({ one, list }) {
  return one ? drawOne(one) : drawList(list);
}

function drawList({ enclaves, total }) {
  const title = heading("Enclaves", h("span", { class: "faint" }, "seen since the broker started"));
  if (!total) {
    return [title, empty("No enclave has attested since the broker started.",
      "Start one that asks this broker for its secrets: ", h("code", {}, "cloister run app.img --broker " + location.origin))];
  }
  const { bar, place } = filter("Filter enclaves", enclaves, (one) => [one.verdict.title, one.tee, one.measurement, one.signer, one.status, one.address, ...one.verdict.sentences,
    ...one.releases.map((release) => release.path)].join(" "), (rows) => table("Enclaves", columns, rows, (row) => row.id));
  return [title, bar, place];
}

const columns = [
  ["Verdict", (one) => h("a", { href: "#/enclaves/" + one.id, class: "plain" }, badge(one.verdict.level, one.verdict.title)), "narrow"],
  ["Why", (one) => h("span", { class: "why", title: one.verdict.sentences.join(" ") }, prose(one.verdict.sentences[0])), "wide"],
  ["Kind", (one) => [one.tee.toUpperCase(), one.isAccepted && one.status && h("span", { class: "faint" }, " " + one.status)], "narrow"],
  ["Measurement", (one) => hash(one.measurement, "measurement")],
  ["Signer", (one) => hash(one.signer, "signer")],
  ["Version", (one) => (one.securityVersion === undefined ? "–" : String(one.securityVersion)), "number"],
  ["Got", (one) => got(one.releases), "narrow"],
  ["Attested", (one) => [number(one.count) + " × ", h("span", { class: "faint" }, when(one.last))], "narrow"],
];

function got(releases) {
  const by = (outcome) => releases.filter((one) => one.outcome === outcome).length;
  if (!releases.length) return h("span", { class: "faint" }, "nothing");
  return [by("released") > 0 && h("span", {}, count(by("released"), "secret")), by("released") > 0 && releases.length > by("released") && ", ",
    by("denied") > 0 && h("span", { class: "bad-text" }, number(by("denied")) + " refused"), by("denied") > 0 && by("missing") > 0 && ", ", by("missing") > 0 && number(by("missing")) + " missing"];
}

function drawOne(one) {
  const claims = one.verification?.claims;
  return [
    h("p", { class: "back" }, h("a", { href: "#/enclaves" }, "← Enclaves")),
    heading((one.isAccepted ? "" : "Refused: ") + one.tee.toUpperCase() + " enclave", one.verification && h("a", { class: "button", href: "#/policies/try/" + one.id }, "Try a policy on it")),
    h("section", { class: "notice " + one.verdict.level },
      h("p", { class: "strong" }, badge(one.verdict.level, one.verdict.title), h("span", { class: "unseen" }, " " + words[one.verdict.level])),
      h("ul", { class: "plain" }, one.verdict.sentences.map((sentence) => h("li", {}, prose(sentence))))),
    h("div", { class: "columns" },
      h("section", {}, h("h2", {}, one.isAccepted ? "Identity" : "What it says of itself, unproved"), facts([
        ["Measurement", hash(claims?.measurement, "measurement"), true], ["Signer", hash(claims?.signer, "signer")], ["Product", claims?.productID], ["Security version", claims?.securityVersion],
        ["Debug", claims && (claims.isDebug ? "yes: the host can read its memory" : "no")], ["May be moved", claims && (claims.isMigratable ? "yes" : "no")],
        ["Report data", hash(claims?.reportData, "report data")], ["Simulated root", one.simulationRoot && hash(one.simulationRoot, "fingerprint of the root")],
      ]), one.launch && [h("h2", {}, "Started with"), facts([["Arguments", h("code", {}, one.launch.arguments.map((word) => JSON.stringify(word)).join(" ")), true],
        ["Environment", Object.entries(one.launch.environment).sort().map(([name, value]) => h("div", {}, h("code", {}, name + "=" + value)))]])],
      h("h2", {}, "Seen"), facts([["First", when(one.first)], ["Last", when(one.last)], ["Attestations", number(one.count) + (one.count === 0 ? " here; its token is of another broker" : "")],
        ["Client", one.address], ["Token says", one.trust]])),
      h("section", {}, h("h2", {}, one.isAccepted ? "Platform" : "What it says of its platform, unproved"), facts(platform(one, claims)),
        one.verification?.reasons.length > 0 && [h("h2", {}, "Checks that failed"), h("ul", { class: "reasons" }, one.verification.reasons.map((reason) =>
          h("li", {}, h("code", {}, reason.check), " ", prose(reason.message), h("span", { class: "faint" }, " (" + reason.field + ")"), h("br"), "→ " + reason.remedy)))],
        one.verification?.advisories.length > 0 && [h("h2", {}, "Advisories"), h("ul", { class: "reasons" }, one.verification.advisories.map((advisory) =>
          h("li", {}, h("code", {}, advisory.id), " ", advisory.component.replace("_", " "), h("span", { class: "faint" }, " level of " + advisory.tcbDate.slice(0, 10)))))])),
    one.isAccepted && h("section", {}, h("h2", {}, "What it asked for"), one.releases.length
      ? table("What it asked for", [["Secret", (row) => h("code", {}, row.path)], ["Outcome", (row) => badge(row.outcome === "released" ? "good" : row.outcome === "denied" ? "bad" : "warning", row.outcome)],
        ["Why", (row) => prose(row.reason), "wide"], ["Times", (row) => number(row.count), "number"], ["Last", (row) => when(row.last), "narrow"]], one.releases, (row) => row.path)
      : empty("It has asked for nothing yet.", "A token is good for some minutes; secrets are asked for with it.")),
  ];
}

function platform(one, claims) {
  const tcb = (level) => level && Object.entries(level).map(([part, version]) => part + " " + version).join(", ");
  const { platform: intel, snp, tdx, sgx } = claims ?? {};
  return [
    ["TCB status", one.status], ["Evidence version", claims?.version], ["FMSPC", intel?.fmspc], ["Certificate", intel && intel.issuer + ", " + intel.certificateSerial], ["QE version", intel?.qeSVN],
    ["TDX module", tdx && hash(tdx.mrSEAM, "MRSEAM")], ["MRCONFIGID", tdx && !/^0*$/.test(tdx.mrConfigID) && hash(tdx.mrConfigID, "MRCONFIGID")],
    ["RTMR 0–3", tdx && tdx.rtmrs.map((value, index) => h("div", {}, index + " ", /^0*$/.test(value) ? h("span", { class: "faint" }, "zero") : hash(value, "RTMR " + index)))],
    ["CONFIGID", sgx && !/^0*$/.test(sgx.configID) && hash(sgx.configID, "CONFIGID")], ["Attributes", sgx?.attributes ?? tdx?.tdAttributes],
    ["Product", snp?.product], ["Chip", snp && (snp.isChipIDMasked ? "hidden" : hash(snp.chipID, "chip id"))], ["Signed by", snp?.signedBy.toUpperCase()], ["VMPL", snp?.vmpl],
    ["Reported TCB", tcb(snp?.reportedTCB)], ["Committed TCB", tcb(snp?.committedTCB)], ["Host data", snp && !/^0*$/.test(snp.hostData) && hash(snp.hostData, "host data")],
    ["Event log", claims?.eventLog && count(claims.eventLog.eventCount, "event") + ", fits registers " + claims.eventLog.registers.join(", ")],
  ];
}

function facts(pairs) {
  const known = pairs.filter(([, value, isKept]) => isKept || (value !== undefined && value !== null && value !== false && value !== ""));
  if (!known.length) return h("p", { class: "faint" }, "Nothing could be read.");
  return h("dl", { class: "facts" }, known.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
