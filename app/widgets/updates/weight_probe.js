// One weight while it learns: every figure of its last update with the arithmetic that leads to it
// and a small curve. Figures and arithmetic come from models/network/update_rule.py: nothing here
// knows an optimizer.

import { mounted } from "../shared/mount.js";
import { numeral, operand, raised, setting, span, whole, write, fill } from "../shared/numerals.js";
import { followRun } from "../shared/run_stream.js";

const SHOWN = 80; // updates on the curves
const STORED = 2 ** -23; // a float32 weight is stored to this share of itself

class Probe {
  constructor(parent) {
    this.root = parent.querySelector(".probe");
    this.rows = [];
    this.leave = () => {};
    this.listener = (event) => this.take(event);
    this.curves = [...this.root.querySelectorAll("figure")].map((figure) => new Curve(figure));
  }

  show({ run, rule, picked, name, labels }) {
    Object.assign(this, { rule, labels, picked, live: run?.live ?? false });
    const subject = JSON.stringify([run?.run ?? null, picked]);
    if (subject !== this.subject) {
      this.leave();
      Object.assign(this, { subject, run: run?.run ?? null, rows: [], ended: false });
    }
    this.leave = followRun(run, this.listener);
    write(this.root.querySelector(".name"), name);
    this.paint();
  }

  take(event) {
    if (event.kind === "weight") this.takeWeight(event);
    else if (event.kind === "end") this.ended = true;
    else if (event.kind === "continued") Object.assign(this, { ended: false, live: true });
    else if (event.kind === "started" || event.kind === "rewound") this.cutBack(event.update);
    else return;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  takeWeight({ layer, input, unit, rows }) {
    if (JSON.stringify([layer, input, unit]) !== JSON.stringify(this.picked)) return;
    const last = this.rows.at(-1)?.update ?? 0;
    this.rows.push(...rows.filter(({ update }) => update > last).map(readRow));
    this.rows.splice(0, this.rows.length - SHOWN);
  }

  // What a run had told beyond its checkpoint is told anew.
  cutBack(update) {
    this.rows = this.rows.filter((row) => row.update <= update);
  }

  paint() {
    const { labels, root } = this;
    const row = this.rows.at(-1) ?? null;
    const told = this.rows.map((each) => ({ update: each.update, ...valuesOf(this.rule, each) }));
    const figures = figuresOf(this.rule, row, this.before());
    root.dataset.update = row?.update ?? 0;
    write(root.querySelector(".says"), this.says(row));
    this.list([...this.entries(row, figures), this.real(row, figures)]);
    this.sparks(told);
    write(root.querySelector(".lecture"), this.lecture(figures));
    root.querySelector(".lecture").hidden = !this.rule.has_lecture;
    root.querySelector(".figures").setAttribute("aria-label", labels.table);
    const weight = this.rows.map(({ update, after }) => [update, after]);
    const change = this.rows.map(({ update, before, after }) => [update, after - before]);
    this.curves[0].draw(weight, "w", labels.curve_w, labels.curve_label);
    this.curves[1].draw(change, "Δw", labels.curve_change, labels.curve_label);
  }

  // The slots before the last update, where the update before it was told as well.
  before() {
    const [earlier, last] = this.rows.slice(-2);
    if (this.rows.length > 1) return earlier.update === last.update - 1 ? earlier.slots : null;
    return earlier?.update === 1 ? this.rule.initial : null;
  }

  says(row) {
    const { labels } = this;
    if (this.run === null) return labels.empty;
    if (!row) return this.live && !this.ended ? labels.waiting : labels.over;
    const update = fill(labels.update, { update: whole(row.update) });
    return row.gradient === 0 ? `${update} · ${labels.zero}` : update;
  }

  entries(row, figures) {
    const { labels } = this;
    const weight = row ? `${numeral(row.before, 5)} → ${numeral(row.after, 5)}` : "–";
    const clipped = this.rule.clips ? labels.clipped : null;
    return [
      { name: "w", symbol: "w", meaning: labels.w, text: weight, sum: null },
      { name: "g", symbol: "g", meaning: labels.g, value: row?.gradient, sum: clipped },
      ...figures.lines.map((line) => ({ ...line, meaning: labels[line.meaning] })),
    ];
  }

  real(row, { change }) {
    const entry = { name: "real", symbol: "", meaning: this.labels.real, sum: "" };
    if (!row) return entry;
    const value = row.after - row.before;
    const difference = Math.abs(value - change);
    const rounding = STORED * Math.max(Math.abs(row.before), Math.abs(row.after));
    if (difference <= 1e-4 * Math.abs(change)) return { ...entry, value, sum: this.labels.same };
    return { ...entry, value, sum: difference <= 2 * rounding ? this.labels.rounded : "" };
  }

  lecture({ change, lecture }) {
    if (lecture === undefined) return "";
    const times = change ? numeral(lecture / change, 3) : "–";
    return fill(this.labels.lecture, { change: numeral(lecture), times });
  }

  list(entries) {
    const list = this.root.querySelector(".figures");
    while (list.children.length > entries.length) list.lastElementChild.remove();
    while (list.children.length < entries.length) list.append(emptyEntry(this.curves[0].picture));
    entries.forEach((entry, i) => fillEntry(list.children[i], entry));
  }

  // Beside every figure but the weight and its change, whose curves stand below and are larger.
  sparks(told) {
    for (const entry of this.root.querySelectorAll(".figures > div")) {
      const { name } = entry.dataset;
      const [term, spark] = entry.children;
      spark.hidden = ["w", "change", "real"].includes(name);
      if (spark.hidden) continue;
      const points = told.map((values) => [values.update, values[name]]);
      drawCurve(spark.firstElementChild, points, term.textContent, this.labels.curve_label);
    }
  }

  close() {
    this.leave();
    cancelAnimationFrame(this.frame);
  }
}

// What is no finite number arrives as null, in which arithmetic would see a zero.
function readRow(row) {
  const number = (value) => value ?? NaN;
  const { update, rate, slots } = row;
  const [before, gradient, after] = [row.before, row.gradient, row.after].map(number);
  const figures = Object.fromEntries(Object.entries(row.figures).map(([name, value]) => [name, number(value)]));
  return { update, rate, before, gradient, after, figures, slots: slots.map(number) };
}

function emptyEntry(picture) {
  const entry = document.createElement("div");
  const [term, spark, value, sum] = ["dt", "dd", "dd", "dd"].map((tag) => document.createElement(tag));
  term.append(document.createElement("b"), " ", span("", "meaning"));
  spark.append(picture.cloneNode(true));
  Object.assign(spark, { className: "spark" });
  Object.assign(value, { className: "value" });
  Object.assign(sum, { className: "sum" });
  entry.append(term, spark, value, sum);
  return entry;
}

// `sum` says how the figure comes about; null where nothing ever does.
function fillEntry(element, { name, symbol, meaning, value, text, sum, long = false }) {
  const [term, , number, arithmetic] = element.children;
  element.dataset.name = name;
  element.dataset.value = value ?? "";
  write(term.firstElementChild, symbol);
  write(term.lastElementChild, meaning);
  write(number, text ?? (value === undefined ? "–" : numeral(value)));
  write(arithmetic, sum ?? "");
  arithmetic.classList.toggle("none", sum === null);
  arithmetic.classList.toggle("long", long);
}

// The arithmetic ------------------------------------------------------------------------------

// Returns the lines to show, and the change by the formula; letters stand where no number is known.
function figuresOf(rule, row, before) {
  const values = row ? valuesOf(rule, row) : {};
  const letters = Object.fromEntries(rule.terms.map(({ name, symbol }) => [name, symbol]));
  const words = { ...settingsOf(rule, row), ...letters, ...rule.letters, g: "g", w: "w", t: "ᵗ" };
  for (const [name, value] of Object.entries(values)) words[name] = operand(value);
  if (row) Object.assign(words, { t: raised(row.update), w: operand(row.before) });
  rule.slots.forEach((name, i) => {
    words[`${name}_before`] = before ? operand(before[i]) : letters[name];
  });
  const lines = rule.terms.map(({ name, symbol, meaning, sum }) => {
    // Numbers with a letter among them would be no sum that anybody can check.
    const told = sum.includes("_before}") && !before ? { ...words, ...letters, g: "g" } : words;
    const long = sum.includes("√"); // two lines where the column is narrow
    return { name, symbol, meaning, long, value: values[name], sum: `= ${fill(sum, told)}` };
  });
  return { lines, change: values.change, lecture: values.lecture };
}

function settingsOf({ settings }, row) {
  const numbers = { ...settings, rate: row?.rate ?? settings.rate };
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, setting(value)]));
}

