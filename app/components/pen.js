// A pen on a square canvas. Strokes are kept in units of the canvas (0 to 1), so that they survive
// a change of size, and are sent when the pen is lifted and now and then while it writes.

const SEND_MS = 400;
const LINE_WIDTH = 0.055; // of the canvas
const NEAR = 0.002; // points closer than this say nothing new

const pens = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!pens.has(parentElement)) pens.set(parentElement, new Pen(parentElement, data));
  const pen = pens.get(parentElement);
  pen.show(data, (drawing) => setStateValue("drawing", drawing));
  // Streamlit may call the clean-up of a call that a later one has overtaken: only the last counts.
  const call = pen.calls;
  return () => {
    if (pen.calls !== call) return;
    pen.close();
    pens.delete(parentElement);
  };
}

class Pen {
  constructor(parent, data) {
    this.calls = 0;
    this.root = parent.querySelector(".pen");
    this.canvas = parent.querySelector("canvas");
    this.load(data);
    this.listening = new AbortController();
    this.listen();
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.canvas);
  }

  show(data, send) {
    this.calls += 1;
    this.labels = data.labels;
    this.room = data.max_points;
    this.sendValue = send;
    if (data.revision !== this.revision) this.load(data);
    this.canvas.setAttribute("aria-label", this.labels.canvas);
    this.root.querySelector(".hint").textContent = this.labels.hint;
    this.button("undo").textContent = this.labels.undo;
    this.button("clear").textContent = this.labels.clear;
    this.changed();
  }

  load({ strokes, revision }) {
    this.release();
    this.strokes = strokes.map((stroke) => stroke.map((point) => [...point]));
    this.revision = revision;
  }

  listen() {
    const on = (target, name, take) =>
      target.addEventListener(name, take, { signal: this.listening.signal });
    on(this.canvas, "pointerdown", (event) => this.down(event));
    on(this.canvas, "pointermove", (event) => this.move(event));
    on(this.canvas, "pointerup", (event) => this.lift(event));
    on(this.canvas, "pointercancel", (event) => this.lift(event));
    on(this.root, "keydown", (event) => this.key(event));
    on(this.button("undo"), "click", () => this.undo());
    on(this.button("clear"), "click", () => this.clear());
  }

  button(name) {
    return this.root.querySelector(`button.${name}`);
  }

  // Writing ---------------------------------------------------------------------------------

  down(event) {
    if (this.pointer !== null || event.button !== 0 || this.points() >= this.room) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.strokes.push([this.place(event)]);
    this.changed();
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) this.add(this.place(step));
    this.changed();
    this.timer ??= setTimeout(() => this.send(), SEND_MS);
  }

  lift(event) {
    if (event.pointerId !== this.pointer) return;
    this.release();
    this.changed();
    this.send();
  }

  release() {
    this.pointer = null;
    this.hush();
  }

  place({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [inside((clientX - left) / width), inside((clientY - top) / height)];
  }

  add(point) {
    const stroke = this.strokes.at(-1);
    const [x, y] = stroke.at(-1);
    if (Math.hypot(point[0] - x, point[1] - y) < NEAR || this.points() >= this.room) return;
    stroke.push(point);
  }

  points() {
    return this.strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  }

  // Editing ---------------------------------------------------------------------------------

  key(event) {
    const undo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
    if (!undo) return;
    event.preventDefault();
    this.undo();
  }

  undo() {
    if (this.pointer === null && this.strokes.length) this.replace(this.strokes.slice(0, -1));
  }

  clear() {
    if (this.strokes.length) this.replace([]);
  }

  replace(strokes) {
    this.release();
    this.strokes = strokes;
    this.changed();
    this.send();
    // A disabled button loses the keyboard's focus; the canvas takes it over.
    if (!strokes.length) this.canvas.focus({ preventScroll: true });
  }

  hush() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  send() {
    this.hush();
    this.sendValue({ revision: this.revision, strokes: this.strokes });
  }

  // Drawing ---------------------------------------------------------------------------------

  changed() {
    const count = this.strokes.length;
    this.root.dataset.strokes = count;
    this.button("undo").disabled = count === 0;
    this.button("clear").disabled = count === 0;
    this.root.querySelector(".hint").hidden = count > 0;
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  resize() {
    const { width, height } = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const ink = this.canvas.getContext("2d");
    const size = this.canvas.width;
    ink.clearRect(0, 0, size, this.canvas.height);
    ink.strokeStyle = ink.fillStyle = getComputedStyle(this.canvas).color;
    ink.lineWidth = size * LINE_WIDTH;
    ink.lineCap = ink.lineJoin = "round";
    for (const stroke of this.strokes) (stroke.length > 1 ? trace : dot)(ink, stroke, size);
  }

  close() {
    this.hush();
    cancelAnimationFrame(this.frame);
    this.listening.abort();
    this.resized.disconnect();
  }
}

// A line without length leaves no ink, so a tap is a disc.
function dot(ink, [[x, y]], size) {
  ink.beginPath();
  ink.arc(x * size, y * size, ink.lineWidth / 2, 0, 2 * Math.PI);
  ink.fill();
}

// Curves through the midpoints: no corners where the pointer was sampled.
function trace(ink, stroke, size) {
  const points = stroke.map(([x, y]) => [x * size, y * size]);
  ink.beginPath();
  ink.moveTo(...points[0]);
  for (let i = 1; i < points.length - 1; i += 1) {
    const middle = [(points[i][0] + points[i + 1][0]) / 2, (points[i][1] + points[i + 1][1]) / 2];
    ink.quadraticCurveTo(...points[i], ...middle);
  }
  ink.lineTo(...points.at(-1));
  ink.stroke();
}

const inside = (at) => Math.round(Math.min(1, Math.max(0, at)) * 1e4) / 1e4;
