// A figure of lines, bands, bars and dots in SVG. Numbers of the axes are round ones.

import { mounted } from "../shared/mount.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 54;
const BOTTOM = 38;
const TOP = 24;
const RIGHT = 12;
const NEAR = 14;

class Figure {
  constructor(parent) {
    this.svg = parent.querySelector("svg");
    this.caption = parent.querySelector("figcaption");
    this.told = parent.querySelector("output");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.svg.addEventListener("pointermove", (event) => this.point(event), { signal });
    this.svg.addEventListener("pointerleave", () => (this.told.textContent = ""), { signal });
    this.svg.addEventListener("click", (event) => this.click(event), { signal });
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.svg.parentElement);
  }

  show(data, send) {
    this.data = data;
    this.send = send;
    this.draw();
  }

  draw() {
    const width = this.svg.parentElement.clientWidth;
    if (!this.data || !width) return;
    const { axes, label, lines, bundles, bands, bars, dots, height } = this.data;
    this.svg.setAttribute("aria-label", label);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.style.height = `${height}px`;
    const every = [
      ...lines.flatMap((line) => line.points),
      ...bundles.flatMap((each) => each.lines.flatMap((ys) => ys.map((y, i) => [each.x[i], y]))),
      ...bands.flatMap(({ x, low, high }) => x.flatMap((at, i) => [[at, low[i]], [at, high[i]]])),
      ...bars.flatMap(({ left, right, bottom, top }) => [[left, bottom], [right, top]]),
      ...dots.map(({ x, y }) => [x, y]),
    ];
    const left = axes.y_names.length ? widest(axes.y_names, width / 2) : LEFT;
    const x = scale(axes.x_limits ?? limits(every.map((each) => each[0])), left, width - RIGHT);
    const y = axes.y_names.length
      ? { at: (value) => TOP - (value / axes.y_names.length) * (height - BOTTOM - TOP) }
      : scale(axes.y_limits ?? limits(every.map((each) => each[1])), height - BOTTOM, TOP);
    this.places = dots.map((dot) => ({ dot, at: [x.at(dot.x), y.at(dot.y)] }));
    this.svg.replaceChildren(
      ...grid(x, y, axes, { left, width, height }),
      ...bundles.flatMap((bundle) => this.bundle(bundle, x, y)),
      ...bands.map((band) => this.band(band, x, y)),
      ...bars.map((bar) => this.bar(bar, x, y)),
      ...lines.map(({ points, look }) => {
        const path = points.map(([a, b]) => `${x.at(a)},${y.at(b)}`).join(" ");
        return node("polyline", { points: path, class: `line ${look}` });
      }),
      ...this.places.map(({ dot, at }) =>
        node("circle", { cx: at[0], cy: at[1], r: 3.5, class: `dot ${dot.look}` }),
      ),
    );
    this.legend(lines);
  }

  bundle({ x: places, lines, look }, x, y) {
    const across = places.map((at) => x.at(at).toFixed(1));
    return lines.map((values) => {
      const points = values.map((value, i) => `${across[i]},${y.at(value).toFixed(1)}`).join(" ");
      return node("polyline", { points, class: `line faint ${look}` });
    });
  }

  band({ x: places, low, high, look }, x, y) {
    const upper = places.map((at, i) => `${x.at(at)},${y.at(high[i])}`);
    const lower = places.map((at, i) => `${x.at(at)},${y.at(low[i])}`).toReversed();
    return node("polygon", { points: [...upper, ...lower].join(" "), class: `band ${look}` });
  }

  bar({ left, right, bottom, top, look, text }, x, y) {
    const [from, to] = [x.at(left) + 1, x.at(right) - 1];
    const [high, low] = [y.at(Math.max(top, bottom)), y.at(Math.min(top, bottom))];
    const sizes = { x: from, y: high, width: Math.max(1, to - from), height: low - high };
    const made = node("rect", { ...sizes, class: `bar ${look}` });
    const title = node("title", {});
    title.textContent = text;
    made.append(title);
    return made;
  }

  legend(lines) {
    const named = lines.filter((line) => line.label);
    this.caption.replaceChildren(
      ...named.map(({ label, look }) => {
        const made = document.createElement("span");
        made.className = look;
        made.textContent = label;
        return made;
      }),
    );
  }

  nearest(event) {
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let found = null;
    let least = NEAR;
    for (const place of this.places ?? []) {
      const distance = Math.hypot(place.at[0] - x, place.at[1] - y);
      if (distance < least) [found, least] = [place.dot, distance];
    }
    return found;
  }

  point(event) {
    const dot = this.nearest(event);
    this.told.textContent = dot?.text ?? "";
    this.svg.classList.toggle("pickable", dot !== null && dot.name !== null);
  }

  click(event) {
    const dot = this.nearest(event);
    if (dot && dot.name !== null) this.send(dot.name);
  }

  close() {
    this.listening.abort();
    this.sizes.disconnect();
  }
}

function limits(values) {
  if (!values.length) return [0, 1];
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  return low === high ? [low - 1, high + 1] : [low, high];
}

function scale([low, high], from, to) {
  const steps = ticks(low, high);
  const [first, last] = [Math.min(low, steps[0]), Math.max(high, steps.at(-1))];
  const at = (value) => from + ((value - first) / (last - first)) * (to - from);
  return { at, steps };
}

function ticks(low, high) {
  const least = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= least * 0.999999);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function grid(x, y, axes, { left, width, height }) {
  const made = [];
  for (const tick of y.steps ?? []) {
    made.push(node("line", { x1: left, x2: width - RIGHT, y1: y.at(tick), y2: y.at(tick), class: "grid" }));
    made.push(word(said(tick, axes.y_percent), left - 6, y.at(tick) + 4, "end"));
  }
  axes.y_names.forEach((name, row) => made.push(word(name, left - 6, y.at(-row - 0.5) + 4, "end")));
  for (const tick of x.steps) {
    const ends = { x1: x.at(tick), x2: x.at(tick), y1: TOP, y2: height - BOTTOM, class: "grid" };
    if (axes.y_names.length) made.push(node("line", ends));
    made.push(word(said(tick, axes.x_percent), x.at(tick), height - BOTTOM + 15, "middle"));
  }
  made.push(word(axes.x, width - RIGHT, height - 5, "end"));
  made.push(word(axes.y, 0, 11, "start"));
  return made;
}

// What the longest of some names takes, and a little room.
function widest(names, most) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "11.5px sans-serif";
  return Math.min(most, 14 + Math.max(...names.map((name) => context.measureText(name).width)));
}

function said(value, percent) {
  if (percent) return `${Number((100 * value).toFixed(6))} %`;
  return Math.abs(value) >= 1e5 ? value.toExponential(0) : String(Number(value.toPrecision(6)));
}

function word(text, x, y, anchor) {
  const made = node("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

function node(tag, values) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
  return made;
}

export default mounted(Figure, ({ setTriggerValue }) => (name) => setTriggerValue("pick", name));
