// One weight while it learns: every figure of its last update with the arithmetic that leads to it
// and a small curve. The arithmetic is that of models/network/update_rule.py, from the same figures.

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

  show({ run, optimizer, slots, picked, name, labels }) {
    Object.assign(this, { optimizer, slots, labels, picked, live: run?.live ?? false });
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
    const told = this.rows.map((each) => ({ update: each.update, ...valuesOf(this.optimizer, this.slots, each) }));
    const figures = figuresOf(this.optimizer, this.slots, row, this.before());
    root.dataset.update = row?.update ?? 0;
    write(root.querySelector(".says"), this.says(row));
    this.list([...this.entries(row, figures), this.real(row, figures)]);
    this.sparks(told);
    write(root.querySelector(".lecture"), this.lecture(figures));
    root.querySelector(".lecture").hidden = this.optimizer.name !== "adam";
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
    return earlier?.update === 1 ? this.slots.map(() => this.optimizer.initial_accumulator_value ?? 0) : null;
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
    const clipped = this.optimizer.clipnorm ? labels.clipped : null;
    return [
      { name: "w", symbol: "w", meaning: labels.w, text: weight, sum: null },
      { name: "g", symbol: "g", meaning: labels.g, value: row?.gradient, sum: clipped },
      ...figures.lines.map(({ label, ...line }) => ({ ...line, meaning: labels[label] })),
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
  return { update, rate, before, gradient, after, slots: slots.map(number) };
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

// Every rule gives lines [name, symbol, label, sum]: how a figure comes about, {name}s standing for
// other figures and {name_before} for their values before the update.
const RULES = { sgd, rmsprop, adam, adamw: adam, adagrad };

function sgd(settings) {
  if (!settings.momentum) return [["change", "Δw", "change", "−{rate} × {g}"]];
  const step = "{mu} × {momentum} − {rate} × {g}";
  return [
    ["momentum", "v", "momentum", "{mu} × {momentum_before} − {rate} × {g}"],
    ["change", "Δw", "change", settings.nesterov ? step : "{momentum}"],
  ];
}

function rmsprop(settings) {
  const centre = settings.centered ? " − {average_gradient}²" : "";
  const step = `{rate} × {g} ÷ √({velocity}${centre} + {epsilon})`;
  const lines = [["velocity", "E[g²]", "square", "{rho} × {velocity_before} + {rest} × {g}²"]];
  if (settings.centered) {
    lines.push(["average_gradient", "E[g]", "mean", "{rho} × {average_gradient_before} + {rest} × {g}"]);
  }
  if (!settings.momentum) return [...lines, ["change", "Δw", "change", `−${step}`]];
  lines.push(["momentum", "u", "momentum", `{mu} × {momentum_before} + ${step}`]);
  return [...lines, ["change", "Δw", "change", "−{momentum}"]];
}

function adam(settings) {
  const largest = settings.amsgrad ? [["velocity_hat", "v_max", "largest", "max({velocity_hat_before}, {velocity})"]] : [];
  const velocity = settings.amsgrad ? "velocity_hat" : "velocity";
  const decay = settings.weight_decay ? "−{rate} × {decay} × {w} − " : "−";
  return [
    ["momentum", "m", "mean", "{beta_1} × {momentum_before} + {rest_1} × {g}"],
    ["velocity", "v", "square", "{beta_2} × {velocity_before} + {rest_2} × {g}²"],
    ...largest,
    ["m_hat", "m̂", "mean_corrected", "{momentum} ÷ (1 − {beta_1}{t})"],
    ["v_hat", "v̂", "square_corrected", `{${velocity}} ÷ (1 − {beta_2}{t})`],
    ["change", "Δw", "change", `${decay}{rate} × {m_hat} ÷ (√{v_hat} + {epsilon_hat})`],
  ];
}

function adagrad() {
  return [
    ["accumulator", "G", "sum", "{accumulator_before} + {g}²"],
    ["change", "Δw", "change", "−{rate} × {g} ÷ √({accumulator} + {epsilon})"],
  ];
}

// Returns the lines to show, and the change by the formula; letters stand where no number is known.
function figuresOf(optimizer, slots, row, before) {
  const rule = RULES[optimizer.name](optimizer);
  const values = row ? valuesOf(optimizer, slots, row) : {};
  const letters = Object.fromEntries(rule.map(([name, symbol]) => [name, symbol]));
  const words = { ...settingsOf(optimizer, row), ...letters, g: "g", w: "w", t: "ᵗ", epsilon_hat: "ε̂" };
  for (const [name, value] of Object.entries(values)) words[name] = operand(value);
  if (row) Object.assign(words, { t: raised(row.update), w: operand(row.before) });
  slots.forEach((name, i) => {
    words[`${name}_before`] = before ? operand(before[i]) : letters[name];
  });
  const lines = rule.map(([name, symbol, label, sum]) => {
    // Numbers with a letter among them would be no sum that anybody can check.
    const told = sum.includes("_before}") && !before ? { ...words, ...letters, g: "g" } : words;
    const long = sum.includes("√"); // two lines where the column is narrow
    return { name, symbol, label, long, value: values[name], sum: `= ${fill(sum, told)}` };
  });
  return { lines, change: values.change, lecture: row ? lectureChange(optimizer, values, row) : undefined };
}

function settingsOf(optimizer, row) {
  const { momentum, rho, beta_1, beta_2, epsilon, weight_decay } = optimizer;
  const numbers = { rate: row?.rate ?? optimizer.learning_rate, mu: momentum, rho, epsilon };
  Object.assign(numbers, { beta_1, beta_2, decay: weight_decay });
  Object.assign(numbers, { rest: 1 - rho, rest_1: 1 - beta_1, rest_2: 1 - beta_2 });
  const known = Object.entries(numbers).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(known.map(([name, value]) => [name, setting(value)]));
}

// Every figure of an update from the slots after it; `update` is Adam's t.
function valuesOf(optimizer, slots, row) {
  const values = { g: row.gradient };
  slots.forEach((name, i) => (values[name] = row.slots[i]));
  if (optimizer.name.startsWith("adam")) Object.assign(values, hats(optimizer, values, row.update));
  return { ...values, change: CHANGES[optimizer.name](optimizer, values, row) };
}

function hats({ beta_1, beta_2, epsilon }, values, t) {
  const [known_1, known_2] = [1 - beta_1 ** t, 1 - beta_2 ** t];
  return {
    m_hat: values.momentum / known_1,
    v_hat: (values.velocity_hat ?? values.velocity) / known_2,
    epsilon_hat: epsilon / Math.sqrt(known_2),
  };
}

const CHANGES = {
  sgd({ momentum, nesterov }, values, { rate, gradient }) {
    if (!momentum) return -rate * gradient;
    return nesterov ? momentum * values.momentum - rate * gradient : values.momentum;
  },
  rmsprop({ epsilon, momentum, centered }, values, { rate, gradient }) {
    if (momentum) return -values.momentum;
    const variance = values.velocity - (centered ? values.average_gradient ** 2 : 0);
    return (-rate * gradient) / Math.sqrt(variance + epsilon);
  },
  adam(settings, { m_hat, v_hat, epsilon_hat }, { rate }) {
    return (-rate * m_hat) / (Math.sqrt(v_hat) + epsilon_hat);
  },
  adamw(settings, values, row) {
    return CHANGES.adam(settings, values, row) - row.rate * settings.weight_decay * row.before;
  },
  adagrad({ epsilon }, { accumulator }, { rate, gradient }) {
    return (-rate * gradient) / Math.sqrt(accumulator + epsilon);
  },
};

// The lecture's Adam does not correct m and v; of the others it shows the same form, or none.
function lectureChange({ name, epsilon }, { momentum, velocity }, { rate }) {
  return name === "adam" ? (-rate * momentum) / (Math.sqrt(velocity) + epsilon) : undefined;
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
