// A review as it is typed, and the eight steps from it to the verdict. Everything that is shown is
// updated in place and set as text, never as HTML; the formula's skeleton is the only markup.

import { mounted } from "../shared/mount.js";

const PAUSE_MS = 300;
const SLOW_MS = 400; // an answer that takes longer is announced
const ANNOUNCE_MS = 1000;
const MAX_TINT = 50; // per cent of the colour behind a word: its letters stay legible
const LEAST_SCALE = 0.02; // contributions below this do not grow to full colour
const MAX_ZOOM_PX = 72; // side of the largest cell
const NAMED_PX = 44; // side from which a cell has room for its number and word
const OUTLINED_PX = 4;
const LIT_PX = 5;
const ZOOM_STEP = 1.6;

// The words of the network that was asked last. They come once, not with every answer.
const held = { vocabulary: "", names: [] };

class Box {
  constructor(parent) {
    this.calls = 0;
    this.number = 0;
    this.off = new Set();
    this.announced = 0;
    this.root = parent.querySelector(".review");
    this.text = this.find("textarea");
    this.picker = this.find("select");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.vector = new Vector(this.find(".vector"), signal);
    this.layers = [];
    this.listen((target, name, take) => target.addEventListener(name, take, { signal }));
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.root);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  listen(on) {
    on(this.text, "input", () => this.typed());
    on(this.text, "compositionstart", () => this.compose(true));
    on(this.text, "compositionend", () => this.compose(false));
    on(this.text, "keydown", (event) => this.key(event));
    on(this.text, "blur", () => this.timer && this.ask());
    on(this.picker, "change", () => this.pick(Number(this.picker.value)));
    on(this.find(".random"), "click", () => this.pick("random"));
    on(this.find(".columns"), "click", (event) => this.click(event));
    on(this.find(".columns"), "keydown", (event) => this.press(event));
  }

  // Asking ----------------------------------------------------------------------------------

