// The chart of a run drawn for several: three traces a line, of its updates, of the spread of its
// seeds and of its epochs.

import { Figure, markerSize } from "./chart_figure.js";

export const TRACES_OF_A_LINE = 3;
const SYMBOLS = ["circle", "diamond", "square", "cross", "triangle-up", "x", "star", "hexagon"];

export class LinesFigure extends Figure {
  forget() {
    super.forget();
    this.lines = [];
    this.empty(0);
  }

  // lines: [{label, colour, dash}], in the order of their traces.
  takeLines(lines) {
    this.forget();
    this.lines = lines;
    this.empty(TRACES_OF_A_LINE * lines.length);
    this.button.hidden = true;
    this.isNew = Boolean(this.Plotly);
  }

  // New lines come to Plotly together with their points and their axis: each by itself would draw
  // the whole figure again.
  handOver() {
    if (!this.isNew) {
      super.handOver();
      return;
    }
    this.isNew = false;
    this.changed.clear();
    this.Plotly.react(this.plot, this.traces(), this.layout());
  }

  // A person's zoom belongs to the lines that it was chosen for.
  layout() {
    const layout = super.layout();
    const xaxis = { ...layout.xaxis, range: [0, this.extent()] };
    return { ...layout, xaxis, uirevision: this.lines.map(({ label }) => label).join("\n") };
  }

  // Until new lines are handed over, Plotly has no traces to show in another way.
  see(view) {
    if (this.isNew) Object.assign(this, { view, isFit: false });
    else super.see(view);
  }

  // curve: {updates, band, epochs} of {x, y} each.
  putLine(number, { updates, band, epochs }) {
    const first = TRACES_OF_A_LINE * number;
    [this.smoothed(updates), band, epochs].forEach(({ x, y }, i) => this.replace(first + i, x, y));
  }

  smoothed({ x, y }) {
    if (!this.view.smooth) return { x, y };
    Object.assign(this, { mean: 0, weight: 0 });
    return { x, y: y.map((value) => this.average(value)) };
  }

  // The curves come smoothed, see `putLine`.
  smoothAnew() {}

  epochTraces() {
    return this.lines.map((_, i) => TRACES_OF_A_LINE * i + 2);
  }

  fineTraces() {
    return this.lines.map((_, i) => TRACES_OF_A_LINE * i);
  }

  bestPlace() {
    return null;
  }

  crowd() {
    return 0;
  }

  extent() {
    return this.epochs ?? 1;
  }

  shownOf(trace) {
    const { x, y } = super.shownOf(trace);
    return { x: x.filter((_, i) => Number.isFinite(y[i])), y: y.filter(Number.isFinite) };
  }

  seenPoints() {
    const shown = this.epochTraces().map((trace) => this.shownOf(trace));
    const none = { x: [], y: [] };
    return { updates: none, training: none, validation: joined(shown) };
  }

  // A line that is shorter than the axis is in sight as if it were as long.
  readPoints(seen) {
    const longer = this.epochTraces().map((trace) => {
      const { x, y } = this.shownOf(trace);
      const end = x.at(-1) || 1;
      return { x: x.map((at) => (at / end) * this.extent()), y };
    });
    return { ...seen, validation: joined(longer) };
  }

  // How long the axis is, in its own unit.
  span(length) {
    if (length === this.epochs) return;
    Object.assign(this, { epochs: length, isFit: false });
    if (this.Plotly && !this.isNew && !this.isZoomed()) this.Plotly.relayout(this.plot, this.axes());
  }

  measureBy(unit) {
    if (unit === this.unit) return;
    this.unit = unit;
    this.button.hidden = true;
    if (this.Plotly) this.Plotly.relayout(this.plot, { "xaxis.title.text": this.acrossTitle() });
  }

  acrossTitle() {
    return this.labels[`axis_${this.unit}`];
  }

  nameTraces() {
    const name = this.traces().map((trace) => trace.name);
    if (name.length) this.Plotly.restyle(this.plot, { name }, [...name.keys()]);
  }

  isVisible(trace) {
    return trace % TRACES_OF_A_LINE ? true : this.view.updates;
  }

  opacity(trace) {
    return trace % TRACES_OF_A_LINE ? 1 : 0.3;
  }

  traces() {
    return this.lines.flatMap(({ label, colour, dash }, i) => this.looks(colour, dash, i).map((look, part) => ({
      cliponaxis: false,
      ...look,
      type: "scatter",
      ...this.copyOf(TRACES_OF_A_LINE * i + part),
      opacity: this.opacity(part),
      visible: this.isVisible(part),
      name: label,
    })));
  }

  looks(colour, dash, i) {
    const unnamed = { hoverinfo: "skip", cliponaxis: true };
    const size = markerSize(Math.max(1, ...this.epochTraces().map((trace) => this.points[trace].x.length)));
    return [
      { ...unnamed, mode: "lines", line: { color: colour, width: 1 } },
      { ...unnamed, mode: "none", fill: "toself", fillcolor: `${colour}30` },
      {
        mode: "lines+markers",
        line: { color: colour, width: 2, dash },
        marker: { size, symbol: SYMBOLS[i % SYMBOLS.length] },
      },
    ];
  }
}

function joined(points) {
  return { x: points.flatMap(({ x }) => x), y: points.flatMap(({ y }) => y) };
}
