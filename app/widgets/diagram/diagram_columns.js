// The columns of a network: heads, nodes, edges, and the buttons around them. The frame is made
// anew when there are more or fewer columns, the figure when their units or the width change; a
// snapshot changes attributes only.

import { Layout, pieces } from "./diagram_layout.js";
import { decimal, fill, make, same, subscript, svg, whole, write } from "./diagram_marks.js";

const STRONG = 40; // edges between two columns that are drawn in full

export class Columns {
  constructor(root) {
    this.root = root;
    this.find = (name) => root.querySelector(name);
    this.figure = this.find(".figure");
    this.pen = document.createElement("canvas").getContext("2d");
  }

  arrange(layers, { labels, pixels, can_edit: canEdit, most }) {
    Object.assign(this, { layers, labels, pixels, canEdit, most });
    const style = getComputedStyle(this.root);
    const looks = [layers, labels, pixels, canEdit, this.root.clientWidth, style.fontSize];
    const made = JSON.stringify(looks);
    if (made === this.made) return;
    this.made = made;
    this.scale = parseFloat(style.fontSize) / 14;
    this.pen.font = `${13 * this.scale}px ${style.fontFamily}`;
    this.layout = new Layout(layers, this.root.clientWidth, this.scale, (text) => this.textWidth(text));
    this.keepFocus(() => this.build());
  }

  textWidth(text) {
    return this.pen.measureText(text).width;
  }

  build() {
    const kinds = JSON.stringify(this.layers.map(({ kind }) => kind));
    if (kinds !== this.kinds) this.frame();
    this.kinds = kinds;
    this.dress();
    this.draw();
  }

  // Buttons of a layer that is gone hand the focus to the head that stands in its place.
  keepFocus(change) {
    const active = this.root.getRootNode().activeElement;
    const key = active?.closest(".stage") ? active.dataset.key : null;
    change();
    if (!key || this.root.getRootNode().activeElement?.dataset.key === key) return;
    const column = Math.min(Number(key.split("-")[1]), this.layers.length - 1);
    const found = [key, `head-${column}`].map((name) => this.find(`[data-key="${name}"]`));
    found.find((element) => element && !element.disabled)?.focus({ preventScroll: true });
  }

  // Around the figure -----------------------------------------------------------------------

  frame() {
    this.find(".heads").replaceChildren(...this.layers.map((_, column) => head(column)));
    this.find(".rail").replaceChildren(...this.layers.flatMap(({ kind }, column) => rail(kind, column)));
    this.find(".sizes").replaceChildren(...this.layers.map(({ kind }, column) => size(kind, column)));
    this.find(".sums").replaceChildren(...this.layers.map(() => make("p")));
  }

  dress() {
    const { layout, scale } = this;
    const stage = this.find(".stage");
    stage.style.width = `${layout.width}px`;
    stage.style.setProperty("--columns", this.layers.length);
    stage.style.setProperty("--pads", `0 ${layout.pads[1]}px 0 ${layout.pads[0]}px`);
    stage.classList.toggle("narrow", layout.pitch < 124 * scale);
    stage.style.setProperty("--room", `${Math.floor(layout.pitch)}px`);
    this.layers.forEach((layer, column) => {
      this.dressHead(layer, column);
      this.dressSum(layer, column);
      if (layer.kind === "hidden") this.dressHidden(layer, column);
      else write(this.find(".sizes").children[column], fill(this.labels.size, { units: whole(layer.units) }));
    });
    this.root.querySelectorAll(".add").forEach((place, column) => this.dressAdd(place, column));
  }

  dressHead({ name, units, activation, dropout }, column) {
    const lines = [`${whole(units)} ${activation}`.trim()];
    if (dropout) lines.push(fill(this.labels.dropout, { share: Math.round(100 * dropout) }));
    const texts = [make("b", {}, name), ...lines.map((line) => make("span", {}, line))];
    this.find(".heads").children[column].replaceChildren(...texts);
  }

