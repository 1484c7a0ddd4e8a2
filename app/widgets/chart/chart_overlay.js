// What lies over a plot without being data: the lines of simpler models with their labels, the flag
// of the best epoch, and a torn edge where a curve leaves the axis. Plain elements, placed anew whenever Plotly has drawn: they follow the
// axes, but do not stretch them.

import { fill, write } from "../shared/numerals.js";
import { range } from "./chart_numbers.js";

const LABEL_GAP = 2;
const SAME_SHARE = 0.1; // figures that differ by less are said in one go
const TOOTH = 8; // pixels: the length of a tooth of a torn edge
const NARROW = 360; // pixels of a plot: on a narrower one, labels would lie over most of the curves

export class Overlay {
  // crowd(left, top, bottom) counts the points of curves in that part of the plot, in pixels.
  constructor(element, plot, crowd) {
    Object.assign(this, { element, plot, crowd, baselines: [], best: null, sizes: new Map() });
    this.notes = element.closest("figure").querySelector(".fl-chart-notes");
    this.takeCut(null);
  }

  // `writes` turns a baseline's figure into text.
  dress(labels, writes) {
    Object.assign(this, { labels, writes, sizes: new Map(), lineHeight: null });
  }

  // baselines: [{name, value, passed: epoch or null}]; `over` says that no epoch will follow; best:
  // the epoch to flag, or null. Seen when Plotly has drawn the next time.
  take(baselines, over, best) {
    Object.assign(this, { baselines, over, best });
  }

  // cut: what a curve has beyond the axis, see cutAway; `below` says at which end.
  takeCut(cut, below = false) {
    Object.assign(this, { places: cut?.places ?? [], below });
  }

  place() {
    const axes = this.plot._fullLayout; // Plotly tells nowhere else where its pixels are
    if (!axes?.yaxis || !this.labels) return;
    const { xaxis, yaxis } = axes;
    Object.assign(this.element.style, {
      left: `${xaxis._offset}px`,
      top: `${yaxis._offset}px`,
      width: `${xaxis._length}px`,
      height: `${yaxis._length}px`,
    });
    this.size = { width: xaxis._length, height: yaxis._length };
    this.lineHeight ??= parseFloat(getComputedStyle(this.element).lineHeight);
    this.placeTears(this.places.map((at) => xaxis.d2p(at)));
    this.placeFlag(this.best === null ? null : xaxis.d2p(this.best));
    const groups = this.groups(yaxis);
    this.placeLines(groups);
    const isNarrow = this.size.width < NARROW;
    this.placeLabels(isNarrow ? [] : groups);
    this.listNotes(isNarrow ? groups : []);
  }

  // Below the plot, what its labels would say.
  listNotes(groups) {
    const notes = groups.map(({ arrow, members }) => arrow + this.sentence(members));
    this.notes.hidden = !notes.length;
    if (String(notes) === this.noted) return;
    this.noted = String(notes);
    this.notes.replaceChildren(...notes.map((note) => {
      const item = document.createElement("li");
      item.textContent = note;
      return item;
    }));
  }

  // One torn edge for all that leaves the axis close by.
  placeTears(places) {
    const seen = places.filter((at) => at >= 0 && at <= this.size.width).sort((one, other) => one - other);
    const tears = [];
    for (const at of seen) {
      if (at - tears.at(-1)?.to <= 2 * TOOTH) tears.at(-1).to = at;
      else tears.push({ from: at, to: at });
    }
    tears.forEach(({ from, to }, i) => {
      const tear = this.part("tear", i);
      tear.hidden = false;
      tear.dataset.end = this.below ? "bottom" : "top";
      const teeth = Math.max(2, Math.ceil((to - from) / TOOTH));
      const left = Math.min(Math.max(0, (from + to - teeth * TOOTH) / 2), this.size.width - teeth * TOOTH);
      Object.assign(tear.style, { width: `${teeth * TOOTH}px`, transform: `translateX(${left}px)` });
    });
    this.hideRest("tear", tears.length);
  }

  placeFlag(at) {
    const shown = at !== null && at >= 0 && at <= this.size.width;
    const flag = this.part("flag", 0);
    flag.hidden = !shown;
    if (!shown) return;
    flag.style.transform = `translateX(${Math.min(at, this.size.width - 1.5)}px)`;
    flag.dataset.side = at > this.size.width / 2 ? "left" : "right";
    write(this.part("flag-label", 0, flag), fill(this.labels.best_epoch, { epoch: this.best }));
  }

