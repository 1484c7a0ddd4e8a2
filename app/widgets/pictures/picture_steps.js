// A picture's way through the network, step by step. The steps are made once and then updated.

import { mounted } from "../shared/mount.js";
import { fill, numeral, percent, write } from "../shared/numerals.js";

const PICTURES = { written: "written", fitted: "fitted", centred: "seen" };
const KEYS = { ArrowLeft: -1, ArrowRight: 1 };

function element(tag, name, parent) {
  const made = document.createElement(tag);
  made.className = name;
  parent?.append(made);
  return made;
}

class Steps {
  constructor(parent) {
    this.root = parent.querySelector(".steps");
    this.bodies = {};
    this.isSorted = false;
  }

  show({ steps, names, labels }) {
    this.labels = labels;
    this.root.setAttribute("aria-label", steps ? labels.label : labels.empty);
    this.root.dataset.version = steps?.version ?? "";
    names.forEach((name) => this.frame(name));
    this.root.classList.toggle("empty", !steps);
    if (steps) this.fill(steps);
  }

  frame(name) {
    if (!this.bodies[name]) {
      const step = element("li", `step ${name}`, this.root);
      element("h4", "title", step);
      element("p", "note", step);
      this.bodies[name] = element("div", "body", step);
    }
    const step = this.bodies[name].parentElement;
    write(step.querySelector(".title"), this.labels[`step_${name}`]);
    write(step.querySelector(".note"), this.labels[`note_${name}`]);
  }

  fill(steps) {
    for (const [name, part] of Object.entries(PICTURES)) this.picture(name, moved(steps, name, part));
    this.numbers(steps.seen);
    const vector = { values: steps.seen.flat().map((value) => value / 255) };
    this.strips("vector", [{ ...vector, title: "", sentence: (i) => this.cell(steps.seen, i) }]);
    this.hidden(steps.hidden);
    this.softmax(steps);
    const winner = steps.probabilities.indexOf(Math.max(...steps.probabilities));
    const values = { label: steps.classes[winner], percent: percent(steps.probabilities[winner]) };
    write(this.bodies.verdict, fill(this.labels.verdict, values));
  }

  picture(name, rows) {
    const body = this.bodies[name];
    const canvas = body.querySelector("canvas") ?? element("canvas", "picture", body);
    const none = body.querySelector("p") ?? element("p", "none", body);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", this.labels[`step_${name}`]);
    canvas.hidden = !rows;
    none.hidden = Boolean(rows);
    write(none, rows ? "" : this.labels.not_moved);
    if (rows) paint(canvas, rows[0].length, rows.flat().map((value) => value / 255));
  }

  numbers(rows) {
    const body = this.bodies.numbers;
    const grid = body.querySelector(".grid") ?? scrolled(element("div", "grid", body), this.labels.step_numbers);
    grid.style.setProperty("--columns", rows[0].length);
    const values = rows.flat();
    while (grid.children.length < values.length) element("span", "number", grid);
    values.forEach((value, i) => {
      const cell = grid.children[i];
      if (cell.textContent === String(value)) return;
      cell.textContent = value;
      cell.style.setProperty("--value", value);
      // Of black and white the one that is told apart from the cell by 4.5 to 1.
      cell.classList.toggle("bright", value > 118);
    });
  }

  cell(rows, i) {
    const columns = rows[0].length;
    const [row, column] = [Math.floor(i / columns), i % columns];
    const value = rows[row][column];
    return fill(this.labels.cell, { index: i, columns, row, column, value, scaled: numeral(value / 255) });
  }

  hidden(layers) {
    const body = this.bodies.hidden;
    const none = body.querySelector(".none") ?? element("p", "none", body);
    write(none, layers.length ? "" : this.labels.no_hidden);
    this.order(body, layers);
    const strips = layers.map(([activation, outputs], i) => {
      const low = Math.min(0, ...outputs);
      const reach = Math.max(...outputs) - low || 1;
      const units = [...outputs.keys()];
      if (this.isSorted) units.sort((one, other) => outputs[other] - outputs[one]);
      return {
        values: units.map((unit) => (outputs[unit] - low) / reach),
        title: fill(this.labels.layer, { number: i + 1, units: outputs.length, activation }),
        sentence: (at) => fill(this.labels.unit, { number: units[at] + 1, value: numeral(outputs[units[at]]) }),
      };
    });
    this.strips("hidden", strips);
  }

  // The button that puts the nodes of every layer in the order of their outputs, and back in place.
  order(body, layers) {
    const button = body.querySelector("button") ?? element("button", "order", body);
    button.type = "button";
    button.hidden = !layers.length;
    button.setAttribute("aria-pressed", this.isSorted);
    write(button, this.labels.sorted);
    button.onclick = () => {
      this.isSorted = !this.isSorted;
      this.hidden(layers);
    };
  }

