// Draws a run while it trains. The events come straight from the server (see run_stream.js) and are
// appended to two Plotly charts once a frame; Python is told only when the run has ended, paused
// or gone on.

import { mounted } from "../shared/mount.js";
import { fill, whole } from "../shared/numerals.js";
import { followRun } from "../shared/run_stream.js";
import { BATCH, Figure, TRACES, TRAIN, VAL } from "./chart_figure.js";
import { writer } from "./chart_numbers.js";
import { Tables } from "./chart_tables.js";
import { courseOf } from "./chart_verdict.js";
import { View } from "./chart_view.js";
import { loadPlotly, readTheme } from "./plotly_page.js";

const ANNOUNCE_MS = 2000;
const BUSY_SHARE = 0.12; // of the browser's main thread that drawing may take
const LONGEST_REST_MS = 300;
const FIGURES = ["loss", "metric"];

class LiveChart {
  constructor(parent) {
    this.root = parent.querySelector(".fl-chart");
    this.view = new View(parent, (choice) => this.see(choice));
    this.tables = new Tables(parent, () => this.judgeAnew());
    this.figures = FIGURES.map((name) => new Figure(this.root, name, this.view.choice));
    this.calls = 0;
    this.frame = null;
    this.later = undefined;
    this.free = 0;
    this.run = undefined;
    this.hear = (event, number) => this.take(event, number);
    this.resized = new ResizeObserver(() => this.figures.forEach((figure) => figure.resize()));
  }

  show(data, report) {
    this.calls += 1;
    this.labels = data.labels;
    this.report = report;
    this.metric = data.metric;
    this.known = data.run?.events ?? 0;
    this.root.style.setProperty("--fl-height", `${data.height}px`);
    const id = data.run?.run ?? null;
    if (id !== this.run) this.begin(id, data.run);
    else if (!this.started) this.place = data.run?.place;
    // A run that had ended was continued or rewound: what came after its end follows.
    if (this.end && data.run?.events > this.last) {
      Object.assign(this, { live: data.run.live, place: data.run.place });
    }
    this.dress();
    this.leave = followRun(data.run, this.hear);
    this.paint();
    this.draw(data.plotly);
  }

  // One run ---------------------------------------------------------------------------------

  begin(id, run) {
    this.leave?.();
    Object.assign(this, { run: id, live: run?.live ?? false, place: run?.place });
    Object.assign(this, { started: null, epoch: null, batch: null, end: null, baselines: [] });
    Object.assign(this, { preparing: null, blocked: null, unsaved: null, last: 0, cut: false, announced: 0, replay: null, tempo: null });
    this.measureAnew();
    Object.assign(this, { paused: false, waiting: false, rate: null, epochs: new Map() });
    this.root.querySelector(".fl-chart-announcer").textContent = "";
    this.figures.forEach((figure) => figure.clear());
    if (this.live && this.calls > 1) this.comeIntoView();
  }

