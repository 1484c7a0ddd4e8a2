// What a number field of the lab has of a browser's own: its role, the keypad of a phone, and steps
// with the arrow keys. The field itself is one of text, whose words the server reads.
//
// The lab marks its number fields by their type (tel, which brings a keypad without this script) and
// says by the placeholder what a step is: a whole one for "0", a part of the number for "0.01".

import { whileMounted } from "../shared/mount.js";

const FIELD = '.stTextInput input[type="tel"]';
const REST = 400; // ms without an arrow before the number is sent
const DIRECTIONS = { ArrowUp: 1, ArrowDown: -1 };

export default whileMounted(listen);

function listen() {
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("keydown", step, { signal, capture: true });
  const watch = new MutationObserver(name);
  watch.observe(document.body, { childList: true, subtree: true });
  signal.addEventListener("abort", () => watch.disconnect());
  name();
  return listening;
}

function name() {
  for (const field of document.querySelectorAll(`${FIELD}:not([role])`)) {
    field.setAttribute("role", "spinbutton");
    field.inputMode = "decimal";
  }
}

function step(event) {
  const direction = DIRECTIONS[event.key];
  const field = event.target;
  if (!direction || event.isComposing || !field.matches?.(FIELD)) return;
  event.preventDefault();
  const now = Number(field.value);
  if (Number.isNaN(now)) return;
  const size = field.placeholder.includes(".") ? part(now) : 1;
  write(field, Number((now + direction * size).toPrecision(12)));
  clearTimeout(field.waiting);
  field.waiting = setTimeout(() => send(field), REST);
}

function part(number) {
  return number ? 10 ** (Math.floor(Math.log10(Math.abs(number))) - 1) : 0.01;
}

// React listens to what a person types: it has to be told in the same way.
function write(field, number) {
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  set.call(field, String(number));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function send(field) {
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
}
