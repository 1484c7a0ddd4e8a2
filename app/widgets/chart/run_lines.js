// The curves of several runs in one figure, while they train too. Their events come as those of the
// run on Train do, and so do the figures; a line is a run, or all seeds of one setting.

import { mounted } from "../shared/mount.js";
import { followRun } from "../shared/run_stream.js";
import { bandOf, outlineOf, placesBy } from "./chart_lines.js";
import { View } from "./chart_view.js";
import { LinesFigure } from "./lines_figure.js";
import { loadPlotly, readTheme } from "./plotly_page.js";

// In this order: the categorical colours of the lab, and on a dark page what stands in for those
// that it would swallow.
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#7A5195", "#4D4D4D", "#A6761D"];
const ON_DARK = { "#0072B2": "#3D9BD9", "#8C6D1F": "#C9A94D", "#7A5195": "#B08CCB", "#4D4D4D": "#B0B0B0" };
const DASHES = { solid: "", dash: "6 3", dot: "2 2", dashdot: "6 2 2 2", longdash: "10 3" };
const FIGURES = ["loss", "metric"];
const NONE = { x: [], y: [] };

// What is known of one run, with the events that the server tells of it.
class Curve {
  constructor(run, changed) {
    this.forget();
    this.hear = (event) => {
      this[`take_${event.kind}`]?.(event);
      changed(run);
    };
  }

  forget() {
    Object.assign(this, { per: null, points: [], epochs: [], ended: false });
  }

  // All that a page tells of a run that the browser cannot follow, each time that it tells it.
  retell(told) {
    this.forget();
    told.forEach((event) => this.hear(event));
    return () => {};
  }

  take_started({ updates_per_epoch, epoch, update }) {
    this.per = updates_per_epoch;
    this.cutBack(epoch, update);
  }

  take_rewound({ epoch, update }) {
    this.cutBack(epoch, update);
  }

  take_batches({ points }) {
    this.points.push(...points);
  }

  take_epoch(event) {
    this.epochs.push(event);
  }

  take_continued() {
    this.ended = false;
  }

  take_end() {
    this.ended = true;
  }

  cutBack(epoch, update) {
    this.points = this.points.filter(([at]) => at <= update);
    this.epochs = this.epochs.filter((each) => each.epoch <= epoch);
  }

  // Of figure 0 the loss, of figure 1 the metric.
  updates(figure, unit) {
    const place = placesBy(unit, this.epochs, this.per);
    const known = this.points.filter((point) => point[1 + figure] !== null);
    return { x: known.map(([at]) => place(at)), y: known.map((point) => point[1 + figure]) };
  }

  validation(figure, unit) {
    const place = placesBy(unit, this.epochs, this.per);
    const key = figure ? "val_metric" : "val_loss";
    return { x: this.epochs.map(({ epoch }) => place(epoch * this.per)), y: this.epochs.map((each) => each[key] ?? NaN) };
  }
}

class RunLines {
  constructor(parent) {
    this.root = parent.querySelector(".fl-chart");
    this.view = new View(parent, (choice) => this.see(choice));
    this.figures = FIGURES.map((name) => new LinesFigure(this.root, name, this.view.choice));
    Object.assign(this, { followed: new Map(), lines: [], frame: null, stale: new Set() });
    this.resized = new ResizeObserver(() => this.figures.forEach((figure) => figure.resize()));
  }

  show(data) {
    const { lines, metric, unit, labels, height } = data;
    Object.assign(this, { labels, unit, url: data.plotly });
    this.root.dataset.state = "past";
    this.root.style.setProperty("--fl-height", `${height}px`);
    this.root.querySelector('[data-figure="metric"]').hidden = metric === "";
    this.root.classList.toggle("fl-chart-single", metric === "");
    this.follow(lines.flatMap(({ runs }) => runs));
    const names = ["loss", metric || "loss"];
    const theme = readTheme(this.root);
    this.figures.forEach((figure, i) => {
      figure.unit ??= unit;
      figure.dress(labels, theme, names[i]);
      figure.measureBy(unit);
      figure.caption(labels[`title_${names[i]}`], labels[`lines_label_${names[i]}`]);
    });
    this.view.dress(labels);
    this.takeLines(lines.map((line, i) => ({ ...line, ...lookOf(i, theme.isDark) })));
    this.all();
    this.draw();
  }

