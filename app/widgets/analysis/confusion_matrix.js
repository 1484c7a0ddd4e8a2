// A confusion matrix whose cells, rows and columns are buttons. One Tab stop; the arrow keys move.

import { mounted } from "../shared/mount.js";

class Matrix {
  constructor(parent) {
    this.root = parent.querySelector("table");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.root.addEventListener("click", (event) => this.click(event), { signal });
    this.root.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  show({ texts, shades, classes, chosen, labels }, send) {
    this.send = send;
    this.labels = labels;
    this.classes = classes;
    this.root.caption.textContent = labels.label;
    this.build(classes.length);
    const [rows, columns] = [this.rows(), this.columns()];
    rows.forEach((button, i) => this.name(button, classes[i], labels.row, { true: classes[i] }));
    columns.forEach((button, i) => this.name(button, classes[i], labels.column, { given: classes[i] }));
    for (const button of this.root.querySelectorAll("td button")) {
      const { row, column } = button.dataset;
      const values = { true: classes[row], given: classes[column], value: texts[row][column] };
      this.name(button, texts[row][column], labels.cell, values);
      button.style.setProperty("--shade", Math.abs(shades[row][column]));
      button.classList.toggle("none", shades[row][column] === 0);
      button.classList.toggle("less", shades[row][column] < 0);
    }
    this.mark(chosen);
  }

  build(count) {
    if (this.count === count) return;
    this.count = count;
    const numbers = [...Array(count).keys()];
    const heads = numbers.map((column) => cell("th", "", column));
    const head = document.createElement("tr");
    const corner = document.createElement("td");
    corner.className = "corner";
    corner.append(document.createElement("span"));
    head.append(corner, ...heads);
    this.root.tHead.replaceChildren(head);
    const rows = numbers.map((row) => {
      const line = document.createElement("tr");
      line.append(cell("th", row, ""), ...numbers.map((column) => cell("td", row, column)));
      return line;
    });
    this.root.tBodies[0].replaceChildren(...rows);
  }

  rows() {
    return [...this.root.querySelectorAll("tbody th button")];
  }

  columns() {
    return [...this.root.querySelectorAll("thead th button")];
  }

  name(button, text, label, values) {
    button.textContent = text;
    button.setAttribute("aria-label", filled(label, values));
    button.title = filled(label, values);
  }

  mark([row, column]) {
    const corner = this.root.querySelector(".corner span");
    corner.textContent = `${this.labels.true} ↓ ${this.labels.given} →`;
    const place = [row ?? "", column ?? ""].join();
    for (const button of this.root.querySelectorAll("button")) {
      const is = [button.dataset.row, button.dataset.column].join() === place;
      button.setAttribute("aria-pressed", String(is));
      button.tabIndex = is ? 0 : -1;
    }
    if (place === ",") this.root.querySelector("td button").tabIndex = 0;
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const number = (text) => (text === "" ? null : Number(text));
    const [row, column] = [number(button.dataset.row), number(button.dataset.column)];
    this.mark([row, column]);
    this.send({ true: row, given: column });
  }

  key(event) {
    const steps = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const step = steps[event.key];
    const button = event.target.closest("button");
    if (!step || !button) return;
    event.preventDefault();
    const line = button.closest("tr");
    const lines = [...this.root.rows];
    const next = lines[lines.indexOf(line) + step[0]];
    next?.cells[button.parentElement.cellIndex + step[1]]?.querySelector("button")?.focus();
  }

  close() {
    this.listening.abort();
  }
}

function cell(tag, row, column) {
  const made = document.createElement(tag);
  if (tag === "th") made.scope = row === "" ? "col" : "row";
  const button = document.createElement("button");
  button.type = "button";
  Object.assign(button.dataset, { row, column });
  button.classList.toggle("right", row === column);
  made.append(button);
  return made;
}

const filled = (label, values) => label.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

export default mounted(Matrix, ({ setTriggerValue }) => (picked) => setTriggerValue("pick", picked));