  // Baselines that are much alike and lie together share a label; those outside the axis wait at
  // its edge.
  groups(yaxis) {
    const { height } = this.size;
    const placed = this.baselines.map((baseline) => ({ ...baseline, y: yaxis.d2p(baseline.value) }));
    const inside = placed.filter(({ y }) => y >= 0 && y <= height).sort((a, b) => a.y - b.y);
    const above = placed.filter(({ y }) => y < 0);
    const below = placed.filter(({ y }) => !(y <= height) && !(y < 0));
    const clusters = [];
    for (const baseline of inside) {
      const last = clusters.at(-1)?.members.at(-1);
      if (last && this.areAlike(last, baseline)) clusters.at(-1).members.push(baseline);
      else clusters.push({ arrow: "", members: [baseline] });
    }
    if (above.length) clusters.unshift({ arrow: "\u2191 ", members: above });
    if (below.length) clusters.push({ arrow: "\u2193 ", members: below });
    return clusters;
  }

  areAlike(one, other) {
    const share = Math.abs(one.value - other.value) / Math.max(Math.abs(one.value), Math.abs(other.value));
    return share < SAME_SHARE && other.y - one.y < this.lineHeight;
  }

  placeLines(groups) {
    const inside = groups.flatMap(({ arrow, members }) => (arrow ? [] : members));
    inside.forEach(({ name, y }, i) => {
      const line = this.part("line", i);
      line.hidden = false;
      line.dataset.baseline = name;
      line.style.transform = `translateY(${y}px)`;
    });
    this.hideRest("line", inside.length);
  }

  // From top to bottom, and back, each label makes room for the one before it.
  placeLabels(groups) {
    const labels = groups.map(({ arrow, members }, i) => {
      const element = this.part("label", i);
      element.hidden = false;
      write(element, arrow + this.sentence(members));
      const size = this.sizeOf(element);
      return { element, height: size.height, top: this.topOf(members, size) };
    });
    this.hideRest("label", labels.length);
    let free = this.best !== null ? this.lineHeight + LABEL_GAP : 0;
    for (const label of labels) {
      label.top = Math.max(label.top, free);
      free = label.top + label.height;
    }
    free = this.size.height;
    for (const label of labels.toReversed()) {
      label.top = Math.min(label.top, free - label.height);
      free = label.top;
    }
    labels.forEach(({ element, top }) => (element.style.transform = `translateY(${top}px)`));
  }

  // Above its lines, unless that hides more of the curves than below them.
  topOf(members, { width, height }) {
    const above = members[0].y - height - LABEL_GAP;
    const below = members.at(-1).y + LABEL_GAP;
    if (!(below + height <= this.size.height)) return above;
    const hidden = (top) => this.crowd(this.size.width - width, top, top + height);
    return hidden(below) < hidden(above) ? below : above;
  }

  // Measuring makes the browser lay the page out: once for every text and width.
  sizeOf(element) {
    const key = `${this.size.width} ${element.textContent}`;
    if (!this.sizes.has(key)) this.sizes.set(key, { width: element.offsetWidth, height: element.offsetHeight });
    return this.sizes.get(key);
  }

  sentence(members) {
    const names = members.map(({ name }) => this.labels[`baseline_${name}`]).join(" · ");
    const values = members.map(({ value }) => value);
    const value = range(values, this.writes);
    return fill(this.labels.baseline_line, { names, value, verdict: this.verdict(members) });
  }

  verdict(members) {
    const epochs = members.map(({ passed }) => passed).filter((epoch) => epoch !== null);
    if (!epochs.length) return this.labels[this.over ? "baseline_never" : "baseline_pending"];
    const values = { epoch: range(epochs, String), passed: epochs.length, count: members.length };
    const name = epochs.length < members.length ? "baseline_some" : "baseline_passed";
    return fill(this.labels[name], values);
  }

  part(name, index, parent = this.element) {
    const found = parent.querySelectorAll(`:scope > .fl-chart-${name}`)[index];
    if (found) return found;
    const made = document.createElement("div");
    made.className = `fl-chart-${name}`;
    parent.append(made);
    return made;
  }

  hideRest(name, count) {
    const parts = this.element.querySelectorAll(`:scope > .fl-chart-${name}`);
    [...parts].slice(count).forEach((part) => (part.hidden = true));
  }
}