  // A run that is no longer on show is left; the others go on.
  follow(runs) {
    const wanted = new Set(runs.map(({ run }) => run));
    for (const [run, { leave }] of this.followed) {
      if (wanted.has(run)) continue;
      leave();
      this.followed.delete(run);
    }
    for (const run of runs) {
      if (!this.followed.has(run.run)) this.followed.set(run.run, { curve: new Curve(run.run, () => this.changed(run.run)) });
      const held = this.followed.get(run.run);
      held.leave = run.told ? held.curve.retell(run.told) : followRun(run, held.curve.hear);
    }
  }

  takeLines(lines) {
    const given = JSON.stringify(lines.map(({ label, colour, dash, runs }) => [label, colour, dash, runs.map(({ run }) => run)]));
    if (given === this.given) return;
    this.given = given;
    this.lines = lines;
    this.figures.forEach((figure) => figure.takeLines(lines));
    this.root.querySelector(".fl-chart-legend").replaceChildren(...lines.map(legendEntry));
    delete this.root.dataset.drawn;
  }

  changed(run) {
    this.lines.forEach(({ runs }, i) => runs.some((each) => each.run === run) && this.stale.add(i));
    this.schedule();
  }

  all() {
    this.lines.forEach((_, i) => this.stale.add(i));
    this.schedule();
  }

  see(choice) {
    this.figures.forEach((figure) => figure.see(choice));
    this.all();
  }

  async draw() {
    try {
      const Plotly = await loadPlotly(this.url);
      if (!this.root.isConnected || this.closed) return;
      this.fill();
      this.figures.filter((figure) => figure.plot.offsetParent).forEach((figure) => figure.draw(Plotly));
      this.resized.disconnect();
      this.figures.forEach((figure) => this.resized.observe(figure.plot));
    } catch (error) {
      this.root.dataset.state = "chart_error";
      this.root.querySelector(".fl-chart-status").textContent = this.labels.chart_error;
      console.warn(error);
    }
    this.schedule();
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.closed) this.flush();
    });
  }

  flush() {
    this.fill();
    this.figures.forEach((figure) => figure.flush());
    const curves = [...this.followed.values()].map(({ curve }) => curve);
    const isDrawn = this.figures.some(({ Plotly }) => Plotly);
    if (isDrawn && curves.every(({ epochs, ended }) => epochs.length || ended)) {
      this.root.dataset.drawn = curves.reduce((sum, { points }) => sum + points.length, 0);
    }
  }

  fill() {
    const stale = [...this.stale];
    this.stale.clear();
    if (!stale.length) return;
    for (const number of stale) {
      const curves = this.lines[number].runs.map(({ run }) => this.followed.get(run).curve).filter(({ per }) => per);
      this.figures.forEach((figure, i) => figure.putLine(number, curveOf(curves, i, this.unit, this.lines[number].runs.length)));
    }
    const ends = this.figures[0].points.map(({ x }) => x.at(-1) ?? 0);
    const longest = this.figures[0].points.reduce((most, { x }) => x.reduce((high, at) => Math.max(high, at), most), 0);
    this.figures.forEach((figure) => figure.span(ends.length ? longest || 1 : 1));
  }

  close() {
    this.closed = true;
    for (const { leave } of this.followed.values()) leave();
    this.resized.disconnect();
    this.figures.forEach((figure) => figure.close());
  }
}

// What is drawn of a line: one run with its updates, or several as mean and spread.
function curveOf(curves, figure, unit, runs) {
  if (!curves.length) return { updates: NONE, band: NONE, epochs: NONE };
  if (runs === 1) return { updates: curves[0].updates(figure, unit), band: NONE, epochs: curves[0].validation(figure, unit) };
  const band = bandOf(curves.map((curve) => curve.validation(figure, unit)));
  return { updates: NONE, band: outlineOf(band), epochs: { x: band.x, y: band.mean } };
}

// Neighbours differ in colour and in dash.
function lookOf(number, isDark) {
  const colour = COLOURS[number % COLOURS.length];
  const dashes = Object.keys(DASHES);
  return { colour: (isDark && ON_DARK[colour]) || colour, dash: dashes[number % dashes.length] };
}

const SVG = "http://www.w3.org/2000/svg";

function legendEntry({ label, colour, dash }) {
  const entry = document.createElement("li");
  const sample = document.createElementNS(SVG, "svg");
  sample.setAttribute("viewBox", "0 0 28 10");
  sample.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", "M0 5 H28");
  line.style.stroke = colour;
  line.style.strokeDasharray = DASHES[dash];
  sample.append(line);
  entry.append(sample, Object.assign(document.createElement("span"), { textContent: label }));
  return entry;
}

export default mounted(RunLines);
