// The updates of an epoch as cells that fill, and the four steps of an update with their numbers.

import { mounted } from "../shared/mount.js";
import { numeral, operand, percent, span, whole, write, fill } from "../shared/numerals.js";
import { followRun } from "../shared/run_stream.js";

const MOST_CELLS = 600;
const ONE_ROW = 60; // more cells than this stand in several rows
const NUMBERED = 12; // up to so many cells say how many rows their batch has
const STEP_MS = 220;
const LEAST_STEP_MS = 90; // faster than this the four steps light up at once
const ANNOUNCE_MS = 2000;
const STEPS = ["forward", "loss", "gradient", "change"];

class Strip {
  constructor(parent) {
    this.root = parent.querySelector(".strip");
    this.run = undefined;
    this.leave = () => {};
    this.listener = (event) => this.take(event);
    this.cells = new Cells(this.root.querySelector(".cells"));
    this.steps = new Updates(this.root);
  }

  show({ plan, loss, run, classes, labels }) {
    Object.assign(this, { asked: plan, labels });
    this.steps.dress(labels, loss, classes);
    const id = run?.run ?? null;
    if (id !== this.run) this.begin(id);
    this.leave = followRun(run, this.listener);
    this.paint();
  }

  begin(id) {
    this.leave();
    this.leave = () => {};
    Object.assign(this, { run: id, started: null, update: 0, announced: 0, said: 0 });
    write(this.root.querySelector(".announcer"), "");
    this.steps.clear();
  }

  take(event) {
    this[`take_${event.kind}`]?.(event);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  take_started(event) {
    this.started = event;
    this.update = event.update;
    this.steps.clear();
  }

  take_rewound({ update }) {
    this.update = update;
    this.steps.clear();
  }

  take_batches({ points }) {
    this.reach(points.at(-1)?.[0] ?? 0);
  }

  take_epoch({ epoch }) {
    this.reach(epoch * (this.started?.updates_per_epoch ?? 0));
  }

  take_snapshot({ update }) {
    this.reach(update);
  }

  take_step(event) {
    this.reach(event.update - 1);
    this.steps.take(event);
  }

  take_weight({ rows }) {
    this.steps.takeWeight(rows);
  }

  // What passes may come late: the count never goes back but by what the run says of itself.
  reach(update) {
    this.update = Math.max(this.update, update);
  }

  // The plan of the run on show; the form's where it is the same or nothing runs.
  plan() {
    const { asked, started } = this;
    if (!started) return asked;
    const isAsked = ["rows", "updates_per_epoch"].every((name) => started[name] === asked[name]);
    const { rows, updates_per_epoch, epochs } = started;
    return isAsked ? { ...asked, epochs } : { rows, updates_per_epoch, epochs };
  }

  paint() {
    const plan = this.plan();
    const { updates_per_epoch: per, epochs } = plan;
    const isRunning = this.steps.isRunning(this.update);
    const finished = Math.max(0, Math.ceil((this.update + isRunning) / per) - 1);
    const done = this.update - finished * per;
    const numbers = {
      epoch: whole(Math.min(epochs, this.started ? finished + 1 : 0)),
      epochs: whole(epochs),
      update: whole(this.update),
      updates: whole(epochs * per),
    };
    const { labels, root } = this;
    this.cells.show(plan, done, finished > 0, isRunning ? done : null);
    Object.assign(root.dataset, { update: this.update, done });
    write(root.querySelector(".plan"), planText(plan, labels));
    write(root.querySelector(".epoch"), fill(labels.epoch, numbers));
    write(root.querySelector(".update"), fill(labels.update, numbers));
    const scale = this.cells.each > 1 ? labels.several_each : labels.one_each;
    write(root.querySelector(".scale"), fill(scale, { each: whole(this.cells.each) }));
    this.announce(finished, numbers, fill(labels.cells, { updates: whole(per), done: whole(done) }));
  }

  // At most once an epoch, and not in a flood of short ones.
  announce(finished, numbers, cells) {
    const element = this.root.querySelector(".cells");
    this.root.setAttribute("aria-label", this.labels.label);
    if (finished === this.said && element.hasAttribute("aria-label")) return;
    if (finished && performance.now() - this.announced < ANNOUNCE_MS) return;
    Object.assign(this, { said: finished, announced: performance.now() });
    element.setAttribute("aria-label", cells);
    if (finished) write(this.root.querySelector(".announcer"), fill(this.labels.announce, numbers));
  }

  close() {
    this.leave();
    this.steps.clear();
    this.cells.close();
    cancelAnimationFrame(this.frame);
  }
}

function planText({ rows, batch_size, updates_per_epoch, last_batch }, labels) {
  const numbers = { rows: whole(rows), updates: whole(updates_per_epoch) };
  if (!batch_size) return fill(labels.plan_other, numbers);
  const batches = { batch: whole(batch_size), last: whole(last_batch), full: whole(updates_per_epoch - 1) };
  const template = last_batch === batch_size ? labels.plan_even : labels.plan;
  return fill(template, { ...numbers, ...batches });
}

// The cells ---------------------------------------------------------------------------------

class Cells {
  constructor(root) {
    this.root = root;
    this.each = 1;
    this.resized = new ResizeObserver(() => this.fitNumbers());
    this.resized.observe(root);
  }

