// Shows a picture pixel by pixel and says which number stands where.

import { mounted } from "../shared/mount.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class Picture {
  constructor(parent) {
    this.root = parent.querySelector(".pixels");
    this.canvas = parent.querySelector("canvas");
    this.at = null; // [row, column] from 0
    this.listening = new AbortController();
    this.listen();
  }

  listen() {
    const on = (name, take) =>
      this.canvas.addEventListener(name, take, { signal: this.listening.signal });
    on("pointermove", (event) => this.point(event));
    on("pointerdown", (event) => this.point(event));
    on("pointerleave", (event) => event.pointerType === "mouse" && this.choose(null));
    on("keydown", (event) => this.key(event));
  }

  show({ image, size, labels }) {
    this.frame(size);
    this.labels = labels;
    this.image = image;
    const empty = this.root.querySelector(".empty");
    empty.textContent = labels.empty;
    empty.hidden = image !== null;
    this.canvas.classList.toggle("blank", image === null);
    this.canvas.setAttribute("aria-label", image ? labels.label : labels.empty);
    this.draw();
    this.choose(image ? this.at : null);
  }

  frame([height, width]) {
    if (height === this.height && width === this.width) return;
    Object.assign(this, { height, width });
    Object.assign(this.canvas, { height, width });
    this.root.style.setProperty("--rows", height);
    this.root.style.setProperty("--columns", width);
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.width, this.height);
    if (!this.image) return;
    const picture = pen.createImageData(this.width, this.height);
    this.image.flat().forEach((value, i) => picture.data.set([value, value, value, 255], i * 4));
    pen.putImageData(picture, 0, 0);
  }

  point({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const row = Math.floor(((clientY - top) / height) * this.height);
    this.choose(this.within(row, Math.floor(((clientX - left) / width) * this.width)));
  }

  key(event) {
    if (event.key === "Escape") return this.choose(null);
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const middle = [Math.floor(this.height / 2) - step[0], Math.floor(this.width / 2) - step[1]];
    const [row, column] = this.at ?? middle;
    this.choose(this.within(row + step[0], column + step[1]));
  }

  within(row, column) {
    const limit = (index, most) => Math.min(most - 1, Math.max(0, index));
    return [limit(row, this.height), limit(column, this.width)];
  }

  choose(at) {
    this.at = this.image ? at : null;
    const mark = this.root.querySelector(".cell");
    mark.hidden = this.at === null;
    if (this.at) {
      mark.style.top = `${(this.at[0] / this.height) * 100}%`;
      mark.style.left = `${(this.at[1] / this.width) * 100}%`;
    }
    const text = this.sentence();
    const readout = this.root.querySelector(".readout");
    if (readout.textContent !== text) readout.textContent = text;
  }

  sentence() {
    if (!this.image) return "";
    if (!this.at) return this.labels.hint;
    const [row, column] = this.at;
    const values = { row: row + 1, column: column + 1, value: this.image[row][column] };
    return this.labels.cell.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  }

  close() {
    this.listening.abort();
  }
}

export default mounted(Picture);