  compose(now) {
    this.composing = now;
    this.typed();
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.composing) this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || this.composing) return;
    event.preventDefault();
    this.ask();
  }

  ask() {
    this.hush();
    this.number += 1;
    this.wait();
    const { revision, number } = this;
    const { vocabulary } = held;
    const text = this.text.value.slice(0, this.text.maxLength); // a script may have put in more
    this.send.question({ text, off: [...this.off], revision, number, vocabulary });
  }

  pick(choice) {
    this.hush();
    this.picker.selectedIndex = 0;
    this.wait();
    this.send.pick(choice);
  }

  toggle(word) {
    if (!this.off.delete(word)) this.off.add(word);
    this.dress();
    this.ask();
  }

  click(event) {
    const word = event.target.closest?.("[data-word]")?.dataset.word;
    if (word !== undefined) this.toggle(word);
  }

  // Words of the sentence are not buttons, so that a long one breaks into lines.
  press(event) {
    const part = event.target.closest?.("span[data-word]");
    if (!part || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    this.toggle(part.dataset.word);
  }

  hush() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  wait() {
    clearTimeout(this.slow);
    this.slow = setTimeout(() => this.say(this.labels.analysing), SLOW_MS);
  }

  // Showing ---------------------------------------------------------------------------------

  show(data, send) {
    this.calls += 1;
    Object.assign(this, { send, labels: data.labels, answer: data.answer, data });
    this.load(data.question);
    this.learn(data.answer);
    if (data.question.number >= this.number) clearTimeout(this.slow);
    this.write(data);
    this.steps();
    if (data.must_ask && this.calls === 1) this.ask();
  }

  learn(answer) {
    if (answer?.names) Object.assign(held, { vocabulary: answer.vocabulary, names: answer.names });
    // The answer that brought the words has been overtaken by one that could do without them.
    else if (answer && answer.vocabulary !== held.vocabulary) this.ask();
  }

  load({ text, off, revision, number }) {
    if (revision === this.revision) return;
    this.hush();
    Object.assign(this, { revision, number, composing: false, off: new Set(off) });
    this.text.value = text;
  }

  write({ labels, examples, error, answer, question, must_ask }) {
    this.find("label").textContent = labels.text;
    this.text.placeholder = labels.placeholder;
    this.find(".random").textContent = labels.random;
    this.picker.setAttribute("aria-label", labels.examples);
    fill(this.picker, [labels.examples, ...examples], "option", (option, text, i) => {
      put(option, text);
      option.value = i - 1;
    });
    for (const step of this.root.querySelectorAll(".step")) {
      put(step.querySelector("h3"), labels[`step_${step.dataset.step}`]);
      put(step.querySelector(".note"), labels[`note_${step.dataset.step}`]);
    }
    note(this.find(".error"), error);
    note(this.find(".instead"), answer?.instead);
    note(this.find(".cut"), answer?.cut);
    this.root.dataset.state = answer ? "answered" : "empty";
    this.root.dataset.number = question.number;
    if (must_ask) this.say(labels.analysing);
    else this.say(error || answer ? "" : labels.empty);
  }

  say(text) {
    put(this.find(".told"), text);
    this.find(".short").hidden = Boolean(text);
  }

  steps() {
    const answer = this.answer ?? this.blank();
    this.sentence(answer);
    this.morphemes(answer);
    this.vocabulary(answer);
    put(this.find("code"), `[${answer.indices.join(", ")}]`);
    const names = answer.vocabulary === held.vocabulary ? held.names : [];
    this.vector.show(answer.size, answer.indices, names, this.labels);
    this.hidden(answer);
    if (this.answer) {
      this.last = this.answer;
      this.verdict(answer);
    }
    this.parts(answer);
    this.dress();
  }

  // An empty box keeps the shape of the network that answered last: nothing below it jumps.
  blank() {
    const { size, vocabulary, hidden } = this.last ?? NOTHING;
    const still = hidden.map(([activation, values]) => [activation, values.map(() => 0)]);
    return { ...NOTHING, size, vocabulary, hidden: still };
  }

  sentence({ sentence, words }) {
    const most = Math.max(LEAST_SCALE, ...words.map((word) => Math.abs(word[4])));
    const parts = new Map(words.map((word) => [word[0], word[4]]));
    fill(this.find(".sentence"), sentence, "span", (span, [text, word]) => {
      put(span, text);
      mark(span, word);
      const part = parts.get(word) ?? 0;
      span.style.setProperty("--tint", `${Math.round((MAX_TINT * Math.abs(part)) / most)}%`);
      span.dataset.sign = word === null ? "" : Math.sign(part);
      if (word === null) return span.removeAttribute("title");
      span.title = `${word} ${signed(part)}`;
    });
  }

  morphemes({ morphemes }) {
    fill(this.find(".chips"), morphemes, "span", (chip, [text, tag, group]) => {
      chip.dataset.group = group;
      fill(chip, [text, tag], "span", put);
    });
    const groups = Object.keys(this.labels).filter((name) => name.startsWith("group_"));
    fill(this.find(".legend"), groups, "li", (item, name) => {
      item.dataset.group = name.slice("group_".length);
      put(item, this.labels[name]);
    });
  }

  vocabulary({ words, unknown, size }) {
    const { labels } = this;
    const none = this.answer && !words.length;
    const step = this.find('[data-step="vocabulary"]');
    note(step.querySelector(".none"), none ? filled(labels.none_known, { size: count(size) }) : "");
    fill(this.find(".known"), words, "li", (item, [text, index, rank]) => {
      mark(item, null);
      item.dataset.of = text;
      const place = filled(labels.rank, { rank: count(rank) });
      fill(item, [text, `#${index}`, place], "span", put);
    });
    const all = this.answer && words.length && !unknown.length ? [[labels.all_known, null]] : [];
    fill(this.find(".unknown"), [...unknown, ...all], "li", (item, [text, why]) => {
      const reason = why ? filled(labels[why], { size: count(size) }) : "";
      fill(item, [text, reason], "span", put);
    });
    this.find(".known").setAttribute("aria-label", filled(labels.known, { size: count(size) }));
    this.find(".unknown").setAttribute("aria-label", labels.unknown);
  }

  hidden({ hidden }) {
    const place = this.find(".layers");
    fill(place, hidden, "div", () => {});
    while (this.layers.length > hidden.length) this.layers.pop();
    hidden.forEach(([activation, values], i) => {
      this.layers[i] ??= new Layer(place.children[i], this.listening.signal);
      this.layers[i].show(i + 1, activation, values, this.labels);
    });
    if (this.answer && !hidden.length) {
      fill(place, [this.labels.no_hidden], "div", put);
    }
  }

  verdict({ z, probability, classes, truth }) {
    const winner = probability > 0.5 ? 1 : 0;
    const percent = `${(100 * (winner ? probability : 1 - probability)).toFixed(1)} %`;
    const sums = this.root.querySelectorAll(".sum");
    z.forEach((value, i) => {
      this.all(`.z${i + 1}`, minus(value.toFixed(3)));
      this.all(`.e${i + 1}`, short(Math.exp(value)));
      put(sums[i].querySelector("small"), `(${classes[i]})`);
    });
    const is_clear = Math.abs(probability - 0.5) > 0.499;
    this.all(".p2", probability.toFixed(is_clear ? 5 : 3));
    const text = filled(this.labels.verdict, { label: classes[winner], percent });
    put(this.find(".verdict"), text);
    put(this.find(".short"), text);
    this.root.dataset.winner = winner;
    const truly = truth && filled(this.labels[truth.is_right ? "right" : "wrong"], truth);
    const place = this.find(".truth");
    put(place, truly ?? "");
    place.dataset.right = truth?.is_right ?? "";
    const spoken = filled(this.labels.announcement, { label: classes[winner], percent });
    this.announce([spoken, truly].filter(Boolean).join(" "));
  }

  all(selector, text) {
    for (const each of this.root.querySelectorAll(selector)) put(each, text);
  }

  announce(text) {
    clearTimeout(this.announcing);
    const wait = Math.max(0, this.announced + ANNOUNCE_MS - performance.now());
    this.announcing = setTimeout(() => {
      this.announced = performance.now();
      put(this.find(".announcer"), text);
    }, wait);
  }

  // While words are switched the bars keep their order: nothing moves away under a finger.
  parts({ sentence, words }) {
    const { labels } = this;
    const place = this.find(".parts");
    put(place.querySelector("h3"), labels.words);
    put(place.querySelector(".note"), labels.words_note);
    note(place.querySelector(".none"), this.answer && !words.length ? labels.words_empty : "");
    const text = sentence.map(([part]) => part).join("");
    if (text !== this.ordered?.text) {
      const sorted = words.toSorted((one, other) => Math.abs(other[4]) - Math.abs(one[4]));
      this.ordered = { text, words: sorted.map(([word]) => word) };
    }
    const rank = new Map(this.ordered.words.map((word, i) => [word, i]));
    const shown = words.toSorted((one, other) => rank.get(one[0]) - rank.get(other[0]));
    const most = Math.max(LEAST_SCALE, ...words.map((word) => Math.abs(word[4])));
    fill(place.querySelector(".bars"), shown, "button", (button, [word, , , , part]) => {
      button.type = "button";
      button.dataset.word = word;
      button.title = labels.switch;
      button.dataset.sign = Math.sign(part);
      fill(button, [word, "", signed(part)], "span", put);
      button.children[1].style.setProperty("--length", `${(50 * Math.abs(part)) / most}%`);
    });
  }

  dress() {
    for (const each of this.root.querySelectorAll("[data-word], [data-of]")) {
      const is_off = this.off.has(each.dataset.word ?? each.dataset.of);
      each.classList.toggle("off", is_off);
      if ("word" in each.dataset) each.setAttribute("aria-pressed", String(!is_off));
    }
  }

  draw() {
    this.vector.draw();
    this.layers.forEach((layer) => layer.draw());
  }

  close() {
    this.hush();
    clearTimeout(this.slow);
    clearTimeout(this.announcing);
    this.listening.abort();
    this.resized.disconnect();
  }
}

