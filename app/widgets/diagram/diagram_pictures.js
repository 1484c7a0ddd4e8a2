// The weights of the first layer's drawn units of a network, each as a picture.

import { NEGATIVE, POSITIVE, fill, make, whole, write } from "./diagram_marks.js";

const ZERO = 128; // the grey that stands for a weight of 0

export class Pictures {
  constructor(root) {
    this.root = root;
    this.row = root.querySelector(".pictures");
    this.isOpen = false;
  }

  turn() {
    this.isOpen = !this.isOpen;
  }

  paint(columns, snapshot, { labels, pixels }) {
    this.root.hidden = !pixels;
    if (!pixels) return;
    const toggle = this.root.querySelector(".toggle");
    write(toggle, labels.pictures);
    toggle.setAttribute("aria-pressed", String(this.isOpen));
    const note = this.root.querySelector(".note");
    write(note, snapshot?.pictures ? labels.pictures_note : labels.pictures_empty);
    note.hidden = this.row.hidden = !this.isOpen;
    if (!this.isOpen) return;
    this.fill(columns, labels, pixels);
    this.draw(snapshot?.pictures ?? null);
  }

  fill(columns, labels, size) {
    const { shown } = columns.layers[1];
    const made = JSON.stringify([shown, labels, size]);
    if (made === this.made) return;
    Object.assign(this, { made, drawn: undefined, each: size[0] * size[1] });
    const node = (unit) => picture(unit, columns.title(1, unit), labels, size);
    this.row.replaceChildren(...shown.map(node));
  }

  draw(pictures) {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color");
    const drawn = `${ground} ${pictures}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const colours = palette(rgb(ground));
    const size = this.each;
    const buttons = [...this.row.children];
    const greys = pictures ? decode(pictures) : new Uint8Array(buttons.length * size).fill(ZERO);
    buttons.forEach((button, i) => {
      paintPicture(button.querySelector("canvas"), greys.subarray(i * size, (i + 1) * size), colours);
    });
  }
}

function picture(unit, title, labels, [height, width]) {
  const looks = { type: "button", "data-do": "node", "data-column": 1, "data-unit": unit };
  const button = make("button", { ...looks, "aria-label": fill(labels.picture_label, { node: title }) });
  button.append(make("canvas", { width, height }));
  button.append(make("span", {}, fill(labels.picture, { number: whole(unit + 1) })));
  return button;
}

function paintPicture(canvas, greys, colours) {
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(canvas.width, canvas.height);
  const dots = new Uint32Array(image.data.buffer);
  greys.forEach((grey, i) => {
    dots[i] = colours[grey];
  });
  pen.putImageData(image, 0, 0);
}

// Every grey's colour, as the four bytes of a pixel: from the most negative weight over the page's
// own ground to the most positive one.
function palette(ground) {
  const colours = Array.from({ length: 256 }, (_, grey) => {
    const part = Math.min(1, Math.abs(grey - ZERO) / 127);
    const end = grey < ZERO ? NEGATIVE : POSITIVE;
    return [...ground.map((from, i) => from + part * (end[i] - from)), 255];
  });
  return new Uint32Array(Uint8ClampedArray.from(colours.flat()).buffer);
}

function rgb(colour) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
