// The variables of a table: a row each, of which one is pressed. Training bars, test as a line.

import { mounted } from "../shared/mount.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [120, 32];

class Variables {
  constructor(parent) {
    this.root = parent.querySelector(".variables");
    this.table = parent.querySelector("table");
    this.selected = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.table.addEventListener("click", (event) => this.click(event), { signal });
  }

  show({ variables, heads, selected, labels }, send) {
    this.send = send;
    this.selected ??= selected;
    this.root.setAttribute("aria-label", labels.table);
    const text = JSON.stringify([variables, heads, labels]);
    if (text !== this.text) {
      this.text = text;
      const focused = this.table.querySelector("button:focus")?.parentElement.parentElement.dataset.number;
      this.table.replaceChildren(head(heads), body(variables, labels));
      this.row(focused)?.querySelector("button").focus();
    }
    this.mark();
  }

  row(number) {
    return this.table.querySelector(`tr[data-number="${number}"]`);
  }

  mark() {
    for (const row of this.table.querySelectorAll("tr[data-number]")) {
      const isChosen = Number(row.dataset.number) === this.selected;
      row.classList.toggle("chosen", isChosen);
      row.querySelector("button").setAttribute("aria-pressed", String(isChosen));
    }
  }

  click(event) {
    const row = event.target.closest("tr[data-number]");
    if (!row) return;
    this.selected = Number(row.dataset.number);
    this.mark();
    this.send(this.selected);
  }

  close() {
    this.listening.abort();
  }
}

function head(titles) {
  const made = document.createElement("thead");
  const row = made.appendChild(document.createElement("tr"));
  row.append(...titles.map((title) => cell("th", title, { scope: "col" })));
  return made;
}

function body(variables, labels) {
  const made = document.createElement("tbody");
  made.append(...variables.map((variable) => line(variable, labels)));
  return made;
}

function line({ number, name, about, train, test, figures }, labels) {
  const row = document.createElement("tr");
  row.dataset.number = number;
  const title = cell("th", "", { scope: "row" });
  const button = title.appendChild(document.createElement("button"));
  Object.assign(button, { type: "button", textContent: name, title: labels.choose });
  const picture = cell("td", "");
  picture.append(histogram(train, test, labels.histogram.replace("{name}", name)));
  row.append(title, ...about.map((text) => cell("td", text)), picture);
  row.append(...figures.map((text) => cell("td", text, { className: "number" })));
  return row;
}

function cell(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...properties });
}

function histogram(train, test, label) {
  const picture = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  const most = Math.max(...train, ...test, 1e-9);
  const step = WIDTH / Math.max(train.length, 1);
  const top = (share) => HEIGHT - (share / most) * (HEIGHT - 1);
  train.forEach((share, i) => {
    const size = { x: i * step, y: top(share), width: step - 1, height: HEIGHT - top(share) };
    picture.append(drawn("rect", { ...size, class: "train" }));
  });
  const path = test.map((share, i) => `${i ? "L" : "M"}${i * step} ${top(share)}h${step}`);
  if (test.length) picture.append(drawn("path", { d: path.join(""), class: "test" }));
  return picture;
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export default mounted(Variables, ({ setStateValue }) => (number) => setStateValue("choice", number));