const NOTHING = {
  sentence: [],
  morphemes: [],
  words: [],
  unknown: [],
  indices: [],
  hidden: [],
  size: 0,
};

// The vector --------------------------------------------------------------------------------

// K cells in rows. Zooming looks at a part of the same grid, so that every cell keeps its place.
class Vector {
  constructor(root, signal) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.told = root.querySelector("output");
    this.size = 0;
    this.fingers = new Map();
    this.reset();
    const on = (target, name, take, options) =>
      target.addEventListener(name, take, { signal, ...options });
    on(this.canvas, "pointerdown", (event) => this.down(event));
    on(this.canvas, "pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      on(this.canvas, name, (event) => this.fingers.delete(event.pointerId));
    }
    on(this.canvas, "pointerleave", (event) => event.pointerType === "mouse" && this.choose(null));
    on(this.canvas, "wheel", (event) => this.wheel(event), { passive: false });
    on(this.canvas, "keydown", (event) => this.key(event));
    on(root.querySelector(".zoom-in"), "click", () => this.zoom(ZOOM_STEP));
    on(root.querySelector(".zoom-out"), "click", () => this.zoom(1 / ZOOM_STEP));
    on(root.querySelector(".zoom-reset"), "click", () => (this.reset(), this.draw()));
  }

  show(size, lit, names, labels) {
    if (size !== this.size) this.reset();
    Object.assign(this, { size, labels, names, lit: new Set(lit), order: lit.toSorted(ascending) });
    for (const name of ["in", "out", "reset"]) {
      const button = this.root.querySelector(`.zoom-${name}`);
      button.setAttribute("aria-label", labels[`zoom_${name}`]);
    }
    const values = { size: count(size), count: count(lit.length) };
    this.canvas.setAttribute("aria-label", size ? filled(labels.vector, values) : "");
    this.canvas.dataset.lit = lit.length;
    this.choose(this.chosen < size ? this.chosen : null);
  }

  reset() {
    Object.assign(this, { scale: 1, left: 0, top: 0, chosen: null });
  }

  // Measures in CSS pixels; a cell is nearly square at every size.
  grid() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const columns = Math.max(1, Math.ceil(Math.sqrt((this.size * width) / height)));
    const rows = Math.max(1, Math.ceil(this.size / columns));
    const [x, y] = [(width / columns) * this.scale, (height / rows) * this.scale];
    return { width, height, columns, rows, x, y };
  }

  at(event) {
    const { x, y, columns } = this.grid();
    const column = Math.floor((event.offsetX + this.left) / x);
    const index = Math.floor((event.offsetY + this.top) / y) * columns + column;
    return column < columns && index >= 0 && index < this.size ? index : null;
  }

  zoom(by, px, py) {
    if (!this.size) return;
    const grid = this.grid();
    const most = Math.max(1, MAX_ZOOM_PX / Math.min(grid.x / this.scale, grid.y / this.scale));
    const scale = Math.min(most, Math.max(1, this.scale * by));
    const focus = px === undefined ? this.focus(grid) : { x: px, y: py };
    const ratio = scale / this.scale;
    this.left = (this.left + focus.x) * ratio - focus.x;
    this.top = (this.top + focus.y) * ratio - focus.y;
    this.scale = scale;
    this.draw();
  }

  // Buttons and keys zoom at the chosen cell, else at the first lit one.
  focus({ columns, x, y, width, height }) {
    const cell = this.chosen ?? this.order[0];
    if (cell === undefined) return { x: width / 2, y: height / 2 };
    const at = {
      x: ((cell % columns) + 0.5) * x - this.left,
      y: (Math.floor(cell / columns) + 0.5) * y - this.top,
    };
    const inside = at.x >= 0 && at.x <= width && at.y >= 0 && at.y <= height;
    return inside ? at : { x: width / 2, y: height / 2 };
  }

  pan(dx, dy) {
    this.left -= dx;
    this.top -= dy;
    this.draw();
  }

  down(event) {
    this.fingers.set(event.pointerId, event);
    if (event.pointerType !== "touch" || this.scale > 1) {
      this.canvas.setPointerCapture(event.pointerId);
    }
    this.choose(this.at(event));
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (before) this.fingers.set(event.pointerId, event);
    if (!before) return this.choose(this.at(event));
    if (this.fingers.size === 2) return this.pinch(before, event);
    this.pan(event.clientX - before.clientX, event.clientY - before.clientY);
  }

  pinch(before, event) {
    const other = [...this.fingers.values()].find((each) => each.pointerId !== event.pointerId);
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const { left, top } = this.canvas.getBoundingClientRect();
    const x = (event.clientX + other.clientX) / 2 - left;
    const y = (event.clientY + other.clientY) / 2 - top;
    if (apart(before) > 0) this.zoom(apart(event) / apart(before), x, y);
  }

  // The wheel scrolls the page unless the vector has been clicked on or Ctrl is held (a pinch).
  wheel(event) {
    if (!event.ctrlKey && this.canvas.getRootNode().activeElement !== this.canvas) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  }

  key(event) {
    const { columns } = this.grid();
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (event.key === "+" || event.key === "=") this.zoom(ZOOM_STEP);
    else if (event.key === "-") this.zoom(1 / ZOOM_STEP);
    else if (event.key in steps) this.step((this.chosen ?? -1) + steps[event.key]);
    else if (event.key === "PageDown") this.step(this.order.find((i) => i > (this.chosen ?? -1)));
    else if (event.key === "PageUp") this.step(this.order.findLast((i) => i < this.chosen));
    else return;
    event.preventDefault();
  }

  step(to) {
    if (to === undefined || to < 0 || to >= this.size) return;
    const { columns, x, y, width, height } = this.grid();
    const [left, top] = [(to % columns) * x, Math.floor(to / columns) * y];
    this.left = Math.min(left, Math.max(left + x - width, this.left));
    this.top = Math.min(top, Math.max(top + y - height, this.top));
    this.choose(to);
  }

  choose(index) {
    this.chosen = index;
    put(this.told, index === null ? (this.labels?.vector_hint ?? "") : this.name(index));
    this.draw();
  }

  name(index) {
    const [word, value] = [this.names[index] ?? "", this.lit.has(index) ? 1 : 0];
    return filled(this.labels.cell, { index, word, value });
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const grid = this.grid();
    const ink = ready(this.canvas, grid.width, grid.height);
    if (!ink || !this.size) return;
    this.left = Math.max(0, Math.min(this.left, grid.width * (this.scale - 1)));
    this.top = Math.max(0, Math.min(this.top, grid.height * (this.scale - 1)));
    this.canvas.style.touchAction = this.scale > 1 ? "none" : "pan-y";
    this.canvas.dataset.zoom = this.scale.toFixed(2);
    const style = getComputedStyle(this.canvas);
    const colours = {
      text: style.color,
      lit: style.getPropertyValue("--st-primary-color"),
      ground: style.getPropertyValue("--st-background-color"),
    };
    const outlined = Math.min(grid.x, grid.y) >= OUTLINED_PX;
    if (!outlined) this.ground(ink, grid, colours);
    for (const index of outlined ? this.visible(grid) : this.order) {
      this.cell(ink, grid, colours, index);
    }
    if (this.chosen !== null) this.ring(ink, grid, colours);
  }

  *visible({ columns, rows, x, y, width, height }) {
    const bottom = Math.min(rows - 1, Math.floor((this.top + height) / y));
    const right = Math.min(columns - 1, Math.floor((this.left + width) / x));
    for (let row = Math.floor(this.top / y); row <= bottom; row += 1) {
      for (let column = Math.floor(this.left / x); column <= right; column += 1) {
        if (row * columns + column < this.size) yield row * columns + column;
      }
    }
  }

  place(index, { columns, x, y }) {
    return [(index % columns) * x - this.left, Math.floor(index / columns) * y - this.top];
  }

  ground(ink, { width, height }, { text }) {
    ink.globalAlpha = 0.09;
    ink.fillStyle = text;
    ink.fillRect(0, 0, width, height);
    ink.globalAlpha = 1;
  }

  cell(ink, grid, colours, index) {
    const is_lit = this.lit.has(index);
    const [left, top] = this.place(index, grid);
    const [x, y] = is_lit
      ? [Math.max(LIT_PX, grid.x - 1), Math.max(LIT_PX, grid.y - 1)]
      : [grid.x - 1, grid.y - 1];
    ink.globalAlpha = is_lit ? 1 : 0.09;
    ink.fillStyle = is_lit ? colours.lit : colours.text;
    ink.fillRect(left + (grid.x - x) / 2, top + (grid.y - y) / 2, x, y);
    ink.globalAlpha = 1;
    if (Math.min(grid.x, grid.y) >= NAMED_PX) this.letter(ink, grid, colours, index, is_lit);
  }

  letter(ink, grid, { text, ground }, index, is_lit) {
    const [left, top] = this.place(index, grid);
    const middle = left + grid.x / 2;
    ink.fillStyle = is_lit ? ground : text;
    ink.textAlign = "center";
    ink.font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
    ink.fillText(`#${index}`, middle, top + grid.y / 2 - 5, grid.x - 4);
    ink.font = ink.font.replace("11px", "13px");
    ink.fillText(this.names[index] ?? "", middle, top + grid.y / 2 + 12, grid.x - 4);
  }

  ring(ink, grid, { text }) {
    const [left, top] = this.place(this.chosen, grid);
    ink.strokeStyle = text;
    ink.lineWidth = 2;
    ink.strokeRect(left - 1, top - 1, Math.max(grid.x, LIT_PX) + 1, Math.max(grid.y, LIT_PX) + 1);
  }
}