  strips(name, strips) {
    const body = this.bodies[name];
    while (body.querySelectorAll(".strip").length > strips.length) body.lastElementChild.remove();
    while (body.querySelectorAll(".strip").length < strips.length) this.strip(body, name);
    [...body.querySelectorAll(".strip")].forEach((strip, i) => {
      const canvas = strip.querySelector("canvas");
      strip.shown = strips[i];
      write(strip.querySelector(".name"), strips[i].title);
      canvas.setAttribute("aria-label", strips[i].title || this.labels[`step_${name}`]);
      paint(canvas, strips[i].values.length, strips[i].values);
      this.read(strip, name);
    });
  }

  strip(body, name) {
    const strip = element("div", "strip", body);
    element("p", "name", strip);
    const canvas = element("canvas", "cells", strip);
    Object.assign(canvas, { tabIndex: 0 });
    canvas.setAttribute("role", "img");
    element("p", "readout", strip).setAttribute("aria-live", "polite");
    const point = (event) => {
      const { left, width } = canvas.getBoundingClientRect();
      this.choose(strip, name, Math.floor(((event.clientX - left) / width) * strip.shown.values.length));
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("keydown", (event) => {
      if (!(event.key in KEYS)) return;
      event.preventDefault();
      this.choose(strip, name, (strip.at ?? -1) + KEYS[event.key]);
    });
  }

  choose(strip, name, at) {
    strip.at = Math.min(strip.shown.values.length - 1, Math.max(0, at));
    this.read(strip, name);
  }

  read(strip, name) {
    const hint = name === "vector" ? this.labels.vector_hint : this.labels.layer_hint;
    const known = strip.at !== undefined && strip.at < strip.shown.values.length;
    write(strip.querySelector(".readout"), known ? strip.shown.sentence(strip.at) : hint);
  }

  softmax({ z, probabilities, classes }) {
    const body = this.bodies.softmax;
    const table = body.querySelector(".terms") ?? scrolled(element("div", "terms", body), this.labels.step_softmax);
    const sum = body.querySelector(".sum") ?? element("p", "sum", body);
    // Shifted by the largest z, which leaves every share as it is: no exponential overflows.
    const most = Math.max(...z);
    const terms = z.map((each) => Math.exp(each - most));
    const total = terms.reduce((all, term) => all + term, 0);
    while (table.children.length > z.length) table.lastElementChild.remove();
    while (table.children.length < z.length) this.term(table, sum);
    z.forEach((each, i) => {
      const row = table.children[i];
      const values = { label: classes[i], z: numeral(each), shift: bracketed(numeral(most)), term: numeral(terms[i]) };
      write(row.children[0], classes[i]);
      write(row.children[1], `z = ${values.z}`);
      write(row.children[2], fill(this.labels.term, values));
      write(row.children[3], fill(this.labels.share, { ...values, total: numeral(total), percent: percent(probabilities[i]) }));
    });
    while (sum.children.length > z.length) sum.lastElementChild.remove();
    while (sum.children.length < z.length) element("span", "part", sum);
    terms.forEach((term, i) => write(sum.children[i], `${i ? "+ " : ""}${numeral(term)} `));
    sum.dataset.total = `= ${numeral(total)}`;
    sum.dataset.name = this.labels.sum;
  }

  term(table, sum) {
    const row = element("div", "term", table);
    for (const name of ["class", "z", "power", "share"]) element("span", name, row);
    row.tabIndex = 0;
    const part = () => sum.children[[...table.children].indexOf(row)];
    const dim = (parts) => parts.forEach((lit) => lit?.classList.remove("lit"));
    // One at a time: the pointer may rest on a row while the keyboard goes on to another.
    const light = () => {
      dim([table, sum].flatMap((all) => [...all.querySelectorAll(".lit")]));
      for (const lit of [row, part()]) lit?.classList.add("lit");
    };
    for (const name of ["pointerenter", "focus"]) row.addEventListener(name, light);
    for (const name of ["pointerleave", "blur"]) row.addEventListener(name, () => dim([row, part()]));
  }

  close() {}
}

// A number that a minus sign may stand before.
function bracketed(figure) {
  return figure.startsWith("−") ? `(${figure})` : figure;
}

// The picture of a step: nothing where the drawing was not moved.
function moved(steps, name, part) {
  return name === "written" || steps.fitted ? steps[part] : null;
}

// What may be wider than the page is reached by keyboard too.
function scrolled(made, label) {
  made.tabIndex = 0;
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  return made;
}

function paint(canvas, columns, values) {
  const rows = values.length / columns;
  Object.assign(canvas, { width: columns, height: rows });
  const picture = new ImageData(columns, rows);
  values.forEach((value, i) => {
    const grey = Math.round(255 * value);
    picture.data.set([grey, grey, grey, 255], i * 4);
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

export default mounted(Steps);
