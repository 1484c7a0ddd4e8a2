// Draws a run while it trains. The events come straight from the server (EventSource) and are
// appended to two Plotly charts once a frame; Python is told only when the run has ended, paused
// or gone on.

const TRAINING = "#0072B2";
const VALIDATION = "#D55E00";
const MAX_POINTS = 6000;
const ANNOUNCE_MS = 2000;
const RETRY_MS = 2000;
const SLOW_MARKERS = 60; // epochs above which round markers would touch each other
const FIGURES = ["loss", "metric"];
const TRACES = ["trace_batch", "trace_train", "trace_val"];
const MODULE_CACHE = "__fnnLabPlotly";

const charts = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!charts.has(parentElement)) charts.set(parentElement, new LiveChart(parentElement));
  const chart = charts.get(parentElement);
  chart.show(data, (run) => setTriggerValue("turned", run));
  // Streamlit may call the clean-up of a call that a later one has overtaken: only the last counts.
  const call = chart.calls;
  return () => {
    if (chart.calls !== call) return;
    chart.close();
    charts.delete(parentElement);
  };
}

class LiveChart {
  constructor(parent) {
    this.root = parent.querySelector(".fl-chart");
    this.figures = FIGURES.map((name) => new Figure(this.root, name));
    this.calls = 0;
    this.frame = null;
    this.run = undefined;
    this.resized = new ResizeObserver(() => this.figures.forEach((figure) => figure.resize()));
    this.woken = () => document.visibilityState === "visible" && this.wake();
    document.addEventListener("visibilitychange", this.woken);
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
    if (this.end && data.run?.events > this.last) this.goOn(data.run);
    this.dress();
    this.paint();
    this.draw(data.plotly);
  }

  // One run ---------------------------------------------------------------------------------

  begin(id, run) {
    this.disconnect();
    Object.assign(this, { run: id, url: run?.url, live: run?.live ?? false, place: run?.place });
    Object.assign(this, { started: null, epoch: null, batch: null, end: null });
    Object.assign(this, { last: 0, cut: false, announced: 0, pace: null, seconds: [] });
    Object.assign(this, { paused: false, waiting: false, rate: null, epochs: new Map() });
    this.root.querySelector(".fl-chart-announcer").textContent = "";
    this.figures.forEach((figure) => figure.clear());
    if (this.url) this.connect();
    if (this.live && this.calls > 1) this.comeIntoView();
  }

  // On a phone the curves stand below the form: whoever starts a run is taken to them.
  comeIntoView() {
    if (window.innerWidth > 640) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.root.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }

  // A run that had ended was continued or rewound: hear what came after its end.
  goOn(run) {
    this.disconnect();
    Object.assign(this, { live: run.live, place: run.place, cut: false });
    this.connect();
  }

  connect() {
    const source = new EventSource(`${this.url}?after=${this.last}`);
    this.source = source;
    source.onopen = () => this.reached(true);
    source.onmessage = (message) => this.take(message);
    source.onerror = () => {
      this.reached(false);
      // After an HTTP error the browser gives up for good: ask again, older events are ignored.
      if (source.readyState === EventSource.CLOSED) this.retry = setTimeout(() => this.wake(), RETRY_MS);
    };
  }

  reached(now) {
    this.cut = !now;
    this.schedule();
  }

  wake() {
    this.schedule();
    if (this.end || this.source?.readyState !== EventSource.CLOSED) return;
    this.disconnect();
    this.connect();
  }

  disconnect() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  take(message) {
    const event = JSON.parse(message.data);
    if (event.kind === "queued") Object.assign(this, { place: event.place, wait: event.seconds });
    else if (Number(message.lastEventId) > this.last) {
      this.last = Number(message.lastEventId);
      this[`take_${event.kind}`]?.(event);
    }
    this.schedule();
  }

  take_started(event) {
    if (this.started) this.cutBack(event);
    Object.assign(this, { started: event, place: null, waiting: false, paused: false });
    Object.assign(this, { pace: null, seconds: [] });
    this.figures.forEach((figure) => figure.span(event.epochs));
  }

  // What a run had told beyond its checkpoint is told anew.
  cutBack({ epoch, update }) {
    const at = update / this.started.updates_per_epoch;
    this.figures.forEach((figure) => figure.cutBack(at));
    if (this.epoch?.epoch > epoch) this.epoch = this.epochs.get(epoch) ?? null;
    if (this.batch?.[0] > update) this.batch = [update, null, null];
  }

  take_paused({ update }) {
    this.paused = true;
    if (this.update() < update) this.batch = [update, null, null];
    this.told();
  }

  take_resumed() {
    this.paused = false;
    this.pace = null;
    this.told();
  }