  // A cell is done, running (in slow motion) or still to come; `again` shows the epoch before.
  show(plan, done, again, running) {
    const shape = JSON.stringify([plan.updates_per_epoch, plan.batch_size, plan.last_batch]);
    if (shape !== this.shape) this.build(plan, shape);
    this.root.classList.toggle("again", again);
    const full = Math.floor(done / this.each);
    const now = running === null ? null : Math.floor(running / this.each);
    this.elements.forEach((element, i) => {
      const state = i < full || done === plan.updates_per_epoch ? "done" : i === now ? "now" : "";
      if (element.className !== state) element.className = state;
    });
  }

  build({ updates_per_epoch: per, batch_size, last_batch }, shape) {
    this.shape = shape;
    this.each = Math.ceil(per / MOST_CELLS);
    const count = Math.ceil(per / this.each);
    const share = this.each === 1 && batch_size ? last_batch / batch_size : 1;
    this.elements = Array.from({ length: count }, (_, i) => {
      const cell = document.createElement("i");
      cell.style.setProperty("--share", i === count - 1 ? share : 1);
      if (count <= NUMBERED && batch_size) cell.append(span(whole(i === count - 1 ? last_batch : batch_size)));
      return cell;
    });
    this.root.classList.toggle("rows", count > ONE_ROW);
    this.root.replaceChildren(...this.elements);
    this.fitNumbers();
  }

  // A number that is wider than its cell is left out.
  fitNumbers() {
    for (const cell of this.elements ?? []) {
      const number = cell.firstElementChild;
      if (number) number.hidden = number.scrollWidth > cell.clientWidth + 1;
    }
  }

  close() {
    this.resized.disconnect();
  }
}

// The four steps ----------------------------------------------------------------------------

class Updates {
  constructor(root) {
    this.root = root;
    this.items = STEPS.map((step) => root.querySelector(`[data-step="${step}"]`));
    this.weights = new Map();
    this.event = null;
  }

  dress(labels, loss, classes) {
    Object.assign(this, { labels, loss, classes });
    this.root.querySelector(".steps").setAttribute("aria-label", labels.steps);
    this.items.forEach((item, i) => write(item.firstElementChild, labels[STEPS[i]]));
    this.write();
  }

  clear() {
    clearTimeout(this.timer);
    this.weights.clear();
    Object.assign(this, { event: null, lit: null, came: null });
    this.write();
  }

  // Whether an update is being shown that is not among those that are done.
  isRunning(update) {
    return this.event !== null && this.event.update === update + 1;
  }

