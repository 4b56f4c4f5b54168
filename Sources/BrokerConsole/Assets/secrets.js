// SPDX-License-Identifier: Apache-2.0
// Names and versions of secrets. Values are in no answer of the broker's, for no role.
import { badge, command, count, empty, filter, h, heading, number, table, when } from "./dom.js";

export async function load({ get, session }) {
  const [secrets, policies] = await Promise.all([get("secrets"), session.roles.some((role) => ["policies", "auditor"].includes(role)) ? get("policies") : null]);
  return { secrets, scopes: policies?.map((one) => one.scope) ?? null };
}

export function draw({ secrets, scopes }) {
  const byPath = new Map();
  for (const one of secrets) byPath.set(one.path, [...(byPath.get(one.path) ?? []), one]);
  const rows = [...byPath].map(([path, versions]) => ({ path, versions: versions.sort((a, b) => b.version - a.version), latest: versions[0] }));
  const title = heading("Secrets", h("span", { class: "faint" }, "names only: no operator can read a secret, here or elsewhere"));
  const put = [h("p", {}, "Secrets are stored by the command, so that no browser holds one:"), command("cloister broker secret put REPOSITORY/TYPE/TAG < FILE")];
  if (!rows.length) return [title, empty("There is no secret yet.", put)];
  const decides = (path) => [path, path.split("/")[0], "default"].find((scope) => scopes.includes(scope));
  const columns = [
    ["Path", (row) => h("code", {}, row.path)],
    ["State", (row) => (row.latest.isDeleted ? badge("none", "Deleted") : badge("good", "Version " + row.latest.version)), "narrow"],
    ["Versions", (row) => versions(row)],
    ["Size", (row) => (row.latest.isDeleted ? "–" : number(row.latest.size) + " B"), "number"],
    scopes && ["Decided by", (row) => { const scope = decides(row.path); return scope ? h("a", { href: "#/policies/" + encodeURIComponent(scope) }, scope) : badge("warning", "no policy: never released"); }],
    ["Stored by", (row) => row.latest.createdBy], ["Last", (row) => when(row.latest.created), "narrow"],
  ].filter(Boolean);
  const { bar, place } = filter("Filter secrets", rows, (row) => row.path + " " + row.latest.createdBy, (kept) => table("Secrets", columns, kept, (row) => row.path));
  return [title, bar, place, h("p", { class: "faint" }, put[0].textContent), put[1]];
}

function versions(row) {
  if (row.versions.length === 1) return "1";
  return h("details", {}, h("summary", {}, count(row.versions.length, "version")),
    h("ol", { class: "versions", reversed: true }, row.versions.map((one) => h("li", { value: one.version }, number(one.size) + " B, by " + one.createdBy + ", ", when(one.created), one.isDeleted && ", deleted"))));
}
