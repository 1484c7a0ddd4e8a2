// A picture as a grid of numbers, and the column of numbers that it is laid out in, row by row.

import { mounted } from "../shared/mount.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const AROUND = 6;
const MILLISECONDS_A_ROW = 180;

class PixelVector {
  constructor(parent) {
    const find = (name) => parent.querySelector(name);
    this.root = find(".pixel-vector");
    [this.grid, this.canvas, this.band] = [".grid", "canvas", ".band"].map(find);
    [this.readout, this.window, this.play] = [".readout", ".window", ".play"].map(find);
    this.at = null; // [row, column] from 0
    this.listening = new AbortController();
    this.listen();
  }

  listen() {
    const on = (where, name, take) =>
      where.addEventListener(name, take, { signal: this.listening.signal });
    for (const name of ["pointermove", "pointerdown"]) {
      on(this.grid, name, (event) => this.point(event));
      on(this.canvas, name, (event) => this.pointAtColumn(event));
    }
    on(this.grid, "keydown", (event) => this.key(event));
    on(this.play, "click", () => this.layOut());
  }

  show({ image, labels }) {
    this.labels = labels;
    const text = JSON.stringify(image);
    if (text !== this.text) {
      this.text = text;
      this.image = image;
      [this.rows, this.columns] = [image.length, image[0].length];
      this.values = image.flat();
      this.draw();
      this.at = null;
    }
    this.grid.setAttribute("aria-label", labels.grid);
    this.canvas.setAttribute("aria-label", labels.vector);
    this.play.textContent = labels.play;
    this.choose(this.at);
  }

  draw() {
    this.root.style.setProperty("--columns", this.columns);
    this.root.style.setProperty("--rows", this.rows);
    this.grid.replaceChildren(...this.values.map(number));
    this.canvas.height = this.values.length;
    const pen = this.canvas.getContext("2d");
    const column = pen.createImageData(1, this.values.length);
    this.values.forEach((value, i) => column.data.set([value, value, value, 255], i * 4));
    pen.putImageData(column, 0, 0);
  }

  point(event) {
    const index = [...this.grid.children].indexOf(event.target.closest("span"));
    if (index >= 0) this.chooseIndex(index);
  }

  pointAtColumn({ clientY }) {
    const { top, height } = this.canvas.getBoundingClientRect();
    const index = Math.floor(((clientY - top) / height) * this.values.length);
    this.chooseIndex(Math.min(this.values.length - 1, Math.max(0, index)));
  }

  chooseIndex(index) {
    this.choose([Math.floor(index / this.columns), index % this.columns]);
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [row, column] = this.at ?? [-step[0], -step[1]];
    const limit = (index, most) => Math.min(most - 1, Math.max(0, index));
    this.choose([limit(row + step[0], this.rows), limit(column + step[1], this.columns)]);
  }

  choose(at) {
    this.at = at;
    this.grid.querySelector(".at")?.classList.remove("at");
    this.band.hidden = at === null;
    const [row, column] = at ?? [0, 0];
    const index = this.columns * row + column;
    if (at) this.grid.children[index].classList.add("at");
    this.band.style.top = `${(row / this.rows) * 100}%`;
    this.band.style.height = `${100 / this.rows}%`;
    this.window.replaceChildren(...this.around(index));
    const text = at ? this.sentence(row, column, index) : this.labels.hint;
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  // The cells of the column above and below the one that is marked.
  around(index) {
    const last = this.values.length - 1;
    const first = Math.min(Math.max(0, index - AROUND), Math.max(0, last - 2 * AROUND));
    return this.values.slice(first, first + 2 * AROUND + 1).map((value, i) => {
      const line = document.createElement("li");
      line.append(text("small", first + i), number(value));
      line.classList.toggle("at", this.at !== null && first + i === index);
      return line;
    });
  }

  sentence(row, column, index) {
    const values = { row, column, index, columns: this.columns, value: this.values[index] };
    return this.labels.cell.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  }

  // One row of the picture after the other goes into the column.
  layOut() {
    clearInterval(this.playing);
    let row = 0;
    this.playing = setInterval(() => {
      if (row >= this.rows) return clearInterval(this.playing);
      this.choose([row++, 0]);
    }, MILLISECONDS_A_ROW);
  }

  close() {
    clearInterval(this.playing);
    this.listening.abort();
  }
}

const text = (name, content) => Object.assign(document.createElement(name), { textContent: content });

function number(value) {
  const cell = text("span", value);
  cell.style.background = `rgb(${value}, ${value}, ${value})`;
  cell.style.color = value > 117 ? "#000" : "#fff"; // both have 4.5 : 1 there
  return cell;
}

export default mounted(PixelVector);
