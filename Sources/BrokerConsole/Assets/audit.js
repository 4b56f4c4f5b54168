// SPDX-License-Identifier: Apache-2.0
// The audit log, the latest first, and whether its chain holds.
import { badge, command, count, empty, fill, filter, h, hash, heading, moment, number, prose, table, toast, when } from "./dom.js";

const pageSize = 200;
let older = [];

export async function load({ get, isBackground }) {
  if (!isBackground) older = [];
  const [page, check] = await Promise.all([get("audit?before=0&limit=" + pageSize), get("audit/verification")]);
  return { entries: page.entries, check };
}

/** An entry's text is canonical JSON; one that is not is shown as it is. */
export function readEntry(entry) {
  try {
    const { time, actor, action, subject, outcome, details } = JSON.parse(entry.text);
    return { sequence: entry.sequence, hash: entry.hash, time, actor, action, subject, outcome, details: details ?? {} };
  } catch {
    return { sequence: entry.sequence, hash: entry.hash, time: 0, actor: "?", action: "unreadable", subject: "", outcome: "", details: { text: entry.text } };
  }
}

const level = (outcome) => (["denied", "refused"].includes(outcome) ? "bad" : outcome === "missing" ? "warning" : ["released", "unlocked", "done"].includes(outcome) ? "good" : "none");

export const entryColumns = [
  ["No.", (row) => number(row.sequence), "number"], ["Time (UTC)", (row) => moment(row.time), "narrow"], ["Who", (row) => row.actor, "narrow"], ["Did", (row) => row.action, "narrow"], ["What", (row) => h("code", {}, row.subject)],
  ["Outcome", (row) => badge(level(row.outcome), row.outcome), "narrow"], ["Details", details, "wide"],
];

function details(row) {
  const first = row.details.reason ? [prose(row.details.reason)] : [];
  const rest = Object.entries(row.details).filter(([name]) => name !== "reason");
  if (!first.length && rest.length <= 1) return rest.map(([name, value]) => name + " " + value).join("");
  return h("details", {}, h("summary", {}, first[0] ?? rest.slice(0, 3).map(([name, value]) => [name + " ", prose(value), " "])),
    h("dl", { class: "facts" }, rest.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value.length > 40 ? hash(value, name) : value)]), h("dt", {}, "hash"), h("dd", {}, hash(row.hash, "hash of the entry"))));
}

export function draw({ entries, check }, context) {
  const rows = [...entries].reverse().map(readEntry);
  const { bar, place, show } = filter("Filter the loaded entries", rows, (row) => [row.actor, row.action, row.subject, row.outcome, row.sequence, ...Object.values(row.details)].join(" "),
    (kept) => table("Audit log", entryColumns, kept, (row) => "audit-" + row.sequence));
  const more = h("button", { type: "button", "data-key": "older", onclick: () => loadOlder(rows, show, more, context) }, "Load older entries");
  if (older.length && rows.length) {
    const least = rows[rows.length - 1].sequence;
    rows.push(...older.filter((row) => row.sequence < least));
    show();
  }
  more.hidden = !rows.length || rows[rows.length - 1].sequence <= 1;
  return [heading("Audit log"), verification(check, context), rows.length ? [bar, place, h("p", {}, more)] : empty("The log is empty.", "Every change and every decision will be here.")];
}

async function loadOlder(rows, show, more, { get }) {
  more.disabled = true;
  try {
    const page = await get("audit?before=" + rows[rows.length - 1].sequence + "&limit=" + pageSize);
    const added = [...page.entries].reverse().map(readEntry);
    older = [...older, ...added];
    rows.push(...added);
    show();
    more.hidden = !added.length || added[added.length - 1].sequence <= 1;
  } catch (error) {
    toast(error.message);
  } finally {
    more.disabled = false;
  }
}

function verification(check, { get, post, isShown }) {
  const place = h("div", {});
  const input = h("input", { id: "head", class: "mono", placeholder: "64 hexadecimal digits", autocomplete: "off", spellcheck: "false", maxlength: 80, "data-key": "head" });
  const show = (state) => {
    const isDone = state.finished !== undefined && state.finished !== null;
    const found = state.hasKnownHead;
    fill(place,
      h("p", { class: "strong" }, state.fault ? badge("bad", "Broken") : isDone ? badge("good", "Intact") : badge("none", "Being verified"), " ",
        state.fault ? "Entry " + number(state.fault.sequence) + ": " + state.fault.reason + ". What follows it cannot be relied on."
          : count(state.verified, "entry", "entries") + " of " + number(state.last) + " verified" + (isDone ? ", the last time " : " …"), isDone && !state.fault && when(state.finished), isDone && !state.fault && "."),
      h("p", {}, "Head ", hash(state.head, "head"), h("span", { class: "faint" }, " keep it elsewhere: it shows later that nothing was cut off")),
      found === true && h("p", {}, badge("good", "Found"), " The head that you kept is in the chain."),
      found === false && h("p", {}, badge("bad", "Not found"), " No entry has the head that you kept: entries were cut off or replaced."));
  };
  const follow = async (state) => {
    show(state);
    while ((state.finished === undefined || state.finished === null) && !state.fault && isShown()) {
      state = await get("audit/verification");
      show(state);
    }
  };
  const again = async (head) => {
    try { await follow(await post("audit/verification", head ? { head } : {})); toast("Verified from the first entry on."); } catch (error) { toast(error.message); }
  };
  follow(check).catch((error) => toast(error.message));
  return h("section", { class: "card broad", "aria-label": "Verification" }, h("h2", {}, "Verification"), place,
    h("div", { class: "buttons" }, h("button", { type: "button", "data-key": "again", onclick: () => again(null) }, "Verify from the first entry"),
      h("label", { for: "head" }, "Head that you kept"), input, h("button", { type: "button", "data-key": "compare", onclick: () => again(input.value) }, "Compare")),
    h("p", { class: "faint" }, "Here the broker judges its own log. To rely on nobody, verify a copy of the database elsewhere: ", command("cloister broker audit verify broker.db --head HEAD")));
}
