// Draws a network as columns of nodes whose edges follow the run's weights. What a person does to
// the drawing shows at once and is told to Python, whose word then counts.

import { mounted } from "../shared/mount.js";
import { followRun } from "../shared/run_stream.js";
import { Columns, larger, smaller } from "./diagram_columns.js";
import { fill, same, whole, write } from "./diagram_marks.js";
import { Panel } from "./diagram_panel.js";
import { Pictures } from "./diagram_pictures.js";

const NEW_UNITS = 64;
const PATIENCE_MS = 4000; // after this an edit that Python does not take up is taken back
const CALM_MS = 500; // between two paintings where less motion is asked for

class Diagram {
  constructor(parent) {
    this.root = parent.querySelector(".diagram");
    this.columns = new Columns(this.root);
    this.panel = new Panel(this.root.querySelector(".panel"));
    this.pictures = new Pictures(this.root.querySelector(".seen"));
    Object.assign(this, { calls: 0, count: 0, pending: [], snapshot: null, painted: 0, waiting: false });
    Object.assign(this, { hovered: null, held: null, seen: null }); // see ``subject``
    this.listener = (event) => event.kind === "snapshot" && this.take(event);
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.sized = new ResizeObserver(() => this.arrange());
    this.listening = new AbortController();
    this.listen();
  }

  show(data, send) {
    this.calls += 1;
    Object.assign(this, { data, send });
    this.follow(data.run);
    this.takeGiven(data.snapshot);
    this.hearLayers(data.layers);
    this.legend(data.labels);
    this.arrange();
    if (this.calls === 1) this.sized.observe(this.root);
  }

  // The run ---------------------------------------------------------------------------------

  follow(run) {
    const id = run?.run ?? null;
    if (id !== this.run) {
      this.leave?.();
      Object.assign(this, { run: id, snapshot: null, given: undefined });
    }
    this.leave = followRun(run, this.listener);
  }

  // What the page gives at first is older than what the stream has said; later it is news.
  takeGiven(snapshot) {
    const given = JSON.stringify(snapshot);
    const isNews = given !== this.given && (this.given !== undefined || !this.snapshot);
    this.given = given;
    if (snapshot && isNews) this.take(snapshot);
  }

  take(snapshot) {
    this.snapshot = snapshot;
    this.schedule();
  }

  schedule() {
    if (this.waiting || this.closed) return;
    this.waiting = true;
    const frame = () => requestAnimationFrame(() => this.closed || this.paint());
    const wait = this.calm.matches ? this.painted + CALM_MS - performance.now() : 0;
    if (wait > 0) setTimeout(frame, wait);
    else frame();
  }

  // The layers: Python's, until a person changes them ---------------------------------------

  hearLayers(layers) {
    const said = signature(layers);
    const isNews = !this.told || said !== signature(this.told);
    this.told = layers;
    const at = this.pending.indexOf(said);
    if (at >= 0 && at < this.pending.length - 1) this.pending.splice(0, at + 1);
    else if (at >= 0 || isNews || !this.pending.length) this.believe();
  }

  believe() {
    clearTimeout(this.patience);
    this.pending = [];
    this.layers = this.told;
  }