  dressSum({ parameters }, column) {
    const parts = pieces(parameters).flatMap((piece) => [make("span", {}, piece), " "]);
    this.find(".sums").children[column].replaceChildren(...parts);
  }

  dressHidden({ name, units }, column) {
    const { labels, most } = this;
    const values = (to) => ({ layer: name, units: whole(to) });
    this.dressButton("remove", column, fill(labels.remove, values(0)), false);
    this.dressButton("fewer", column, fill(labels.fewer, values(smaller(units))), units <= 1);
    this.dressButton("more", column, fill(labels.more, values(larger(units))), units >= most.units);
    this.find(`[data-key="remove-${column}"]`).style.left = `${this.layout.x[column]}px`;
    const field = this.find(`[data-key="units-${column}"]`);
    field.setAttribute("aria-label", fill(labels.units, values(units)));
    field.max = most.units;
    field.disabled = !this.canEdit;
    field.value = units;
  }

  dressAdd(place, column) {
    const isFull = this.layers.length - 2 >= this.most.layers;
    this.dressButton("add", column, fill(this.labels.add, { layer: this.layers[column].name }), isFull);
    place.style.left = `${this.layout.x[column] + this.layout.pitch / 2}px`;
  }

  dressButton(deed, column, label, isOff) {
    const found = this.find(`[data-key="${deed}-${column}"]`);
    found.setAttribute("aria-label", label);
    found.title = label;
    found.disabled = isOff || !this.canEdit;
  }

  // The figure ------------------------------------------------------------------------------

  draw() {
    const { width, height, columns } = this.layout;
    const heads = this.layers.map(({ name, units, activation }) => `${name} ${whole(units)} ${activation}`.trim());
    const label = fill(this.labels.summary, { columns: heads.join(", ") });
    for (const [name, value] of Object.entries({ width, height, "aria-label": label })) this.figure.setAttribute(name, value);
    this.halo = svg("line", { class: "halo" });
    this.edges = columns.slice(1).map((_, layer) => this.edgesOf(layer));
    this.nodes = columns.map((_, column) => this.nodesOf(column));
    const nodes = this.nodes.flat().map(({ node }) => node);
    const around = columns.flatMap((_, column) => [...this.gapOf(column), ...this.namesOf(column)]);
    this.figure.replaceChildren(this.halo, ...this.edges.flat(2), ...around, ...nodes);
    nodes[0].setAttribute("tabindex", 0);
  }

  edgesOf(layer) {
    const { x, columns } = this.layout;
    const line = (y1, y2) => svg("line", { x1: x[layer], y1, x2: x[layer + 1], y2 });
    return columns[layer].y.map((y1) => columns[layer + 1].y.map((y2) => line(y1, y2)));
  }

  nodesOf(column) {
    const { y, radius } = this.layout.columns[column];
    return y.map((cy, i) => {
      const unit = this.layers[column].shown[i];
      const key = `node-${column}-${unit}`;
      const looks = { class: "node", role: "button", tabindex: -1, "data-key": key };
      const node = svg("g", { ...looks, "data-column": column, "data-unit": unit, "aria-label": this.title(column, unit) });
      const circle = (name, r) => svg("circle", { class: name, cx: this.layout.x[column], cy, r });
      const value = circle("fill", radius);
      node.append(circle("ring", radius + 3.5), circle("back", radius), value);
      return { node, value };
    });
  }

  gapOf(column) {
    const { gap } = this.layout.columns[column];
    if (gap === null) return [];
    const group = svg("g", { class: "gap", "aria-hidden": "true" });
    const dot = (shift) => svg("circle", { cx: this.layout.x[column], cy: gap + shift * this.scale, r: 2 * this.scale });
    group.append(dot(-7), dot(0), dot(7));
    return [group];
  }