  take(event) {
    if (this.event?.update === event.update) return;
    const gap = performance.now() - (this.came ?? -Infinity);
    Object.assign(this, { event, came: performance.now() });
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pause = Math.min(STEP_MS, gap / 5);
    clearTimeout(this.timer);
    if (calm || pause < LEAST_STEP_MS) this.light(STEPS.length - 1);
    else this.lightInTurn(0, pause);
  }

  lightInTurn(step, pause) {
    this.light(step);
    if (step < STEPS.length - 1) this.timer = setTimeout(() => this.lightInTurn(step + 1, pause), pause);
  }

  light(step) {
    this.lit = step;
    this.write();
  }

  // The weight of an update may be told before or after its step.
  takeWeight(rows) {
    for (const row of rows) this.weights.set(row.update, row);
    for (const update of [...this.weights.keys()].slice(0, -20)) this.weights.delete(update);
    if (this.event && this.lit === STEPS.length - 1) this.write();
  }

  write() {
    if (!this.labels) return;
    const { event, labels } = this;
    const now = event && { batch: whole(event.batch), rows: whole(event.rows), update: whole(event.update) };
    write(this.root.querySelector(".under-way"), now ? fill(labels.now, now) : labels.slow);
    this.items.forEach((item, i) => {
      item.classList.toggle("lit", event !== null && i === this.lit);
      item.classList.toggle("told", event !== null && i <= this.lit);
      item.classList.toggle("stale", event !== null && i > this.lit);
      const told = item.lastElementChild;
      if (!event) return write(told, labels[`about_${STEPS[i]}`]);
      if (i <= this.lit) told.replaceChildren(...this[`tell_${STEPS[i]}`](event));
    });
  }

  tell_forward({ examples }) {
    const [first] = examples;
    if (!first) return [];
    const { labels } = this;
    if (!this.classes) {
      return [fill(labels.answer_value, { answer: numeral(first.answer[0]), target: numeral(first.target) })];
    }
    const best = first.answer.indexOf(Math.max(...first.answer));
    const numbers = {
      answer: this.name(best),
      percent: percent(first.answer[best]),
      target: this.name(first.target),
      target_percent: percent(first.answer[first.target]),
    };
    return [fill(labels.answer_class, numbers)];
  }

  name(index) {
    return this.classes[index] ?? String(index);
  }

  // (term + term + term + … 64 rows) ÷ 64 = mean, and what the penalty makes of it.
  tell_loss({ examples, rows, loss, penalty }) {
    const terms = examples.map((example) => this.term(example));
    const more = rows > examples.length ? [fill(this.labels.more_rows, { rows: whole(rows) })] : [];
    const sum = [...terms, ...more].flatMap((term, i) => [i ? " + " : "", span(term, "term")]);
    const parts = ["(", ...sum, `) ÷ ${whole(rows)} `, span(`= ${numeral(loss - penalty)}`, "term")];
    if (!penalty) return parts;
    const whole_loss = span(`= ${numeral(loss)}`, "term");
    return [...parts, " ", span(`+ ${this.labels.penalty} ${numeral(penalty)}`, "term"), " ", whole_loss];
  }

  term({ target, answer, loss }) {
    if (this.loss === "mse") return `(${numeral(target)} − ${operand(answer[0])})²`;
    const share = answer[target];
    return share > 0 ? `(−ln\u00a0${numeral(share, 3)})` : numeral(loss, 3);
  }

  tell_gradient({ gradient_norm, largest_gradient }) {
    const numbers = { norm: numeral(gradient_norm), largest: numeral(largest_gradient) };
    return [fill(this.labels.norm, numbers)];
  }

  tell_change({ update }) {
    const row = this.weights.get(update);
    if (!row) return [this.labels.about_change];
    const numbers = { before: numeral(row.before), after: numeral(row.after) };
    const change = span(`Δw = ${numeral(row.after - row.before)}`, "term");
    return [`${fill(this.labels.picked, numbers)}, `, change];
  }
}

export default mounted(Strip);