// A hidden layer ----------------------------------------------------------------------------

// One small cell a node; what it puts out is the height of the bar in it.
class Layer {
  constructor(root, signal) {
    const made = ["h4", "canvas", "output"].map((tag) => document.createElement(tag));
    root.replaceChildren(...made);
    [this.title, this.canvas, this.told] = made;
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.chosen = null;
    const on = (name, take) => this.canvas.addEventListener(name, take, { signal });
    for (const name of ["pointermove", "pointerdown"]) on(name, (event) => this.point(event));
    on("pointerleave", (event) => event.pointerType === "mouse" && this.choose(null));
    on("keydown", (event) => this.key(event));
  }

  show(number, activation, values, labels) {
    Object.assign(this, { values, labels });
    const title = filled(labels.layer, { number, units: count(values.length), activation });
    put(this.title, title);
    this.canvas.setAttribute("aria-label", title);
    this.canvas.dataset.units = values.length;
    this.choose(this.chosen < values.length ? this.chosen : null);
  }

  point(event) {
    const index = Math.floor((event.offsetX / this.canvas.clientWidth) * this.values.length);
    this.choose(Math.max(0, Math.min(this.values.length - 1, index)));
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const to = (this.chosen ?? -1) + step;
    if (!step || to < 0 || to >= this.values.length) return;
    event.preventDefault();
    this.choose(to);
  }