  take_continued() {
    Object.assign(this, { end: null, live: true, waiting: true, paused: false });
  }

  take_rewound(event) {
    this.cutBack(event);
    this.told();
  }

  take_tuned(event) {
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
      this.figures[0].add(0, at, loss);
      this.figures[1].add(0, at, metric);
    }
    this.batch = points.at(-1);
    this.pace ??= { update: this.batch[0], at: performance.now() };
  }

  take_epoch(event) {
    this.epoch = event;
    this.epochs.set(event.epoch, event);
    this.seconds = [...this.seconds, event.seconds].slice(-3);
    this.figures[0].add(1, event.epoch, event.loss);
    this.figures[0].add(2, event.epoch, event.val_loss);
    this.figures[1].add(1, event.epoch, event.metric);
    this.figures[1].add(2, event.epoch, event.val_metric);
  }

  take_end(event) {
    this.end = event;
    if (this.last < this.known) return; // it was continued or rewound since
    this.disconnect();
    if (this.live && this.last > this.known) this.report(`${this.run}#${this.last}`);
    this.live = false;
  }

  // Words -----------------------------------------------------------------------------------

  state() {
    if (this.run === null) return "empty";
    if (this.end) return this.end.state;
    if (this.cut) return "reconnecting";
    if (!this.live) return "replay";
    if (this.started && !this.waiting) return this.paused ? "paused" : "live";
    return this.place == null ? "starting" : "queued";
  }

  paint() {
    const state = this.broken ? "chart_error" : this.state();
    Object.assign(this.root.dataset, { state, run: this.run ?? "", update: this.update() });
    this.root.dataset.epoch = this.epoch?.epoch ?? 0;
    this.write(".fl-chart-status", this.sentence(state));
    this.write(".fl-chart-empty", state === "empty" ? this.labels.empty : "");
    this.write(".fl-chart-error", this.end?.error?.[this.labels.language] ?? "");
    this.caption(this.figures[0], "loss", this.epoch?.val_loss, decimal);
    this.caption(this.figures[1], this.metric, this.epoch?.val_metric, this.unit());
    this.progress();
    this.announce(state);
  }

  write(selector, text) {
    const element = this.root.querySelector(selector);
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text && selector !== ".fl-chart-status";
  }

  sentence(state) {
    if (state !== "live") return fill(this.labels[state] ?? "", this.numbers());
    const seconds = this.secondsLeft();
    if (seconds === null) return fill(this.labels.progress_ended, this.numbers());
    return fill(this.labels.progress, { ...this.numbers(), seconds: whole(Math.ceil(seconds)) });
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
      wait: this.wait == null ? "" : fill(this.labels.wait, { seconds: whole(Math.ceil(this.wait)) }),
    };
  }

  update() {
    const finished = (this.epoch?.epoch ?? 0) * (this.started?.updates_per_epoch ?? 0);
    return Math.max(this.batch?.[0] ?? 0, finished);
  }

  // The last three epochs' own seconds; within the first epoch, the pace seen by this page.
  secondsLeft() {
    const { epochs, updates_per_epoch: per } = this.started;
    const remaining = epochs * per - this.update();
    if (this.seconds.length) {
      const mean = this.seconds.reduce((sum, each) => sum + each, 0) / this.seconds.length;
      return (remaining / per) * mean;
    }
    const waited = this.pace ? (performance.now() - this.pace.at) / 1000 : 0;
    const done = this.update() - (this.pace?.update ?? 0);
    return waited > 0.5 && done > 0 ? (remaining * waited) / done : null;
  }

  caption(figure, name, value, unit) {
    let text = this.labels[`title_${name}`];
    if (value != null) {
      const values = { value: unit(value), epoch: this.epoch.epoch };
      text = fill(this.labels[`sentence_${name}`], values);
    }
    figure.caption(text, this.labels[`chart_label_${name}`]);
  }

  unit() {
    return this.metric === "accuracy" ? percent : decimal;
  }

  progress() {
    const total = this.started ? this.started.epochs * this.started.updates_per_epoch : 0;
    let share = total ? Math.min(1, this.update() / total) : 0;
    if (this.end?.state === "done") share = 1;
    const track = this.root.querySelector(".fl-chart-track");
    track.setAttribute("aria-valuenow", Math.round(share * 100));
    track.firstElementChild.style.transform = `scaleX(${share})`;
  }

  announce(state) {
    const now = performance.now();
    const saying = this.root.querySelector(".fl-chart-announcer");
    if (this.end) saying.textContent = this.sentence(state);
    else if (state === "live" && this.epoch && this.epoch.epoch !== this.spoken) {
      if (now - this.announced < ANNOUNCE_MS) return;
      this.announced = now;
      this.spoken = this.epoch.epoch;
      saying.textContent = this.epochSentence();
    }
  }

  epochSentence() {
    const { epoch, val_metric: metric } = this.epoch;
    const value = metric == null ? "–" : this.unit()(metric);
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
    this.theme = readTheme(this.root);
    const names = ["loss", this.metric];
    this.figures.forEach((figure, i) => figure.dress(this.labels, this.theme, names[i]));
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

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.closed) return;
      this.figures.forEach((figure) => figure.flush());
      this.paint();
    });
  }

  close() {
    this.closed = true;
    this.disconnect();
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    document.removeEventListener("visibilitychange", this.woken);
    this.figures.forEach((figure) => figure.close());
  }
}

