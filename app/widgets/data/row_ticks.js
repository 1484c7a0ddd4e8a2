// The rows of a table, each with a tick that can be taken away.

import { mounted } from "../shared/mount.js";

class Rows {
  constructor(parent) {
    this.root = parent.querySelector(".rows");
    this.table = parent.querySelector("table");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.table.addEventListener("change", () => this.tell(), { signal });
  }

  show({ rows, heads, leftOut, revision, labels }, send) {
    this.send = send;
    this.root.setAttribute("aria-label", labels.table);
    const text = JSON.stringify([rows, heads, labels]);
    if (text !== this.text) {
      this.text = text;
      this.draw(rows, heads, labels);
      this.revision = null;
    }
    if (revision === this.revision) return;
    this.revision = revision;
    const without = new Set(leftOut);
    for (const box of this.boxes()) box.checked = !without.has(Number(box.value));
  }

  boxes() {
    return [...this.table.querySelectorAll("input")];
  }

  draw(rows, heads, labels) {
    const head = document.createElement("thead");
    const titles = head.appendChild(document.createElement("tr"));
    titles.append(...heads.map((title) => cell("th", title, { scope: "col" })));
    const body = document.createElement("tbody");
    body.append(...rows.map((row) => line(row, labels)));
    this.table.replaceChildren(head, body);
  }

  tell() {
    const leftOut = this.boxes().filter((box) => !box.checked);
    this.send({ revision: this.revision, leftOut: leftOut.map((box) => Number(box.value)) });
  }

  close() {
    this.listening.abort();
  }
}

function line({ number, cells }, labels) {
  const row = document.createElement("tr");
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: number });
  box.setAttribute("aria-label", labels.tick.replace("{number}", number + 1));
  label.append(box, String(number + 1));
  const head = cell("th", "", { scope: "row" });
  head.append(label);
  row.append(head, ...cells.map((text) => cell("td", text)));
  return row;
}

function cell(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...properties });
}

export default mounted(Rows, ({ setStateValue }) => (ticks) => setStateValue("ticks", ticks));