  choose(index) {
    this.chosen = index;
    const value = index === null ? "" : minus(String(this.values[index]));
    const { node, layer_hint } = this.labels;
    const text = index === null ? layer_hint : filled(node, { number: index + 1, value });
    put(this.told, text);
    this.canvas.title = index === null ? "" : text;
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ink = ready(this.canvas, width, height);
    if (!ink) return;
    const { color } = getComputedStyle(this.canvas);
    const [low, high] = [Math.min(0, ...this.values), Math.max(0, ...this.values)];
    const unit = height / (high - low || 1);
    const cell = width / this.values.length;
    const gap = cell > 3 ? 1 : 0;
    this.values.forEach((value, i) => {
      ink.globalAlpha = i === this.chosen ? 0.3 : 0.08;
      ink.fillStyle = color;
      ink.fillRect(i * cell, 0, cell - gap, height);
      ink.globalAlpha = 1;
      ink.fillStyle = value < 0 ? "#E69F00" : "#0072B2";
      const top = (high - Math.max(0, value)) * unit;
      ink.fillRect(i * cell, top, cell - gap, Math.abs(value) * unit);
    });
  }
}

// Small things ------------------------------------------------------------------------------

// Make the children of an element fit some items, keeping those that are there.
function fill(parent, items, tag, write) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  while (parent.children.length < items.length) parent.append(document.createElement(tag));
  items.forEach((item, i) => write(parent.children[i], item, i));
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function note(element, text) {
  put(element, text ?? "");
  element.hidden = !text;
}