  // On a phone the curves stand below the form: whoever starts a run is taken to them, but not away
  // from the step of a lesson that is being read.
  comeIntoView() {
    if (window.innerWidth > 640 || isInView(document.querySelector(".st-key-lesson-step"))) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.root.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  // Kinds that no method is named after are for other components.
  take(event, number) {
    if (number !== null) this.last = Math.max(this.last, number);
    this[`take_${event.kind}`]?.(event);
    this.schedule();
  }

  take_connection({ open }) {
    this.cut = !open;
  }

  take_queued({ place, seconds }) {
    Object.assign(this, { place, wait: seconds });
  }

  // Nothing can train now: what has not begun waits, and the server says why.
  take_blocked({ error }) {
    this.blocked = error;
  }

  // The run trains on, but the disk takes nothing of it; null once it does again.
  take_unsaved({ error }) {
    this.unsaved = error;
  }

  take_preparing(event) {
    if (!this.started) Object.assign(this, { preparing: event, place: null });
  }

  take_replay(event) {
    this.replay = event;
  }

  take_baselines({ baselines }) {
    this.baselines = baselines;
    this.judged = false;
  }

  take_started(event) {
    if (this.started) this.cutBack(event);
    const waited = this.place != null;
    Object.assign(this, { started: event, place: null, waiting: false, paused: false });
    Object.assign(this, { preparing: null, unsaved: null, replay: null, tempo: null });
    this.measureAnew();
    this.isMixed = false;
    this.figures.forEach((figure) => figure.span(event.epochs));
    if (waited) this.told();
  }

  // How fast the run is has to be measured anew, and not by an epoch that was begun before.
  measureAnew() {
    Object.assign(this, { pace: null, seconds: [], isMixed: true });
  }

  // What a run had told beyond its checkpoint is told anew.
  cutBack({ epoch, update }) {
    const at = update / this.started.updates_per_epoch;
    this.figures.forEach((figure) => figure.cutBack(at));
    for (const told of this.epochs.keys()) if (told > epoch) this.epochs.delete(told);
    this.judged = false;
    if (this.epoch?.epoch > epoch) this.epoch = this.epochs.get(epoch) ?? null;
    if (this.batch?.[0] > update) this.batch = [update, null, null];
  }

  take_paused({ update }) {
    Object.assign(this, { paused: true, replay: null });
    if (this.update() < update) this.batch = [update, null, null];
    this.told();
  }

  take_resumed() {
    this.paused = false;
    this.measureAnew();
    this.told();
  }

  take_continued() {
    Object.assign(this, { end: null, judged: false, live: true, waiting: true, paused: false });
  }

  take_rewound(event) {
    this.cutBack(event);
    this.told();
  }

  take_tuned(event) {
    this.replay = null; // from here on it may be slow; the stream says so if it is not
    if (event.updates_per_second !== this.tempo) {
      this.tempo = event.updates_per_second;
      this.measureAnew();
    }
    const rate = event.learning_rate;
    if (rate == null || rate === this.rate) return;
    this.rate = rate;
    const at = event.update / this.started.updates_per_epoch;
    const label = fill(this.labels.tuned, { rate: String(rate) });
    this.figures.forEach((figure) => figure.mark(at, label));
  }

  // The page's buttons follow what has happened; what is replayed happened before they were drawn.
  told() {
    if (this.last > this.known) this.report(`${this.run}#${this.last}`);
  }

  take_batches({ points }) {
    if (!points.length) return;
    for (const [update, loss, metric] of points) {
      const at = update / this.started.updates_per_epoch;
      this.figures[0].add(BATCH, at, loss);
      this.figures[1].add(BATCH, at, metric);
    }
    this.batch = points.at(-1);
    // What was known when the page was drawn comes at once and says nothing about the pace.
    const old = this.last <= this.known;
    if (old || !this.pace) this.pace = { update: this.batch[0], at: performance.now() };
  }

  take_epoch(event) {
    this.epoch = event;
    this.epochs.set(event.epoch, event);
    this.judged = false;
    if (!this.isMixed) this.seconds = [...this.seconds, event.seconds].slice(-3);
    this.isMixed = false;
    this.figures[0].add(TRAIN, event.epoch, event.loss);
    this.figures[0].add(VAL, event.epoch, event.val_loss);
    this.figures[1].add(TRAIN, event.epoch, event.metric);
    this.figures[1].add(VAL, event.epoch, event.val_metric);
  }

  take_end(event) {
    Object.assign(this, { end: event, judged: false });
    if (this.last < this.known) return; // it was continued or rewound since
    if (this.live && this.last > this.known) this.report(`${this.run}#${this.last}`);
    this.live = false;
  }

  // What the epochs so far say of the baselines, and which of them is the best.
  judge() {
    if (this.judged) return;
    this.judged = true;
    const over = this.end !== null;
    const share = this.metric === "accuracy";
    const told = this.baselines.filter(({ name }) => `baseline_${name}` in this.labels);
    const of = (key, better) => told.map((baseline) => {
      const passed = this.passed((epoch) => better(bare(epoch, key), baseline[key]));
      return { ...baseline, value: baseline[key], passed };
    });
    const less = (own, other) => own !== null && own < other;
    const more = (own, other) => own !== null && own > other;
    const compared = of("loss", less);
    this.figures[0].compare(compared, over);
    this.figures[1].compare(of("metric", share ? more : less), over);
    this.judgeFit();
    this.tables.show([...this.epochs.values()], compared, (passed) => this.verdict(passed));
  }

  judgeAnew() {
    this.judged = false;
    this.schedule();
  }

  // The first epoch of which this holds, null when there is none so far.
  passed(holds) {
    for (const epoch of this.epochs.values()) if (holds(epoch)) return epoch.epoch;
    return null;
  }

  // Where a run overfits, the gap between the two losses beyond the best epoch shows it.
  judgeFit() {
    const epochs = [...this.epochs.values()];
    const best = this.epochs.get(this.epoch?.best_epoch);
    if (!best || best.val_loss === null) return this.figures[0].markBest(null, [[], []]);
    const course = courseOf(epochs.map(({ loss }) => loss), epochs.map(({ val_loss }) => val_loss));
    this.root.dataset.course = course ?? "";
    const overfits = course === "overfitting";
    const beyond = overfits ? epochs.filter(({ epoch }) => epoch >= best.epoch) : [];
    const back = beyond.toReversed();
    const x = [...beyond, ...back].map(({ epoch }) => epoch);
    const y = [...beyond.map((epoch) => epoch.val_loss), ...back.map((epoch) => epoch.loss)];
    this.figures[0].markBest({ epoch: best.epoch, value: best.val_loss }, beyond.length > 1 ? [x, y] : [[], []]);
  }

  verdict(passed) {
    if (passed !== null) return String(passed);
    return this.labels[this.end ? "baseline_never" : "baseline_pending"];
  }

  // Words -----------------------------------------------------------------------------------

  state() {
    if (this.run === null) return "empty";
    if (this.end) return this.end.state;
    if (this.cut) return "reconnecting";
    if (!this.live) return "past";
    if (this.started && !this.waiting) return this.paused ? "paused" : this.replay ? "replay" : "live";
    if (this.blocked) return "blocked";
    if (this.preparing) return "preparing";
    return this.place == null ? "starting" : "queued";
  }

  paint() {
    const state = this.broken ? "chart_error" : this.state();
    Object.assign(this.root.dataset, { state, run: this.run ?? "", update: this.update() });
    this.root.dataset.epoch = this.epoch?.epoch ?? 0;
    this.write(".fl-chart-status", this.sentence(state));
    this.write(".fl-chart-empty", state === "empty" ? this.labels.empty : "");
    const error = this.end ? this.end.error : this.unsaved;
    this.write(".fl-chart-error", error?.[this.labels.language] ?? "");
    this.caption(this.figures[0], "loss", this.epoch?.val_loss, writer("loss"));
    this.caption(this.figures[1], this.metric, this.epoch?.val_metric, writer(this.metric));
    this.progress();
    this.announce(state);
  }

  write(selector, text) {
    const element = this.root.querySelector(selector);
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text && selector !== ".fl-chart-status";
  }

  sentence(state) {
    if (state === "replay") return this.replaySentence();
    if (state === "blocked") return this.blocked[this.labels.language];
    if (state !== "live") return fill(this.labels[state] ?? "", this.numbers());
    const seconds = this.secondsLeft();
    if (seconds === null) return fill(this.labels.progress_ended, this.numbers());
    return fill(this.labels.progress, { ...this.numbers(), seconds: whole(Math.ceil(seconds)) });
  }

  replaySentence() {
    const { seconds, took } = this.replay;
    const label = took === null ? this.labels.replay_open : this.labels.replay;
    return fill(label, { ...this.numbers(), replayed: seconds, took: took?.toFixed(1) });
  }

  numbers() {
    const epochs = this.started?.epochs ?? 0;
    const per = this.started?.updates_per_epoch ?? 0;
    return {
      epoch: Math.min(epochs, Math.max(1, Math.ceil(this.update() / per)) || 0),
      epochs: whole(epochs),
      update: whole(this.update()),
      updates: whole(epochs * per),
      seconds: (this.end?.seconds ?? 0).toFixed(1),
      best_epoch: this.end?.best_epoch ?? this.epoch?.best_epoch ?? 0,
      place: this.place ?? 0,
      done: whole(this.preparing?.done ?? 0),
      total: whole(this.preparing?.total ?? 0),
      wait: this.wait == null ? "" : fill(this.labels.wait, { seconds: whole(Math.ceil(this.wait)) }),
    };
  }

  update() {
    const finished = (this.epoch?.epoch ?? 0) * (this.started?.updates_per_epoch ?? 0);
    return Math.max(this.batch?.[0] ?? 0, finished);
  }

  // No run is faster than its tempo. Null where nothing is known yet.
  secondsLeft() {
    const { epochs, updates_per_epoch: per } = this.started;
    const remaining = epochs * per - this.update();
    const measured = this.secondsPerUpdate();
    if (measured === null && this.tempo == null) return null;
    return remaining * Math.max(measured ?? 0, this.tempo ? 1 / this.tempo : 0);
  }

  // By the last three whole epochs at this tempo; before there is one, by the pace seen here.
  secondsPerUpdate() {
    if (this.seconds.length) {
      const mean = this.seconds.reduce((sum, each) => sum + each, 0) / this.seconds.length;
      return mean / this.started.updates_per_epoch;
    }
    const waited = this.pace ? (performance.now() - this.pace.at) / 1000 : 0;
    const done = this.update() - (this.pace?.update ?? 0);
    return waited > 0.5 && done > 0 ? waited / done : null;
  }

  caption(figure, name, value, unit) {
    let text = this.labels[`title_${name}`];
    if (value != null) {
      const values = { value: unit(value), epoch: this.epoch.epoch };
      text = fill(this.labels[`sentence_${name}`], values);
    }
    figure.caption(text, this.labels[`chart_label_${name}`]);
  }

  progress() {
    const total = this.started ? this.started.epochs * this.started.updates_per_epoch : 0;
    let share = total ? Math.min(1, this.update() / total) : 0;
    if (this.preparing) share = this.preparing.done / this.preparing.total;
    if (this.end?.state === "done") share = 1;
    const track = this.root.querySelector(".fl-chart-track");
    track.setAttribute("aria-valuenow", Math.round(share * 100));
    track.firstElementChild.style.transform = `scaleX(${share})`;
  }

  announce(state) {
    const now = performance.now();
    const saying = this.root.querySelector(".fl-chart-announcer");
    if (this.end) saying.textContent = this.sentence(state);
    else if (["live", "replay"].includes(state) && this.epoch && this.epoch.epoch !== this.spoken) {
      if (now - this.announced < ANNOUNCE_MS) return;
      this.announced = now;
      this.spoken = this.epoch.epoch;
      saying.textContent = this.epochSentence();
    }
  }

  epochSentence() {
    const { epoch, val_metric: metric } = this.epoch;
    const value = metric == null ? "–" : writer(this.metric)(metric);
    const values = { epoch, epochs: this.started.epochs, value };
    return fill(this.labels[`announce_${this.metric}`], values);
  }

  // Looks -----------------------------------------------------------------------------------

  dress() {
    const track = this.root.querySelector(".fl-chart-track");
    track.setAttribute("aria-label", this.labels.progress_label);
    for (const trace of TRACES) {
      const entry = this.root.querySelector(`[data-trace="${trace}"] span`);
      entry.textContent = this.labels[trace];
    }
    const theme = readTheme(this.root);
    const names = ["loss", this.metric];
    this.figures.forEach((figure, i) => figure.dress(this.labels, theme, names[i]));
    this.root.style.setProperty("--fl-baseline", theme.baseline);
    this.root.querySelector('[data-trace="trace_batch"]').hidden = !this.view.choice.updates;
    this.view.dress(this.labels);
    this.tables.dress(this.labels, this.metric);
    this.judgeAnew();
  }

  see(choice) {
    this.root.querySelector('[data-trace="trace_batch"]').hidden = !choice.updates;
    this.figures.forEach((figure) => figure.see(choice));
    this.schedule();
  }

  async draw(url) {
    try {
      const Plotly = await loadPlotly(url);
      if (!this.root.isConnected || this.closed) return;
      this.broken = false;
      this.figures.forEach((figure) => figure.draw(Plotly));
      this.resized.disconnect();
      this.figures.forEach((figure) => this.resized.observe(figure.plot));
    } catch (error) {
      this.broken = true;
      console.warn(error);
    }
    this.schedule();
  }

  // Once a frame at most; after figures that took long to draw the rest of the page has its turn.
  schedule() {
    this.frame ??= requestAnimationFrame(() => this.drawFrame());
  }

  drawFrame() {
    this.frame = null;
    if (this.closed) return;
    this.paint();
    const wait = this.free - performance.now();
    if (wait <= 0) this.drawFigures();
    else this.later ??= setTimeout(() => this.drawFigures(), wait);
  }

  drawFigures() {
    this.later = clearTimeout(this.later);
    if (this.closed) return;
    this.judge();
    const began = performance.now();
    this.figures.forEach((figure) => figure.flush());
    if (!this.broken && this.figures.every(({ Plotly }) => Plotly)) this.root.dataset.drawn = `${this.state()} ${this.update()}`;
    const took = performance.now() - began;
    this.free = began + took + Math.min(LONGEST_REST_MS, took * (1 / BUSY_SHARE - 1));
  }

  close() {
    this.closed = true;
    this.leave?.();
    this.resized.disconnect();
    this.figures.forEach((figure) => figure.close());
  }
}

function isInView(element) {
  const place = element?.getBoundingClientRect();
  return Boolean(place) && place.bottom > 0 && place.top < window.innerHeight;
}

// A validation figure without the L2 penalty, which no baseline has.
function bare(epoch, key) {
  const value = epoch[`val_${key}`];
  return value === null || key !== "loss" ? value : value - (epoch.penalty ?? 0);
}

export default mounted(LiveChart, ({ setTriggerValue }) => (run) => setTriggerValue("turned", run));
