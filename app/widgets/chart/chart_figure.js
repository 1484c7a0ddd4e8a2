// One Plotly chart: training and validation, and what lies between and under them. Points are kept
// here; a frame hands those traces to Plotly that have changed.

import { fill, write } from "../shared/numerals.js";
import { writer } from "./chart_numbers.js";
import { Overlay } from "./chart_overlay.js";
import { cutAway, rangeToRead, spanOf, wholeRange, widened, withBaselines } from "./chart_range.js";
import { ZoomByFinger } from "./chart_touch.js";

const TRAINING = "#0072B2";
const VALIDATION = "#D55E00";
const BEST_EPOCH = "#CC79A7";
const MAX_POINTS = 6000;
const SLOW_MARKERS = 60; // epochs above which round markers would touch each other
const EMPTY_RANGE = [0, 1];
const ROOM = 0.02; // of an axis, between its ends and the values there
export const TRACES = ["trace_batch", "trace_train", "trace_val"];
export const [BATCH, TRAIN, VAL, SMOOTH, GAP, BEST] = [0, 1, 2, 3, 4, 5];
const ALL_TRACES = [BATCH, TRAIN, VAL, SMOOTH, GAP, BEST];

export class Figure {
  constructor(root, name, view) {
    const element = root.querySelector(`[data-figure="${name}"]`);
    this.plot = element.querySelector(".fl-chart-plot");
    this.heading = element.querySelector(".fl-chart-title");
    this.button = element.querySelector("button.reset");
    this.button.onclick = () => this.unzoom();
    this.whole = element.querySelector(".fl-chart-whole");
    this.whole.onclick = () => this.showWhole(!this.isWhole);
    this.fingers = new ZoomByFinger(this.plot, element.querySelector("button.zoom"));
    const over = element.querySelector(".fl-chart-over");
    this.overlay = new Overlay(over, this.plot, (left, top, bottom) => this.crowd(left, top, bottom));
    this.view = view;
    this.forget();
  }

  // Data ------------------------------------------------------------------------------------

  forget() {
    this.empty(ALL_TRACES.length);
    Object.assign(this, { epochs: null, marks: [], mean: 0, weight: 0 });
    Object.assign(this, { baselines: [], over: false, isWhole: false, range: null, cut: null });
  }

  empty(traces) {
    this.points = Array.from({ length: traces }, () => ({ x: [], y: [] }));
    this.changed = new Set(this.points.keys());
  }

  add(trace, at, value) {
    if (value === null || !Number.isFinite(at)) return;
    this.put(trace, at, value);
    if (trace === BATCH && this.view.smooth) this.put(SMOOTH, at, this.average(value));
  }

  put(trace, x, y) {
    this.points[trace].x.push(x);
    this.points[trace].y.push(y);
    this.changed.add(trace);
    const value = this.scaled(y);
    if (this.isEarly || !this.range || value < this.range[0] || value > this.range[1]) this.isFit = false;
  }

  replace(trace, x, y) {
    this.points[trace] = { x, y };
    this.changed.add(trace);
    this.isFit = false;
  }

  // An exponential moving average, divided by the weight that its values have so far: it begins
  // at the first value instead of at zero (bias correction, as in Adam).
  average(value) {
    const { smooth } = this.view;
    this.mean = smooth * this.mean + (1 - smooth) * value;
    this.weight = smooth * this.weight + (1 - smooth);
    return this.mean / this.weight;
  }

  smoothAnew() {
    Object.assign(this, { mean: 0, weight: 0 });
    const { x, y } = this.points[BATCH];
    if (this.view.smooth) this.replace(SMOOTH, [...x], y.map((value) => this.average(value)));
    else this.replace(SMOOTH, [], []);
  }

  // Remove every point and mark that lies beyond a place on the axis.
  cutBack(at) {
    for (const trace of [BATCH, TRAIN, VAL]) {
      const { x, y } = this.points[trace];
      const kept = x.filter((value) => value <= at + 1e-9).length;
      this.replace(trace, x.slice(0, kept), y.slice(0, kept));
    }
    this.smoothAnew();
    this.marks = this.marks.filter((mark) => mark.at <= at);
    this.drawMarks();
  }

  // Keep every second point of the older half: what has just happened stays exact.
  thin(trace) {
    const { x, y } = this.points[trace];
    const keep = (_, i) => i >= x.length / 2 || i % 2 === 0;
    this.replace(trace, x.filter(keep), y.filter(keep));
  }