function mark(element, word) {
  if (word === null) {
    delete element.dataset.word;
    for (const name of ["role", "tabindex", "aria-pressed"]) element.removeAttribute(name);
    return;
  }
  element.dataset.word = word;
  element.tabIndex = 0;
  element.setAttribute("role", "button");
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

function ready(canvas, width, height) {
  if (!width || !height) return null;
  const [x, y] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== x || canvas.height !== y) [canvas.width, canvas.height] = [x, y];
  const ink = canvas.getContext("2d");
  ink.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  ink.clearRect(0, 0, width, height);
  return ink;
}

// Three digits: as many as the rounded sums above them give.
function short(value) {
  const plain = value < 1e5 && value >= 1e-3;
  return plain ? String(Number(value.toPrecision(3))) : minus(value.toExponential(2));
}

const ascending = (one, other) => one - other;
const count = (number) => number.toLocaleString("en-US");
const minus = (text) => text.replaceAll("-", "\u2212");
const signed = (part) =>
  `${part < 0 ? "" : "+"}${minus(part.toFixed(Math.abs(part) < 0.001 ? 5 : 3))}`;

export default mounted(Box, ({ setStateValue, setTriggerValue }) => ({
  question: (question) => setStateValue("question", question),
  pick: (pick) => setTriggerValue("pick", pick),
}));
