// One Plotly chart: training and validation, and what lies between and under them. Points are kept
// here; a frame hands those traces to Plotly that have changed.

const TRAINING = "#0072B2";
const VALIDATION = "#D55E00";
const BEST_EPOCH = "#CC79A7";
const MAX_POINTS = 6000;
const SLOW_MARKERS = 60; // epochs above which round markers would touch each other
const REACH_SHARE = 0.5; // how far beyond the curves, in their own heights, a baseline is shown
const TRACES = ["trace_batch", "trace_train", "trace_val"];
const [BATCH, TRAIN, VAL, SMOOTH, GAP, BEST, REACH] = [0, 1, 2, 3, 4, 5, 6];
const ALL_TRACES = [BATCH, TRAIN, VAL, SMOOTH, GAP, BEST, REACH];

class Figure {
  constructor(root, name, view) {
    const element = root.querySelector(`[data-figure="${name}"]`);
    this.plot = element.querySelector(".fl-chart-plot");
    this.heading = element.querySelector(".fl-chart-title");
    this.button = element.querySelector("button.reset");
    this.button.onclick = () => this.unzoom();
    this.fingers = new ZoomByFinger(this.plot, element.querySelector("button.zoom"));
    const over = element.querySelector(".fl-chart-over");
    this.overlay = new Overlay(over, this.plot, (left, top, bottom) => this.crowd(left, top, bottom));
    this.view = view;
    this.forget();
  }

  // Data ------------------------------------------------------------------------------------

  forget() {
    this.points = ALL_TRACES.map(() => ({ x: [], y: [] }));
    this.changed = new Set(ALL_TRACES);
    Object.assign(this, { epochs: null, marks: [], mean: 0, weight: 0 });
    Object.assign(this, { baselines: [], over: false });
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
  }

  replace(trace, x, y) {
    this.points[trace] = { x, y };
    this.changed.add(trace);
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
    Object.assign(this, { baselines, over });
    this.changed.add(REACH);
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

  // A baseline near the curves stretches the axis, one far away would squeeze them.
  reach() {
    const scale = this.isLog() ? Math.log10 : (value) => value;
    const drawn = [BATCH, TRAIN, VAL].filter((trace) => this.isVisible(trace));
    let [low, high] = [Infinity, -Infinity];
    for (const value of drawn.flatMap((trace) => this.points[trace].y)) {
      low = Math.min(low, scale(value));
      high = Math.max(high, scale(value));
    }
    const room = (high - low) * REACH_SHARE;
    const values = this.baselines.map(({ value }) => value);
    const near = values.filter((value) => scale(value) >= low - room && scale(value) <= high + room);
    if (String(near) !== String(this.points[REACH].y)) this.replace(REACH, near.map(() => 0), near);
  }

  // Drawing ---------------------------------------------------------------------------------

  flush() {
    if (!this.Plotly || !this.changed.size) return;
    while (this.points[BATCH].x.length > MAX_POINTS) this.thin(BATCH);
    while (this.points[SMOOTH].x.length > MAX_POINTS) this.thin(SMOOTH);
    this.reach();
    this.overlay.take(this.baselines, this.over, this.points[BEST].x[0] ?? null);
    const traces = [...this.changed];
    this.changed.clear();
    const points = traces.map((trace) => this.copyOf(trace));
    this.Plotly.restyle(this.plot, { x: points.map(({ x }) => x), y: points.map(({ y }) => y) }, traces);
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
    this.Plotly.relayout(this.plot, { ...this.axes(), "yaxis.autorange": true });
  }

  span(epochs) {
    this.epochs = epochs;
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
    this.Plotly.restyle(this.plot, { name: TRACES.map((trace) => labels[trace]) }, [BATCH, TRAIN, VAL]);
    this.drawMarks();
    this.see(this.view);
  }

  // How a person wants to see the curves, see View. An axis that was zoomed keeps what it shows.
  see(view) {
    const smoothed = view.smooth !== this.view.smooth;
    const wasLog = this.isLog();
    this.view = view;
    if (smoothed) this.smoothAnew();
    this.changed.add(REACH);
    if (!this.Plotly) return;
    if (wasLog !== this.isLog()) this.Plotly.relayout(this.plot, this.rescaled());
    const looks = [BATCH, SMOOTH];
    const visible = looks.map((trace) => this.isVisible(trace));
    this.Plotly.restyle(this.plot, { visible, opacity: looks.map((trace) => this.opacity(trace)) }, looks);
  }

  rescaled() {
    const type = { "yaxis.type": this.isLog() ? "log" : "linear", "yaxis.nticks": this.look().yaxis.nticks };
    const { range, autorange } = this.plot._fullLayout.yaxis;
    const scale = this.isLog() ? Math.log10 : (power) => 10 ** power;
    if (autorange || !range.map(scale).every(Number.isFinite)) return { ...type, "yaxis.autorange": true };
    return { ...type, "yaxis.range": range.map(scale) };
  }

  isLog() {
    return this.view.log && this.name !== "accuracy";
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
    this.plot.setAttribute("aria-label", name);
  }

  zoomed(changes) {
    if (!("xaxis.range[0]" in changes || "yaxis.range[0]" in changes)) return;
    this.fingers.set(false);
    this.button.hidden = false;
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
      { ...unnamed, mode: "markers", marker: { size: 1, opacity: 0 } },
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
      yaxis: { ...look.yaxis, type: this.isLog() ? "log" : "linear" },
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
        tickformatstops: share ? [] : [{ dtickrange: [1e4, null], value: "~s" }], // 200k, not 200000
        hoverformat: share ? ".2%" : ".4~g",
        nticks: this.isLog() ? 3 : 6, // a log axis takes its fine steps beyond that
      },
    };
  }
}

const markerSize = (epochs) => (epochs > SLOW_MARKERS ? 4 : 7);

// {xaxis: {title: ...}} -> {"xaxis.title": ...}: a relayout of single values keeps the rest.
function flatLook(look) {
  const flat = {};
  for (const [key, value] of Object.entries(look)) {
    if (!key.endsWith("axis")) flat[key] = value;
    else for (const [name, each] of Object.entries(value)) flat[`${key}.${name}`] = each;
  }
  return flat;
}