  // baselines: [{name, value, passed}], see Overlay.
  compare(baselines, over) {
    Object.assign(this, { baselines, over, isFit: false });
  }

  // best: {epoch, value} or null; gap: the outline [[x], [y]] of what lies between the curves.
  markBest(best, [x, y]) {
    this.replace(BEST, best ? [best.epoch] : [], best ? [best.value] : []);
    this.replace(GAP, x, y);
  }

  crowd(left, top, bottom) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const lies = (x, y) => xaxis.d2p(x) >= left && yaxis.d2p(y) >= top && yaxis.d2p(y) <= bottom;
    const count = ({ x, y }) => x.filter((at, i) => lies(at, y[i])).length;
    return count(this.points[TRAIN]) + count(this.points[VAL]);
  }

  // The value axis ----------------------------------------------------------------------------

  // While a run is live its axis only becomes longer; it is chosen anew where another one is asked
  // for, and once, when the first tenth of the run is over. `range` is in the figure's own values.
  fit() {
    this.isFit = true;
    const points = this.seenPoints();
    const toRead = this.isWhole || this.isLog() ? null : rangeToRead(this.readPoints(points), this.extent(), this.isShare());
    const wanted = toRead ?? wholeRange(points);
    if (!wanted) return;
    const kind = JSON.stringify([!toRead, this.isWhole, this.isLog(), this.view.updates, this.extent()]);
    if (kind !== this.kind) Object.assign(this, { kind, range: null });
    this.isEarly = toRead === null;
    const held = this.withBaselines(wanted);
    this.range = widened(this.range, held, this.limits());
    this.cut = toRead && cutAway(points, this.range, this.isShare());
  }

  withBaselines(range) {
    const values = this.baselines.map(({ value }) => value).filter(Number.isFinite);
    const scaled = values.map((value) => this.scaled(value)).filter(Number.isFinite);
    return this.isWhole ? spanOf([...range, ...scaled]) : withBaselines(range, scaled, this.isShare());
  }

  // What is drawn of the curves, as far as the axis can show it.
  seenPoints() {
    const [updates, training, validation] = [BATCH, TRAIN, VAL].map((trace) => this.shownOf(trace));
    return { updates, training, validation };
  }

  shownOf(trace) {
    const { x, y } = this.isVisible(trace) ? this.points[trace] : { x: [], y: [] };
    if (!this.isLog()) return { x, y };
    const kept = y.map((value) => value > 0);
    return { x: x.filter((_, i) => kept[i]), y: y.filter((_, i) => kept[i]).map(Math.log10) };
  }

  // The same with the places that decide what has to be in sight.
  readPoints(seen) {
    return seen;
  }

  // A run that has ended is as long as it came to be.
  extent() {
    if (!this.over) return this.epochs ?? 1;
    return Math.max(this.points[TRAIN].x.at(-1) ?? 0, this.points[BATCH].x.at(-1) ?? 0);
  }

  limits() {
    if (this.isLog()) return [-Infinity, Infinity];
    return this.isShare() ? [0, 1] : [0, Infinity];
  }

  scaled(value) {
    return this.isLog() ? Math.log10(value) : value;
  }

  // As Plotly takes it: on a logarithmic axis in powers of ten.
  axisRange() {
    const [low, high] = this.range ?? EMPTY_RANGE;
    const room = ROOM * (high - low);
    return [low - room, high + room];
  }

  showWhole(isWhole) {
    Object.assign(this, { isWhole, isFit: false });
    this.button.hidden = true;
    this.flush();
  }

  isZoomed() {
    return !this.button.hidden;
  }

  // The words that go with an axis that is cut.
  sayRange() {
    const { labels, cut, name } = this;
    const writes = writer(name, 3);
    this.whole.hidden = !cut && !this.isWhole;
    const label = this.isWhole ? labels.show_close : labels[this.isShare() ? "show_from" : "show_to"];
    write(this.whole, fill(label, { value: cut ? writes(cut.value) : "" }));
    const [low, high] = (this.range ?? EMPTY_RANGE).map(writes);
    const told = cut ? fill(labels[this.isShare() ? "cut_below" : "cut_above"], { low, high, value: writes(cut.value) }) : "";
    this.plot.setAttribute("aria-label", [this.alt, told].filter(Boolean).join(". "));
  }

  // Drawing ---------------------------------------------------------------------------------

  flush() {
    if (!this.Plotly || (this.isFit && !this.changed.size)) return;
    for (const trace of this.fineTraces()) while (this.points[trace].x.length > MAX_POINTS) this.thin(trace);
    if (!this.isFit) this.fit();
    this.sayRange();
    this.overlay.take(this.baselines, this.over, this.bestPlace());
    this.overlay.takeCut(this.isZoomed() ? null : this.cut, this.isShare());
    this.handOver();
  }

  // Give Plotly what has changed.
  handOver() {
    const traces = this.changed.size ? [...this.changed] : [VAL];
    this.changed.clear();
    const points = traces.map((trace) => this.copyOf(trace));
    const data = { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
    this.Plotly.update(this.plot, data, this.newRange(), traces);
  }

  // The traces that have a point for every few updates, and so may have many.
  fineTraces() {
    return [BATCH, SMOOTH];
  }

  bestPlace() {
    return this.points[BEST].x[0] ?? null;
  }

  // What a person has zoomed to stays; what stands already is not set again, which costs a drawing.
  newRange() {
    const range = this.axisRange();
    if (this.isZoomed() || String(range) === String(this.plot.layout.yaxis.range)) return {};
    return { "yaxis.range": range };
  }

  // Plotly gets arrays of its own: when those that it has seen grow by themselves, a person's zoom
  // meets points that were never drawn and fails.
  copyOf(trace) {
    const { x, y } = this.points[trace];
    return { x: [...x], y: [...y] };
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
        ...place(at), y: 1, yshift: -1.3 * size, text: label, showarrow: false, xanchor: "left", yanchor: "top",
        font: { size: size * 0.9, color: text },
      })),
    });
  }

  clear() {
    this.forget();
    this.button.hidden = true;
    if (!this.Plotly) return;
    this.drawMarks();
    this.flush();
    this.Plotly.relayout(this.plot, this.axes());
  }

  span(epochs) {
    Object.assign(this, { epochs, isFit: false });
    if (!this.Plotly) return;
    this.Plotly.relayout(this.plot, this.axes());
    this.Plotly.restyle(this.plot, { "marker.size": markerSize(epochs) }, [TRAIN, VAL]);
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
    this.plot.on("plotly_afterplot", () => this.overlay.place());
    this.overlay.place();
  }

  // Another language or theme; a page that runs again mostly brings neither.
  dress(labels, theme, name) {
    const given = JSON.stringify([labels, theme, name]);
    if (given === this.given) return;
    Object.assign(this, { labels, theme, name, given });
    this.button.textContent = labels.reset_zoom;
    this.fingers.dress(labels.zoom);
    this.overlay.dress(labels, writer(name, 3));
    if (!this.Plotly) return;
    this.Plotly.relayout(this.plot, flatLook(this.look()));
    this.nameTraces();
    this.drawMarks();
    this.see(this.view);
  }

  nameTraces() {
    const name = TRACES.map((trace) => this.labels[trace]);
    this.Plotly.restyle(this.plot, { name }, [BATCH, TRAIN, VAL]);
  }

  // How a person wants to see the curves, see View. An axis that was zoomed keeps what it shows.
  see(view) {
    const smoothed = view.smooth !== this.view.smooth;
    const wasLog = this.isLog();
    this.view = view;
    if (smoothed) this.smoothAnew();
    if (this.Plotly && wasLog !== this.isLog()) this.Plotly.relayout(this.plot, this.rescaled());
    this.isFit = false; // what lies over the plot follows with the next frame
    if (!this.Plotly) return;
    const looks = this.fineTraces();
    const visible = looks.map((trace) => this.isVisible(trace));
    this.Plotly.restyle(this.plot, { visible, opacity: looks.map((trace) => this.opacity(trace)) }, looks);
  }

  rescaled() {
    const type = { "yaxis.type": this.isLog() ? "log" : "linear", "yaxis.nticks": this.look().yaxis.nticks };
    const scale = this.isLog() ? Math.log10 : (power) => 10 ** power;
    const range = this.plot._fullLayout.yaxis.range.map(scale);
    const keeps = this.isZoomed() && range.every(Number.isFinite);
    if (!keeps) this.fit();
    return { ...type, "yaxis.range": keeps ? range : this.axisRange() };
  }

  isLog() {
    return this.view.log && !this.isShare();
  }

  // Whether the figure is a share of one, and a high one a good one.
  isShare() {
    return this.name === "accuracy";
  }

  isVisible(trace) {
    return trace !== BATCH && trace !== SMOOTH ? true : this.view.updates;
  }

  opacity(trace) {
    if (trace !== BATCH) return 1;
    return this.view.smooth ? this.theme.faint * 0.4 : this.theme.faint;
  }

  caption(text, name) {
    write(this.heading, text);
    this.alt = name;
    this.sayRange();
  }

  zoomed(changes) {
    if (!("xaxis.range[0]" in changes || "yaxis.range[0]" in changes)) return;
    this.fingers.set(false);
    this.button.hidden = false;
    this.overlay.takeCut(null);
    this.overlay.place();
  }

  unzoom() {
    this.button.hidden = true;
    this.overlay.takeCut(this.cut, this.isShare());
    this.Plotly.relayout(this.plot, { ...this.axes(), "yaxis.range": this.axisRange() });
  }

  resize() {
    if (this.Plotly && this.plot.clientWidth) this.Plotly.Plots.resize(this.plot);
  }

  close() {
    if (this.Plotly) this.Plotly.purge(this.plot);
  }

  traces() {
    const size = markerSize(this.epochs ?? 1);
    const unnamed = { hoverinfo: "skip", cliponaxis: true };
    const looks = [
      { mode: "lines", line: { color: TRAINING, width: 1 } },
      { mode: "lines+markers", line: { color: TRAINING, width: 2 }, marker: { size } },
      {
        mode: "lines+markers",
        line: { color: VALIDATION, width: 2, dash: "dash" },
        marker: { size, symbol: "diamond" },
      },
      { ...unnamed, mode: "lines", line: { color: TRAINING, width: 1.5 } },
      { ...unnamed, mode: "none", fill: "toself", fillcolor: `${BEST_EPOCH}38` },
      {
        hoverinfo: "skip",
        mode: "markers",
        marker: { size: 13, symbol: "diamond", color: BEST_EPOCH, line: { color: this.theme.background, width: 1.5 } },
      },
    ];
    return looks.map((look, i) => ({
      cliponaxis: false,
      ...look,
      type: "scatter",
      ...this.copyOf(i),
      opacity: this.opacity(i),
      visible: this.isVisible(i),
      name: this.labels[TRACES[i]],
    }));
  }

  layout() {
    const look = this.look();
    return {
      ...look,
      yaxis: { ...look.yaxis, type: this.isLog() ? "log" : "linear", range: this.axisRange() },
      autosize: true,
      showlegend: false,
      dragmode: "zoom",
      hovermode: "x unified",
      uirevision: "kept",
    };
  }

  acrossTitle() {
    return this.labels.axis_epoch;
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
    const share = this.isShare();
    const range = this.Plotly ? {} : { range: [0, this.epochs ?? 1] };
    return {
      paper_bgcolor: background,
      plot_bgcolor: background,
      font: { color: text, family: font, size },
      margin: { l: size * 4.6, r: size, t: 6, b: size * 3.2 },
      hoverlabel: { bgcolor: background, bordercolor: grid, font: { color: text, family: font } },
      xaxis: { ...axis(this.acrossTitle()), ...range, hoverformat: ".2~f", nticks: 8, ...spike },
      yaxis: {
        ...axis(this.labels[`axis_${this.name}`]),
        tickformat: share ? "~%" : "~g",
        tickformatstops: share ? [] : [{ dtickrange: [1e4, null], value: "~s" }], // 200k, not 200000
        hoverformat: share ? ".2%" : ".4~g",
        nticks: this.isLog() ? 3 : 6, // a log axis takes its fine steps beyond that
      },
    };
  }
}

export const markerSize = (epochs) => (epochs > SLOW_MARKERS ? 4 : 7);

// {xaxis: {title: ...}} -> {"xaxis.title": ...}: a relayout of single values keeps the rest.
function flatLook(look) {
  const flat = {};
  for (const [key, value] of Object.entries(look)) {
    if (!key.endsWith("axis")) flat[key] = value;
    else for (const [name, each] of Object.entries(value)) flat[`${key}.${name}`] = each;
  }
  return flat;
}
