// What a finger may do to the controls of the whole page. A finger that moves up or down
// scrolls, wherever it began: a slider hears of it only once it has moved sideways, or when it has
// tapped the slider's thumb.

import { whileMounted } from "../shared/mount.js";

const SLOP = 6; // pixels before a finger has a direction
const TRACK = '[data-testid="stSlider"] [role="group"]';

export default whileMounted(listen);

function listen() {
  const ending = new AbortController();
  const finger = new Finger();
  const on = (name, take) =>
    window.addEventListener(name, take, { capture: true, passive: name !== "pointerdown", signal: ending.signal });
  const range = new Range();
  on("pointerdown", (event) => finger.down(event));
  on("pointerdown", (event) => range.down(event));
  on("pointermove", (event) => finger.move(event));
  on("pointerup", (event) => finger.lift(event));
  on("pointercancel", () => finger.leave());
  on("pointercancel", () => range.cancel());
  on("touchstart", (event) => trackOf(event) && event.stopPropagation());
  return ending;
}

const trackOf = ({ target }) => target.closest?.(TRACK);

// Holds back the beginning of a touch until it is known what it means. The browser itself takes a
// vertical one over as scrolling (touch-action: pan-y) and cancels it.
class Finger {
  constructor() {
    this.first = null;
  }

  down(event) {
    if (event.pointerType === "mouse" || !event.isTrusted || !trackOf(event)) return;
    event.stopPropagation();
    event.preventDefault(); // or a mouse's event would follow, which the slider takes as well
    this.first ??= event;
  }

  move(event) {
    if (event.pointerId !== this.first?.pointerId) return;
    const [across, along] = [event.clientX - this.first.clientX, event.clientY - this.first.clientY].map(Math.abs);
    if (Math.max(across, along) < SLOP) return;
    if (across > along) this.tell();
    this.leave();
  }

  lift(event) {
    if (event.pointerId !== this.first?.pointerId) return;
    if (isOnThumb(this.first)) this.tell();
    this.leave();
  }

  // The slider hears of the touch where it began; what follows reaches it by itself.
  tell() {
    this.first.target.dispatchEvent(new PointerEvent("pointerdown", this.first));
  }

  leave() {
    this.first = null;
  }
}

// The browser's own sliders follow a finger at once: if it scrolls, they go back.
class Range {
  constructor() {
    this.kept = null;
  }

  down(event) {
    const input = event.composedPath()[0];
    const isTouched = input.type === "range" && event.pointerType !== "mouse";
    this.kept = isTouched ? { input, value: input.value } : null;
  }

  cancel() {
    if (!this.kept) return;
    const { input, value } = this.kept;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    this.kept = null;
  }
}

function isOnThumb({ target, clientX }) {
  const { left, right } = target.closest(TRACK).querySelector(":has(> * > input)").getBoundingClientRect();
  return clientX >= left && clientX <= right;
}