  edit(event, layers) {
    this.layers = counted(layers, this.data.most, this.data.labels);
    this.pending.push(signature(this.layers));
    this.tell(event);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      this.believe();
      this.arrange();
    }, PATIENCE_MS);
    this.arrange();
  }

  tell(event) {
    this.count += 1;
    this.send({ ...event, count: this.count });
  }

  // The arrow keys step the number of units, as in every number field.
  step(event) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction || !event.target.matches("input")) return;
    event.preventDefault();
    const column = Number(event.target.dataset.column);
    this.resize(column, this.layers[column].units + direction);
  }

  resize(column, wanted) {
    const { units } = this.layers[column];
    const next = wanted >= 1 ? Math.min(this.data.most.units, Math.round(wanted)) : units;
    if (next === units) return this.columns.dress();
    const layers = this.layers.with(column, { ...this.layers[column], units: next });
    this.edit({ do: "units", layer: column - 1, units: next }, layers);
  }

  // Until Python says what it is, a new layer looks like its neighbour.
  add(at) {
    const twin = [this.layers[at], this.layers[at + 1]].find(({ kind }) => kind === "hidden");
    const first = { kind: "hidden", units: NEW_UNITS, activation: "relu", dropout: 0, why: "" };
    this.edit({ do: "add", at }, this.layers.toSpliced(at + 1, 0, { ...(twin ?? first), names: [] }));
  }

  remove(column) {
    this.edit({ do: "remove", layer: column - 1 }, this.layers.toSpliced(column, 1));
  }

  pick(layer, input, unit) {
    this.data.picked = [layer, input, unit];
    this.tell({ do: "pick", layer, input, unit });
    this.schedule();
  }

  // Listening -------------------------------------------------------------------------------

  listen() {
    const { signal } = this.listening;
    const [stage, figure, panel] = [".stage", ".figure", ".panel"].map((name) => this.root.querySelector(name));
    const on = (element, name, take) => element.addEventListener(name, take, { signal });
    const onMouse = (element, name, take) => on(element, name, (event) => event.pointerType !== "touch" && take(event));
    on(this.root, "click", (event) => this.press(event.target.closest("[data-do]")));
    on(stage, "change", ({ target }) => this.resize(Number(target.dataset.column), typed(target.value)));
    on(stage, "keydown", (event) => this.step(event));
    on(stage, "focusin", ({ target }) => this.hold(this.columns.subject(target) ?? this.held));
    on(figure, "click", (event) => this.clickFigure(event));
    on(figure, "keydown", (event) => this.key(event));
    on(panel, "keydown", (event) => event.key === "Escape" && this.leavePanel());
    onMouse(stage, "pointermove", (event) => this.over(event));
    onMouse(stage, "pointerleave", () => this.hover(null));
  }

  press(button) {
    if (!button) return;
    const { do: deed, column, layer, input, unit } = button.dataset;
    const [at, index] = [Number(column), Number(unit)];
    if (deed === "more") this.resize(at, Math.min(this.data.most.units, larger(this.layers[at].units)));
    if (deed === "fewer") this.resize(at, smaller(this.layers[at].units));
    if (deed === "add") this.add(at);
    if (deed === "remove") this.remove(at);
    if (deed === "pick") this.pick(Number(layer), Number(input), index);
    if (deed === "node") this.hold({ kind: "node", column: at, unit: index });
    if (deed === "pictures") this.pictures.turn();
    this.schedule();
  }

  over(event) {
    const isInFigure = event.target.closest(".figure");
    this.hover(isInFigure ? this.columns.under(event) : this.columns.subject(event.target));
  }

  hover(subject) {
    if (same(subject, this.hovered)) return;
    this.seen = subject ?? this.hovered ?? this.seen;
    this.hovered = subject;
    this.schedule();
  }

  hold(subject) {
    if (!subject) this.seen = null;
    this.held = subject;
    this.schedule();
  }

  clickFigure(event) {
    const subject = this.columns.under(event);
    if (subject?.kind === "edge") this.pick(subject.layer, subject.input, subject.unit);
    if (subject?.kind === "node") this.columns.focus(subject);
    this.hold(subject);
  }

  key(event) {
    const from = this.columns.subject(event.target);
    const to = from && this.columns.layout.neighbour(from, event.key);
    if (to) this.columns.focus(to);
    else if (event.key === "Enter" || event.key === " ") this.panel.enter();
    else if (event.key === "Escape") this.hold(null);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
  }

  leavePanel() {
    if (this.held?.kind === "node") this.columns.focus(this.held);
  }

  // What the panel tells of: what is under the mouse, else what a click or the focus holds, else
  // what the mouse was over last.
  subject() {
    return this.hovered ?? this.held ?? this.seen;
  }

  // Drawing ---------------------------------------------------------------------------------

  arrange() {
    if (!this.root.clientWidth) return;
    this.columns.arrange(this.layers, this.data);
    for (const name of ["hovered", "held", "seen"]) {
      if (this[name] && !this.columns.layout.has(this[name])) this[name] = null;
    }
    this.paint();
  }

  legend({ positive, negative, thicker, value }) {
    const words = { positive, negative, thicker, value };
    for (const [name, word] of Object.entries(words)) write(this.root.querySelector(`.is-${name}`), word);
  }

  paint() {
    Object.assign(this, { waiting: false, painted: performance.now() });
    if (!this.columns.layers) return; // a snapshot came before the page gave it a place
    const snapshot = this.fitting();
    this.root.dataset.update = snapshot?.update ?? "";
    write(this.root.querySelector(".status"), this.sentence(snapshot));
    this.columns.paint(snapshot, this.data.picked, this.subject());
    this.panel.paint(this.subject(), this.columns, snapshot, this.data);
    this.pictures.paint(this.columns, snapshot, this.data);
  }

  // The snapshot, if it is one of the very columns that are drawn.
  fitting() {
    const isRuns = this.data.fits_run && !this.pending.length;
    return isRuns && this.snapshot && this.columns.fits(this.snapshot) ? this.snapshot : null;
  }

  sentence(snapshot) {
    const { labels, fits_run: fits, run } = this.data;
    if (snapshot) {
      const target = this.columns.answer(snapshot.target);
      return fill(labels.status_live, { update: whole(snapshot.update), target });
    }
    const isChanged = this.pending.length > 0 || !fits;
    return isChanged && (run || this.snapshot) ? labels.status_draft : labels.status_waiting;
  }

  close() {
    this.closed = true;
    clearTimeout(this.patience);
    this.leave?.();
    this.sized.disconnect();
    this.listening.abort();
  }
}

// The columns after an edit, as Python will write them.
function counted(layers, most, labels) {
  const says = layers.some(({ parameters }) => parameters); // not while somebody guesses
  return layers.map((layer, column) => {
    if (column === 0) return layer;
    const { kind, units } = layer;
    const inputs = layers[column - 1].units;
    const sum = `${whole(inputs)} × ${whole(units)} + ${whole(units)} = ${whole(inputs * units + units)}`;
    const parameters = says ? sum : "";
    if (kind !== "hidden") return { ...layer, parameters };
    const name = fill(labels.hidden, { number: column });
    return { ...layer, name, parameters, shape: whole(units), shown: shownOf(units, most) };
  });
}

function shownOf(units, { shown, first }) {
  const count = (number) => Array.from({ length: number }, (_, i) => i);
  return units <= shown ? count(units) : [...count(first), units - 1];
}

// A number as people type it: full-width digits, a comma between thousands.
const typed = (text) => Number(text.normalize("NFKC").trim().replace(/,(?=\d{3}(\D|$))/g, ""));

const signature = (layers) => JSON.stringify(layers.map(({ kind, units }) => [kind, units]));

export default mounted(Diagram, ({ setTriggerValue }) => (event) => setTriggerValue("event", event));