  // Names stand outside: of the inputs on the left, of the outputs on the right.
  namesOf(column) {
    const { names, shown } = this.layers[column];
    const side = { 0: -1, [this.layers.length - 1]: 1 }[column];
    if (!names.length || !side) return [];
    const { radius, y } = this.layout.columns[column];
    const x = this.layout.x[column] + side * (radius + 6 * this.scale);
    const room = side > 0 ? this.layout.width - x : x;
    const looks = { class: "name", x, "text-anchor": side > 0 ? "start" : "end", "aria-hidden": "true" };
    return shown.map((unit, i) => {
      const text = svg("text", { ...looks, y: y[i] });
      text.textContent = this.cut(this.name(column, unit) ?? "", room - 1);
      return text;
    });
  }

  cut(text, room) {
    if (this.textWidth(text) <= room) return text;
    let kept = text;
    while (kept && this.textWidth(`${kept}…`) > room) kept = kept.slice(0, -1);
    return `${kept.trim()}…`;
  }

  // Painting --------------------------------------------------------------------------------

  paint(snapshot, picked, subject) {
    this.edges.forEach((lines, layer) => paintEdges(lines, snapshot?.weights[layer]));
    this.nodes.forEach((nodes, column) => paintNodes(nodes, snapshot?.values[column]));
    this.light(subject);
    this.mark(picked);
    this.halo.classList.toggle("blank", !snapshot);
  }

  // What is looked at stands out: a node with its weights, an edge with its two nodes.
  light(subject) {
    const key = JSON.stringify(subject);
    if (key === this.lit && this.litAmong === this.edges) return;
    Object.assign(this, { lit: key, litAmong: this.edges });
    this.figure.querySelectorAll("[data-lit]").forEach((each) => each.removeAttribute("data-lit"));
    const lit = subject && subject.kind !== "layer" ? this.partsOf(subject) : [];
    this.figure.classList.toggle("looking", lit.length > 0);
    lit.forEach((element) => element.setAttribute("data-lit", ""));
  }

  partsOf({ kind, column, unit, layer, input }) {
    const at = (place, index) => this.layout.position(place, index);
    if (kind === "edge") {
      const [i, j] = [at(layer, input), at(layer + 1, unit)];
      return [this.edges[layer][i][j], this.nodes[layer][i].node, this.nodes[layer + 1][j].node];
    }
    const i = at(column, unit);
    const lines = column ? this.edges[column - 1].map((row) => row[i]) : this.edges[0][i];
    return [...lines, this.nodes[column][i].node];
  }

  // The picked weight: its edge, or the node whose bias it is.
  mark(picked) {
    const [layer, input, unit] = picked ?? [];
    const [i, j] = [this.layout.position(layer, input), this.layout.position(layer + 1, unit)];
    const line = this.edges[layer]?.[i]?.[j];
    this.halo.toggleAttribute("data-on", Boolean(line));
    for (const name of ["x1", "y1", "x2", "y2"]) if (line) this.halo.setAttribute(name, line.getAttribute(name));
    const biased = input === -1 ? this.nodes[layer + 1]?.[j]?.node : null;
    this.nodes.flat().forEach(({ node }) => node.toggleAttribute("data-picked", node === biased));
  }

  // Names and places ------------------------------------------------------------------------

  // Whether a snapshot shows the very units that are drawn.
  fits({ shown }) {
    return same(shown, this.layers.map((layer) => layer.shown));
  }

  subject(element) {
    const { key, column, unit } = element.closest("[data-key]")?.dataset ?? {};
    if (key?.startsWith("node-")) return { kind: "node", column: Number(column), unit: Number(unit) };
    return key?.startsWith("head-") ? { kind: "layer", column: Number(column) } : null;
  }

  under({ clientX, clientY }) {
    const { left, top } = this.figure.getBoundingClientRect();
    return this.layout.at(clientX - left, clientY - top);
  }

  focus({ column, unit }) {
    this.nodes.flat().forEach(({ node }) => node.setAttribute("tabindex", -1));
    const { node } = this.nodes[column][this.layout.position(column, unit)];
    node.setAttribute("tabindex", 0);
    node.focus();
    this.bringIntoView(column);
  }

