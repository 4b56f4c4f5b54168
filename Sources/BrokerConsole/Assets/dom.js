// SPDX-License-Identifier: Apache-2.0
// Building the page. Text from the broker becomes text nodes only; the content security policy forbids anything else.

/** An element: h("a", {href: "#/", class: "x", onclick: f}, "text", child, null). */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

// MARK: Words and numbers

let clockOffset = 0;

/** The broker's clock counts: ages are by it. */
export function setClock(brokerNow) { clockOffset = brokerNow - Date.now() / 1000; }

export function now() { return Date.now() / 1000 + clockOffset; }

export const number = (value) => new Intl.NumberFormat("en").format(value);

export function count(value, one, many = one + "s") { return number(value) + " " + (value === 1 ? one : many); }

export function iso(seconds) { return new Date(seconds * 1000).toISOString().replace(".000", ""); }

function age(seconds) {
  const passed = Math.max(0, now() - seconds);
  if (passed < 10) return "just now";
  if (passed < 60) return Math.floor(passed) + " s ago";
  if (passed < 3600) return Math.floor(passed / 60) + " min ago";
  if (passed < 86400) return Math.floor(passed / 3600) + " h ago";
  if (passed < 86400 * 60) return count(Math.floor(passed / 86400), "day") + " ago";
  return iso(seconds).slice(0, 10);
}

export function when(seconds) { return h("time", { datetime: iso(seconds), title: iso(seconds) }, age(seconds)); }

export function moment(seconds) { return h("time", { datetime: iso(seconds), class: "mono" }, iso(seconds).replace("T", " ")); }

// MARK: Parts

const signs = { good: "✓", warning: "!", bad: "✕", none: "·" };

/** A verdict: sign, colour and word say the same. */
export function badge(level, word) {
  return h("span", { class: "badge " + level }, h("span", { class: "sign", "aria-hidden": "true" }, signs[level] ?? "·"), word);
}

/** A hash, shortened, with a button that copies all of it. */
export function hash(text, what) {
  if (!text) return h("span", { class: "faint" }, "none");
  return h("span", { class: "hash" }, h("code", { title: text }, shortened(text)), copyButton(text, what));
}

/** What fills up a field behind a shorter value says nothing. */
function shortened(text) {
  const size = [64, 96].find((one) => text.length > one && /^0+$/.test(text.slice(one))) ?? text.length;
  return size > 24 ? text.slice(0, 12) + "…" + text.slice(size - 4, size) : text;
}

/** A sentence with its hashes shortened; the whole is in their tooltips. */
export function prose(text) {
  return text.split(/([0-9a-f]{40,})/).map((part, index) => (index % 2 ? h("code", { title: part }, shortened(part)) : part));
}

export function copyButton(text, what) {
  return h("button", { type: "button", class: "copy", "aria-label": "Copy " + what, title: "Copy " + what, onclick: async (event) => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied: " + what);
    } catch {
      toast("This page may not write to the clipboard; the whole text is in the tooltip.");
    }
  } }, copyIcon());
}

function copyIcon() {
  const svg = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(svg, "svg");
  for (const [name, value] of [["viewBox", "0 0 16 16"], ["width", 13], ["height", 13], ["aria-hidden", "true"]]) icon.setAttribute(name, value);
  for (const d of ["M5.5 5.5h8v8h-8z", "M10.5 5.5v-3h-8v8h3"]) {
    const path = document.createElementNS(svg, "path");
    path.setAttribute("d", d);
    icon.append(path);
  }
  return icon;
}

export function command(text) { return h("span", { class: "command" }, h("code", {}, text), copyButton(text, "command")); }

export function toast(text) {
  const place = document.getElementById("toast");
  fill(place, text);
  place.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.classList.remove("shown"), 4000);
}

export function heading(title, ...beside) {
  return h("div", { class: "heading" }, h("h1", {}, title), h("div", { class: "beside" }, ...beside));
}

export function loading(what) { return h("p", { class: "loading", role: "status" }, "Loading " + what + " …"); }

export function empty(title, ...next) { return h("div", { class: "empty" }, h("p", { class: "strong" }, title), h("p", {}, ...next)); }

/** What went wrong and what to do next. */
export function failure(error, retry) {
  return h("div", { class: "notice bad", role: "alert" },
    h("p", { class: "strong" }, badge("bad", "Failed"), " ", error.message),
    error.next && h("p", {}, error.next),
    retry && h("button", { type: "button", onclick: retry }, "Try again"));
}

/** A table: columns are [title, row => cell, class]; the first column names the row. On narrow screens rows become blocks: roles are said. */
export function table(label, columns, rows, key = () => null) {
  return h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, h("table", { role: "table" },
    h("caption", { class: "unseen" }, label),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map(([title, , kind]) => h("th", { scope: "col", role: "columnheader", class: kind }, title)))),
    h("tbody", { role: "rowgroup" }, rows.map((row) => h("tr", { role: "row", "data-key": key(row) }, columns.map(([title, cell, kind], index) =>
      h(index === 0 ? "th" : "td", { scope: index === 0 ? "row" : null, role: index === 0 ? "rowheader" : "cell", class: kind, "data-title": title }, h("div", {}, cell(row)))))))));
}

/** Filters rows as one types; `text` is what of a row is looked at. */
export function filter(label, rows, text, draw) {
  const place = h("div", {});
  const note = h("span", { class: "faint", role: "status" });
  const input = h("input", { type: "search", placeholder: label, "aria-label": label, "aria-keyshortcuts": "/", "data-filter": true, "data-key": "filter" });
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((row) => { const all = text(row).toLowerCase(); return words.every((word) => all.includes(word)); });
    fill(note, words.length ? number(kept.length) + " of " + number(rows.length) : "");
    fill(place, kept.length || !words.length ? draw(kept) : empty("Nothing fits “" + input.value + "”.", "Clear the filter to see all."));
  };
  input.addEventListener("input", show);
  show();
  return { bar: h("div", { class: "filter" }, input, note), place, input, show };
}

/** Asks before something is done that cannot be undone; resolves to whether. */
export function ask(title, sentences, action) {
  return new Promise((resolve) => {
    let answer = false;
    const dialog = h("dialog", { "aria-labelledby": "ask-title", onclose: () => { dialog.remove(); resolve(answer); } },
      h("h2", { id: "ask-title" }, title), sentences.map((one) => h("p", {}, one)),
      h("div", { class: "buttons" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        h("button", { type: "button", class: "primary", onclick: () => { answer = true; dialog.close(); } }, action)));
    document.body.append(dialog);
    dialog.showModal();
  });
}
