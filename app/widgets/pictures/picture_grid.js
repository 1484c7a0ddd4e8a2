// A grid of small pictures, each a button. One Tab stop; the arrow keys move among the pictures.

import { mounted } from "../shared/mount.js";

class Grid {
  constructor(parent) {
    this.root = parent.querySelector(".pictures");
    this.root.replaceChildren();
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.root.addEventListener("click", (event) => this.click(event), { signal });
    this.root.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  show({ images, size, selected, version, labels, groups }, send) {
    this.send = send;
    this.root.setAttribute("aria-label", labels.label);
    if (version !== this.version) {
      this.version = version;
      this.selected = selected;
      this.draw(decode(images), size);
    }
    this.group(groups);
    this.buttons().forEach((button, i) => {
      button.setAttribute("aria-label", labels.item.replace("{number}", i + 1));
    });
    this.mark();
  }

  buttons() {
    return [...this.root.querySelectorAll("button")];
  }

  draw(values, [height, width]) {
    const each = height * width;
    const count = values.length / each;
    for (const button of this.buttons().slice(count)) button.remove();
    while (this.buttons().length < count) this.root.append(picture());
    this.buttons().forEach((button, i) => {
      Object.assign(button.firstElementChild, { height, width });
      paint(button.firstElementChild, values.subarray(i * each, (i + 1) * each));
    });
  }

  // Titles are a text of their own before the first picture of their group.
  group(groups) {
    for (const title of this.root.querySelectorAll("span")) title.remove();
    this.root.classList.toggle("grouped", groups.length > 0);
    this.root.style.setProperty("--across", Math.max(0, ...groups.map(({ count }) => count)));
    const buttons = this.buttons();
    let first = 0;
    for (const { title, count } of groups) {
      const made = Object.assign(document.createElement("span"), { textContent: title });
      this.root.insertBefore(made, buttons[first] ?? null);
      first += count;
    }
  }

  mark() {
    const stop = this.selected ?? 0;
    this.buttons().forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === this.selected));
      button.tabIndex = i === stop ? 0 : -1;
    });
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    this.selected = this.buttons().indexOf(button);
    this.mark();
    this.send({ version: this.version, index: this.selected });
  }

  key(event) {
    const buttons = this.buttons();
    const from = buttons.indexOf(event.target.closest("button"));
    const to = this.target(event.key, from, buttons);
    if (to === null || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  }

  target(key, from, buttons) {
    const columns = buttons.filter((each) => each.offsetTop === buttons[0].offsetTop).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (key === "Home") return 0;
    if (key === "End") return buttons.length - 1;
    return key in steps ? from + steps[key] : null;
  }

  close() {
    this.listening.abort();
  }
}

function picture() {
  const button = document.createElement("button");
  button.type = "button";
  button.append(document.createElement("canvas"));
  return button;
}

function paint(canvas, values) {
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(canvas.width, canvas.height);
  values.forEach((value, i) => image.data.set([value, value, value, 255], i * 4));
  pen.putImageData(image, 0, 0);
}

const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export default mounted(Grid, ({ setStateValue }) => (choice) => setStateValue("choice", choice));