// One Plotly chart of three traces. Points wait in `fresh` until the next frame.
class Figure {
  constructor(root, name) {
    const element = root.querySelector(`[data-figure="${name}"]`);
    this.plot = element.querySelector(".fl-chart-plot");
    this.heading = element.querySelector(".fl-chart-title");
    this.button = element.querySelector("button");
    this.button.onclick = () => this.unzoom();
    this.epochs = null;
    this.marks = [];
    this.fresh = emptyTraces();
  }

  add(trace, at, value) {
    if (value === null || !Number.isFinite(at)) return;
    this.fresh.x[trace].push(at);
    this.fresh.y[trace].push(value);
  }

  // Remove every point and mark that lies beyond a place on the axis.
  cutBack(at) {
    this.flush();
    if (!this.Plotly) return;
    const kept = this.plot.data.map(({ x }) => x.filter((value) => value <= at + 1e-9).length);
    const cut = (axis) => this.plot.data.map((trace, i) => trace[axis].slice(0, kept[i]));
    this.Plotly.restyle(this.plot, { x: cut("x"), y: cut("y") });
    this.marks = this.marks.filter((mark) => mark.at <= at);
    this.drawMarks();
  }

  // A dotted line where something was changed, with a word on it.
  mark(at, label) {
    this.marks.push({ at, label });
    this.drawMarks();
  }

  drawMarks() {
    if (!this.Plotly) return;
    const { text, size } = this.theme;
    const line = { color: text, width: 1, dash: "dot" };
    const place = (at) => ({ xref: "x", yref: "paper", x: at });
    this.Plotly.relayout(this.plot, {
      shapes: this.marks.map(({ at }) => ({
        type: "line", xref: "x", yref: "paper", x0: at, x1: at, y0: 0, y1: 1, line,
      })),
      annotations: this.marks.map(({ at, label }) => ({
        ...place(at), y: 1, text: label, showarrow: false, xanchor: "left", yanchor: "top",
        font: { size: size * 0.9, color: text },
      })),
    });
  }

  clear() {
    this.fresh = emptyTraces();
    this.marks = [];
    this.epochs = null;
    this.button.hidden = true;
    if (!this.Plotly) return;
    this.drawMarks();
    this.Plotly.restyle(this.plot, emptyTraces());
    this.Plotly.relayout(this.plot, { ...this.axes(), "yaxis.autorange": true });
  }

  span(epochs) {
    this.epochs = epochs;
    if (!this.Plotly) return;
    this.Plotly.relayout(this.plot, this.axes());
    this.Plotly.restyle(this.plot, { "marker.size": markerSize(epochs) }, [1, 2]);
  }

  axes() {
    const known = this.epochs !== null;
    return {
      "xaxis.range": [0, this.epochs ?? 1],
      "xaxis.showticklabels": known,
      "yaxis.showticklabels": known,
    };
  }

  draw(Plotly) {
    if (this.Plotly) return;
    const options = { responsive: true, displaylogo: false, displayModeBar: false, doubleClick: false };
    Plotly.newPlot(this.plot, this.traces(), this.layout(), options);
    this.Plotly = Plotly;
    this.drawMarks();
    this.plot.on("plotly_relayout", (changes) => this.zoomed(changes));
    this.plot.on("plotly_doubleclick", () => this.unzoom());
  }

  dress(labels, theme, name) {
    Object.assign(this, { labels, theme, name });
    this.button.textContent = labels.reset_zoom;
    if (!this.Plotly) return;
    this.Plotly.relayout(this.plot, flatLook(this.look()));
    this.Plotly.restyle(this.plot, { opacity: theme.faint }, [0]);
    this.Plotly.restyle(this.plot, { name: TRACES.map((trace) => labels[trace]) });
  }

  caption(text, name) {
    if (this.heading.textContent !== text) this.heading.textContent = text;
    this.plot.setAttribute("aria-label", name);
  }

