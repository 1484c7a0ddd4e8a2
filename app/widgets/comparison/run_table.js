// Runs to choose from: a table that is sorted by any column, filtered by what it says, and written
// on. What is chosen and written is sent; the page answers with new data.

import { mounted } from "../shared/mount.js";
import { fill, write } from "../shared/numerals.js";

class RunTable {
  constructor(parent) {
    this.region = parent.querySelector(".runs");
    this.table = parent.querySelector("table");
    this.none = parent.querySelector("p");
    this.search = parent.querySelector("input");
    this.filterName = parent.querySelector("span");
    Object.assign(this, { order: null, chosen: [] });
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.search.addEventListener("input", () => this.filter(), { signal });
    this.table.addEventListener("click", (event) => this.click(event), { signal });
    this.table.addEventListener("change", (event) => this.change(event), { signal });
  }

  show(data, send) {
    Object.assign(this, { send, data, chosen: data.chosen });
    const { labels } = data;
    this.region.setAttribute("aria-label", labels.table);
    write(this.filterName, labels.filter);
    write(this.none, labels.filter_none);
    const text = JSON.stringify([data.rows, data.heads, labels]);
    if (text !== this.text) {
      this.text = text;
      this.build();
    }
    this.mark();
  }

  build() {
    const focused = this.placeOf(this.region.getRootNode().activeElement);
    this.head();
    this.table.tBodies[0].replaceChildren(...this.sorted().map((row) => this.line(row)));
    this.filter();
    if (focused) this.table.querySelector(focused)?.focus();
  }

  // Where the element that has the focus will be found again.
  placeOf(element) {
    const run = element?.closest?.("tr")?.dataset.run;
    return run && element.name ? `tr[data-run="${CSS.escape(run)}"] [name="${element.name}"]` : null;
  }

  // The name first; tag and note stand before the settings that all runs have alike.
  columns() {
    const { labels, heads, remarks_at: at } = this.data;
    const plain = heads.map((title, i) => ({ title, by: (row) => row.cells[i].by, draw: (row) => textCell(row.cells[i]) }));
    const remarks = [["tag", labels.column_tag, labels.tag_of], ["note", labels.column_note, labels.note_of]];
    const written = remarks.map(([name, title, label], i) => ({
      title,
      by: (row) => row[name] || null,
      draw: (row) => this.remarkCell(row, name, label, i),
    }));
    const name = { title: labels.column_name, by: (row) => row.name, draw: nameCell };
    return [name, ...plain.slice(0, at), ...written, ...plain.slice(at)];
  }

  head() {
    const row = document.createElement("tr");
    row.append(cell("th", this.data.labels.column_choose, { scope: "col" }));
    row.append(...this.columns().map(({ title }, i) => this.headCell(title, i)));
    this.table.tHead.replaceChildren(row);
  }

  headCell(title, column) {
    const made = cell("th", "", { scope: "col" });
    const button = made.appendChild(document.createElement("button"));
    const isSorted = this.order?.column === column;
    Object.assign(button, { type: "button", name: `sort-${column}`, textContent: title, title: fill(this.data.labels.sort, { name: title }) });
    if (isSorted) made.ariaSort = this.order.down ? "descending" : "ascending";
    return made;
  }

  sorted() {
    const { rows } = this.data;
    const by = this.columns()[this.order?.column]?.by;
    return by ? [...rows].sort((one, other) => compare(by(one), by(other), this.order.down)) : rows;
  }

  line(row) {
    const made = document.createElement("tr");
    made.dataset.run = row.run;
    const box = made.appendChild(cell("td", ""));
    const label = fill(this.data.labels.choose, { name: row.name });
    if (row.run) box.append(field("choose", label, { type: "checkbox" }));
    made.append(...this.columns().map(({ draw }) => draw(row)));
    return made;
  }

  remarkCell(row, name, label, i) {
    const made = cell("td", "");
    const maxLength = this.data.lengths[i];
    const looks = { type: "text", value: row[name], maxLength, autocomplete: "off" };
    if (row.run && !row.read_only) made.append(field(name, fill(label, { name: row.name }), looks));
    return made;
  }

  mark() {
    const isFull = this.chosen.length >= this.data.most;
    for (const row of this.table.querySelectorAll("tr[data-run]")) {
      const box = row.querySelector('[name="choose"]');
      if (!box) continue;
      box.checked = this.chosen.includes(row.dataset.run);
      box.disabled = isFull && !box.checked;
      row.classList.toggle("chosen", box.checked);
    }
  }

  // Rows that hold every word; what is chosen stays chosen though it is not seen.
  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...this.table.tBodies[0].rows];
    for (const row of rows) {
      const inputs = [...row.querySelectorAll('[type="text"]')].map(({ value }) => value);
      const said = [row.textContent, ...inputs].join(" ").toLowerCase();
      row.hidden = !words.every((word) => said.includes(word));
    }
    this.none.hidden = rows.some(({ hidden }) => !hidden);
  }

  click(event) {
    const button = event.target.closest("thead button");
    if (!button) return;
    const column = Number(button.name.slice("sort-".length));
    const again = this.order?.column === column;
    this.order = { column, down: again ? !this.order.down : false };
    this.build();
    this.mark();
    this.table.querySelector(`[name="${button.name}"]`).focus();
  }

  change({ target }) {
    const { run } = target.closest("tr").dataset;
    if (target.name === "choose") {
      this.chosen = this.chosen.filter((each) => each !== run);
      if (target.checked) this.chosen = [...this.chosen, run];
      this.mark();
      this.send("choose", this.chosen);
      return;
    }
    const row = target.closest("tr");
    const [tag, note] = ["tag", "note"].map((name) => row.querySelector(`[name="${name}"]`).value);
    this.send("write", { run, tag, note });
  }

  close() {
    this.listening.abort();
  }
}

// What has no value stands last either way.
function compare(one, other, down) {
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other));
  return down ? -order : order;
}

function cell(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...properties });
}

function nameCell({ name, about }) {
  const made = cell("th", name, { scope: "row" });
  made.append(cell("small", about));
  return made;
}

function textCell({ text, by }) {
  return cell("td", text, { className: typeof by === "number" ? "number" : "" });
}

function field(name, label, properties) {
  const made = Object.assign(document.createElement("input"), { name, ...properties });
  made.setAttribute("aria-label", label);
  return made;
}

export default mounted(RunTable, ({ setTriggerValue }) => setTriggerValue);