  // Where the columns are scrolled, the whole of this one.
  bringIntoView(column) {
    const scroller = this.find(".scroller");
    const { x, pads, pitch } = this.layout;
    const [left, right] = [x[column] - pitch / 2, x[column] + pitch / 2];
    const hidden = right + (column === x.length - 1 ? pads[1] : 0) - scroller.clientWidth;
    scroller.scrollLeft = Math.max(hidden, Math.min(scroller.scrollLeft, column ? left : 0));
  }

  name(column, unit) {
    if (column === 0 && this.pixels) {
      const [row, place] = [Math.floor(unit / this.pixels[1]), unit % this.pixels[1]];
      return fill(this.labels.pixel, { row: row + 1, column: place + 1 });
    }
    const { names, units } = this.layers[column];
    return names[names.length === units ? unit : this.layout.position(column, unit)] ?? null;
  }

  title(column, unit) {
    const values = { layer: this.layers[column].name, name: this.name(column, unit), number: whole(unit + 1) };
    return fill(values.name === null ? this.labels.node : this.labels.node_named, values);
  }

  // What stands in a sum: a name, else the letter of the column with its number.
  symbol(column, unit) {
    return this.name(column, unit) ?? `${column ? "a" : "x"}${subscript(unit + 1)}`;
  }

  answer(target) {
    const last = this.layers.length - 1;
    return this.layers[last].units > 1 ? (this.name(last, target) ?? whole(target)) : decimal(target, 1);
  }
}

function head(column) {
  return make("button", { type: "button", class: "head", "data-column": column, "data-key": `head-${column}` });
}

function button(deed, column, sign) {
  const key = { "data-do": deed, "data-column": column, "data-key": `${deed}-${column}` };
  return make("button", { type: "button", class: deed, ...key }, sign);
}

function rail(kind, column) {
  const removal = kind === "hidden" ? [button("remove", column, "×")] : [];
  return kind === "output" ? removal : [...removal, button("add", column, "+")];
}

function size(kind, column) {
  const cell = make("div", { class: "size" });
  if (kind !== "hidden") return cell;
  const looks = { type: "text", role: "spinbutton", inputmode: "numeric", autocomplete: "off" };
  const field = make("input", { ...looks, "data-column": column, "data-key": `units-${column}` });
  cell.append(button("fewer", column, "−"), field, button("more", column, "+"));
  return cell;
}

function paintEdges(lines, weights) {
  const sizes = (weights ?? []).flat().map(Math.abs).sort((one, other) => other - one);
  const most = sizes[0] || 1;
  const least = sizes[Math.min(STRONG, sizes.length) - 1];
  lines.forEach((row, i) => row.forEach((line, j) => {
    if (weights) paintEdge(line, weights[i][j], Math.abs(weights[i][j]) / most, Math.abs(weights[i][j]) >= least);
    else for (const name of ["class", "stroke-width", "stroke-opacity"]) line.removeAttribute(name);
  }));
}

function paintEdge(line, weight, share, isStrong) {
  line.setAttribute("class", weight < 0 ? "negative" : "positive");
  line.setAttribute("stroke-width", (0.6 + 3.4 * share).toFixed(2));
  line.setAttribute("stroke-opacity", isStrong ? 0.9 : 0.14);
}

function paintNodes(nodes, values) {
  const most = Math.max(...(values ?? []).map(Math.abs), 0) || 1;
  nodes.forEach(({ value }, i) => {
    const a = values?.[i] ?? 0;
    value.setAttribute("class", a < 0 ? "fill negative" : "fill");
    value.setAttribute("fill-opacity", a ? (0.08 + (0.87 * Math.abs(a)) / most).toFixed(3) : 0);
  });
}

export const larger = (units) => 2 ** (Math.floor(Math.log2(units)) + 1);
export const smaller = (units) => 2 ** (Math.ceil(Math.log2(units)) - 1);