  flush() {
    if (!this.Plotly) return;
    const given = [0, 1, 2].filter((trace) => this.fresh.x[trace].length);
    if (!given.length) return;
    const points = { x: given.map((i) => this.fresh.x[i]), y: given.map((i) => this.fresh.y[i]) };
    this.fresh = emptyTraces();
    this.Plotly.extendTraces(this.plot, points, given);
    while (this.plot.data[0].x.length > MAX_POINTS) this.thin();
  }

  // Keep every second point of the older half: what has just happened stays exact.
  thin() {
    const { x, y } = this.plot.data[0];
    const keep = (_, i) => i >= x.length / 2 || i % 2 === 0;
    this.Plotly.restyle(this.plot, { x: [x.filter(keep)], y: [y.filter(keep)] }, [0]);
  }

  zoomed(changes) {
    if ("xaxis.range[0]" in changes || "yaxis.range[0]" in changes) this.button.hidden = false;
  }

  unzoom() {
    this.button.hidden = true;
    this.Plotly.relayout(this.plot, { ...this.axes(), "yaxis.autorange": true });
  }

  resize() {
    if (this.Plotly && this.plot.clientWidth) this.Plotly.Plots.resize(this.plot);
  }

  close() {
    if (this.Plotly) this.Plotly.purge(this.plot);
  }

  traces() {
    const size = markerSize(this.epochs ?? 1);
    const looks = [
      { mode: "lines", opacity: this.theme.faint, line: { color: TRAINING, width: 1 } },
      { mode: "lines+markers", line: { color: TRAINING, width: 2 }, marker: { size } },
      {
        mode: "lines+markers",
        line: { color: VALIDATION, width: 2, dash: "dash" },
        marker: { size, symbol: "diamond" },
      },
    ];
    return looks.map((look, i) => ({
      ...look,
      type: "scatter",
      x: [],
      y: [],
      cliponaxis: false,
      name: this.labels[TRACES[i]],
    }));
  }

  layout() {
    return {
      ...this.look(),
      autosize: true,
      showlegend: false,
      dragmode: "zoom",
      hovermode: "x unified",
      uirevision: "kept",
    };
  }

  // What the theme and the language decide; nothing here touches a range that a person has chosen.
  look() {
    const { text, grid, background, font, size } = this.theme;
    const lines = { gridcolor: grid, linecolor: grid, zeroline: false, automargin: false };
    const known = this.epochs !== null;
    const axis = (title) => ({
      ...lines,
      title: { text: title, standoff: 8, font: { size } },
      tickfont: { color: text },
      showticklabels: known,
    });
    const spike = { spikecolor: text, spikethickness: 1, spikedash: "dot" };
    const share = this.name === "accuracy";
    const range = this.Plotly ? {} : { range: [0, this.epochs ?? 1] };
    return {
      paper_bgcolor: background,
      plot_bgcolor: background,
      font: { color: text, family: font, size },
      margin: { l: size * 4.6, r: size, t: 6, b: size * 3.2 },
      hoverlabel: { bgcolor: background, bordercolor: grid, font: { color: text, family: font } },
      xaxis: { ...axis(this.labels.axis_epoch), ...range, hoverformat: ".2~f", nticks: 8, ...spike },
      yaxis: {
        ...axis(this.labels[`axis_${this.name}`]),
        tickformat: share ? "~%" : "~g",
        hoverformat: share ? ".2%" : ".4~g",
        nticks: 6,
      },
    };
  }
}

const emptyTraces = () => ({ x: [[], [], []], y: [[], [], []] });
const markerSize = (epochs) => (epochs > SLOW_MARKERS ? 4 : 7);
const whole = (number) => Math.round(number).toLocaleString("en-US");
const percent = (share) => `${(share * 100).toFixed(1)}\u00a0%`;
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

function decimal(number) {
  const size = Math.abs(number);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return number.toExponential(2);
  return size >= 1000 ? whole(number) : number.toPrecision(4);
}

// {xaxis: {title: ...}} -> {"xaxis.title": ...}: a relayout of single values keeps the rest.
function flatLook(look) {
  const flat = {};
  for (const [key, value] of Object.entries(look)) {
    if (!key.endsWith("axis")) flat[key] = value;
    else for (const [name, each] of Object.entries(value)) flat[`${key}.${name}`] = each;
  }
  return flat;
}

function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const dark = brightness(read("background-color")) < 128;
  return {
    text: read("text-color"),
    background: read("background-color"),
    grid: read("border-color-light"),
    font: read("font"),
    size: parseFloat(style.fontSize) * 0.93,
    faint: dark ? 0.85 : 0.45,
  };
}

function brightness(color) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function loadPlotly(url) {
  window[MODULE_CACHE] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window[MODULE_CACHE] = undefined;
      script.remove();
      reject(new Error(`could not load ${url}`));
    };
    document.head.append(script);
  });
  return window[MODULE_CACHE];
}
