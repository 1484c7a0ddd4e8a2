// Where the columns of a network and their nodes stand, and what lies under a point.

import { smallest } from "./diagram_marks.js";

const AREA = 268; // height of the nodes; this and the next in pixels at a font of 14 px
const SPACING = 34;
const RADIUS = 12;
const NARROWEST = 56;
const WIDEST_NAME = 76;
const REACH = 9; // pixels between a pointer and the edge it means

export class Layout {
  // Every column is at least as wide as its longest piece of arithmetic; ``room`` is what there is.
  // Where it is little, names are cut short first, and what still does not fit is scrolled.
  // ``textWidth`` measures small print.
  constructor(layers, room, scale, textWidth) {
    Object.assign(this, { layers, scale, height: AREA * scale });
    const text = Math.max(0, ...layers.flatMap(({ parameters }) => pieces(parameters)).map(textWidth));
    const least = Math.max(NARROWEST * scale, text + 6 * scale);
    const spare = Math.max(0, room - least * layers.length);
    const ends = [layers[0], layers.at(-1)].map(({ names }) => this.outside(names, textWidth));
    const pitchBeside = ([left, right]) => Math.max(least, (room - left - right) / layers.length);
    this.pads = [0, 0];
    for (let turn = 0; turn < 4; turn += 1) {
      const pitch = pitchBeside(this.pads);
      this.pads = shared(ends.map((end) => Math.max(0, end - pitch / 2)), spare);
    }
    this.pitch = pitchBeside(this.pads);
    this.width = Math.max(room, Math.ceil(least * layers.length));
    this.x = layers.map((_, column) => this.pads[0] + (column + 0.5) * this.pitch);
    this.columns = layers.map((layer) => this.column(layer));
  }

  // Names of inputs and outputs stand beside the outermost columns.
  outside(names, textWidth) {
    const widest = Math.max(0, ...names.map(textWidth));
    return Math.min(WIDEST_NAME * this.scale, widest) + (RADIUS + 8) * this.scale;
  }

  column({ units, shown }) {
    const hasGap = units > shown.length;
    const slots = shown.length + (hasGap ? 1 : 0);
    const free = this.height - 2 * (RADIUS + 4) * this.scale;
    const spacing = Math.min(SPACING * this.scale, free / Math.max(1, slots - 1));
    const y = (slot) => this.height / 2 + (slot - (slots - 1) / 2) * spacing;
    const last = shown.length - 1;
    return {
      radius: Math.min(RADIUS * this.scale, spacing * 0.4),
      gap: hasGap ? y(slots - 2) : null,
      y: shown.map((_, i) => y(hasGap && i === last ? slots - 1 : i)),
    };
  }

  // The node at a point, else the nearest edge, else null.
  at(x, y) {
    const column = Math.min(this.x.length - 1, Math.max(0, Math.floor((x - this.pads[0]) / this.pitch)));
    const nodes = this.columns[column];
    const away = nodes.y.map((place) => Math.hypot(x - this.x[column], y - place));
    const nearest = smallest(away);
    if (away[nearest] > Math.max(nodes.radius + 3, 12)) return this.edgeAt(x, y);
    return { kind: "node", column, unit: this.layers[column].shown[nearest] };
  }

  edgeAt(x, y) {
    const layer = this.x.findIndex((place, column) => place <= x && x <= this.x[column + 1]);
    if (layer < 0) return null;
    const share = (x - this.x[layer]) / this.pitch;
    const [from, to] = [this.columns[layer].y, this.columns[layer + 1].y];
    const away = from.flatMap((start) => to.map((end) => {
      const upright = Math.abs(start + share * (end - start) - y);
      return (upright * this.pitch) / Math.hypot(this.pitch, end - start);
    }));
    const nearest = smallest(away);
    if (away[nearest] > REACH) return null;
    const input = this.layers[layer].shown[Math.floor(nearest / to.length)];
    return { kind: "edge", layer, input, unit: this.layers[layer + 1].shown[nearest % to.length] };
  }

  // The node that an arrow key leads to, or null.
  neighbour({ column, unit }, key) {
    const at = this.position(column, unit);
    const there = column + ({ ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0);
    if (!this.columns[there]) return null;
    const last = this.layers[column].shown.length - 1;
    const within = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: last }[key];
    const level = this.columns[column].y[at];
    const to = there === column ? within : smallest(this.columns[there].y.map((y) => Math.abs(y - level)));
    const found = this.layers[there].shown[to];
    return found === undefined ? null : { kind: "node", column: there, unit: found };
  }

  // The place of a unit among the drawn ones of its column, or -1.
  position(column, unit) {
    return this.layers[column]?.shown.indexOf(unit) ?? -1;
  }

  has({ kind, column, unit, layer, input }) {
    if (kind === "layer") return column < this.layers.length;
    if (kind === "node") return this.position(column, unit) >= 0;
    return this.position(layer, input) >= 0 && this.position(layer + 1, unit) >= 0;
  }
}

// "13 × 64 + 64 = 896" may break before ×, + and = only.
export function pieces(parameters) {
  return parameters.split(/ (?=[×+=] )/).filter(Boolean);
}

// What two want of a room: all of it, or shares of what there is.
function shared([one, other], room) {
  const share = Math.min(1, room / (one + other || 1));
  return [one * share, other * share];
}