// Every figure of an update by name.
function valuesOf({ slots }, row) {
  const held = Object.fromEntries(slots.map((name, i) => [name, row.slots[i]]));
  return { g: row.gradient, ...held, ...row.figures };
}

// The curves ----------------------------------------------------------------------------------

class Curve {
  constructor(figure) {
    const find = (selector) => figure.querySelector(selector);
    Object.assign(this, { caption: find("figcaption"), picture: find("svg") });
    Object.assign(this, { high: find(".high"), low: find(".low") });
  }

  draw(points, symbol, name, template) {
    write(this.caption, symbol);
    const { low, high } = drawCurve(this.picture, points, name, template);
    write(this.high, high);
    write(this.low, low);
  }
}

// Draws [update, value]s, those that are finite, and says their range; returns its ends in words.
function drawCurve(picture, points, name, template) {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const values = finite.map(([, value]) => value);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 0];
  const [first, last] = values.length ? [finite[0][0], finite.at(-1)[0]] : [0, 0];
  const x = (update) => (last > first ? (100 * (update - first)) / (last - first) : 100);
  const y = (value) => (high > low ? 38 - (36 * (value - low)) / (high - low) : 20);
  const path = finite.map(([update, value], i) => `${i ? "L" : "M"}${x(update).toFixed(2)} ${y(value).toFixed(2)}`);
  picture.querySelector(".curve").setAttribute("d", path.join(" "));
  picture.querySelector(".zero").setAttribute("d", low < 0 && high > 0 ? `M0 ${y(0).toFixed(2)}H100` : "");
  const shown = values.length ? { low: numeral(low), high: numeral(high) } : { low: "", high: "" };
  const numbers = { curve: name, first: whole(first), last: whole(last), ...shown };
  picture.setAttribute("aria-label", values.length ? fill(template, numbers) : name);
  return shown;
}

export default mounted(Probe);
