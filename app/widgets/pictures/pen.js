// A pen on a square canvas. Strokes are kept in units of the canvas (0 to 1), so that they survive
// a change of size, and are sent when the pen is lifted and now and then while it writes.

import { mounted } from "../shared/mount.js";

const SEND_MS = 400;
const LINE_WIDTH = 0.055; // of the canvas
const NEAR = 0.002; // points closer than this say nothing new
const STEP = 0.04; // of the canvas, that an arrow key moves
const PALM_MS = 1000; // fingers that are down this shortly before or after a pen are the hand's
const PINCH_MS = 250; // a second finger within this of the first means no writing
const KEYS = "keys"; // stands where a pointer's id stands while the keyboard writes
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Pen {
  constructor(parent, data) {
    Object.assign(this, { cursor: [0.5, 0.5], pressed: new Set(), penAt: -Infinity, touched: null });
    this.root = parent.querySelector(".pen");
    this.canvas = parent.querySelector("canvas");
    this.load(data);
    this.listening = new AbortController();
    this.listen();
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.canvas);
  }

  show(data, send) {
    this.labels = data.labels;
    this.room = data.max_points;
    this.sendValue = send;
    if (data.revision !== this.revision) this.load(data);
    this.canvas.setAttribute("aria-label", this.labels.canvas);
    this.root.querySelector(".hint").textContent = this.labels.hint;
    this.root.querySelector(".keys").textContent = this.labels.keys;
    this.button("undo").textContent = this.labels.undo;
    this.button("clear").textContent = this.labels.clear;
    this.changed();
  }

  load({ strokes, revision }) {
    this.release();
    this.touched = null;
    this.strokes = strokes.map((stroke) => stroke.map((point) => [...point]));
    this.revision = revision;
  }

  listen() {
    const on = (target, name, take) =>
      target.addEventListener(name, take, { signal: this.listening.signal });
    on(this.canvas, "pointerdown", (event) => this.down(event));
    on(this.canvas, "pointermove", (event) => this.move(event));
    on(this.canvas, "pointerup", (event) => this.lift(event));
    on(this.canvas, "pointercancel", (event) => this.cancel(event));
    on(this.root, "keydown", (event) => this.key(event));
    on(this.canvas, "keyup", (event) => this.pressed.delete(event.key));
    on(this.canvas, "focus", () => this.showCursor(this.canvas.matches(":focus-visible")));
    on(this.canvas, "blur", () => this.leaveKeys());
    on(this.button("undo"), "click", () => this.undo());
    on(this.button("clear"), "click", () => this.clear());
  }

  button(name) {
    return this.root.querySelector(`button.${name}`);
  }

  // Writing ---------------------------------------------------------------------------------

  down(event) {
    if (event.button !== 0 || this.isHand(event)) return;
    this.showCursor(false);
    if (this.pointer === KEYS) this.liftKeys();
    if (event.pointerType === "pen") this.takeOver(event);
    if (this.pointer !== null) return this.meet(event);
    if (this.points() >= this.room) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") this.touched = { at: event.timeStamp, stroke: this.strokes.length };
    this.begin(event.pointerId, this.place(event));
  }

  begin(pointer, point) {
    this.pointer = pointer;
    this.strokes.push([point]);
    this.changed();
  }

  // The hand that holds a pen lies on the canvas as well.
  isHand({ pointerType, timeStamp }) {
    return pointerType === "touch" && timeStamp - this.penAt < PALM_MS;
  }

  // A pen writes although a touch does, and what the hand left just before goes.
  takeOver({ timeStamp }) {
    const isHands = this.touched && timeStamp - (this.touched.end ?? timeStamp) < PALM_MS;
    if (isHands) this.forget(this.touched.stroke);
    this.penAt = timeStamp;
  }

  // Two fingers that come together do not write.
  meet({ pointerType, timeStamp }) {
    if (pointerType !== "touch" || !this.touched || this.touched.end) return;
    if (timeStamp - this.touched.at < PINCH_MS) this.drop();
  }

  move(event) {
    this.noticePen(event);
    if (event.pointerId !== this.pointer) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) this.add(this.place(step));
    this.written();
  }

  written() {
    this.changed();
    this.timer ??= setTimeout(() => this.send(), SEND_MS);
  }

  noticePen({ pointerType, timeStamp }) {
    if (pointerType === "pen") this.penAt = timeStamp;
  }

  lift(event) {
    this.noticePen(event);
    if (event.pointerId !== this.pointer) return;
    if (event.pointerType === "touch") this.touched.end = event.timeStamp;
    this.release();
    this.changed();
    this.send();
  }

  // The system takes a finger away when it finds it to be a palm.
  cancel(event) {
    if (event.pointerType !== "touch") this.lift(event);
    else if (event.pointerId === this.pointer) this.drop();
  }

  // What is being written turns out to be none.
  drop() {
    this.forget(this.strokes.length - 1);
  }

  forget(stroke) {
    this.touched = null;
    this.release();
    this.strokes = this.strokes.toSpliced(stroke, 1);
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
    if (undo) this.undo();
    else if (event.target !== this.canvas || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key in ARROWS) this.walk(event.key);
    else if (event.key === " ") this.turnKeys(event);
    else return;
    event.preventDefault();
  }

  showCursor(isShown) {
    this.root.toggleAttribute("data-keys", isShown);
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  // Two arrows at once lead aslant.
  walk(key) {
    this.showCursor(true);
    this.pressed.add(key);
    for (const arrow of this.pressed) {
      this.cursor = this.cursor.map((at, axis) => inside(at + STEP * ARROWS[arrow][axis]));
    }
    if (this.pointer !== KEYS) return;
    this.add(this.cursor);
    this.written();
  }

  // A key that is held down turns them once.
  turnKeys({ repeat }) {
    if (repeat) return;
    if (this.pointer === KEYS) return this.liftKeys();
    if (this.pointer !== null || this.points() >= this.room) return;
    this.showCursor(true);
    this.begin(KEYS, this.cursor);
    this.tell(this.labels.pen_down);
  }

  liftKeys() {
    this.release();
    this.changed();
    this.send();
    this.tell(this.labels.pen_up);
  }

  leaveKeys() {
    this.pressed.clear();
    if (this.pointer === KEYS) this.liftKeys();
    this.showCursor(false);
  }

  tell(text) {
    this.root.querySelector(".told").textContent = text;
  }

  undo() {
    if (this.pointer === null && this.strokes.length) this.replace(this.strokes.slice(0, -1));
  }

  clear() {
    if (this.strokes.length) this.replace([]);
  }

  replace(strokes) {
    this.release();
    Object.assign(this, { strokes, touched: null });
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
    if (this.root.hasAttribute("data-keys")) this.drawCursor(ink, size);
  }

  // Where the keyboard's pen stands: a ring, filled while it writes.
  drawCursor(ink, size) {
    const [x, y] = this.cursor;
    ink.strokeStyle = ink.fillStyle = getComputedStyle(this.canvas).getPropertyValue("--st-primary-color");
    ink.lineWidth = 2 * devicePixelRatio;
    ink.beginPath();
    ink.arc(x * size, y * size, 0.7 * size * LINE_WIDTH, 0, 2 * Math.PI);
    if (this.pointer === KEYS) ink.fill();
    ink.stroke();
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

export default mounted(Pen, ({ setStateValue }) => (drawing) => setStateValue("drawing", drawing));
