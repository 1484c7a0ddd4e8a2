// Samples with what a network said of them; each is a button that opens it.

import { mounted } from "../shared/mount.js";

class Samples {
  constructor(parent) {
    this.root = parent.querySelector(".samples");
    this.listening = new AbortController();
    this.root.addEventListener("click", (event) => this.click(event), {
      signal: this.listening.signal,
    });
  }

  show({ samples, pictures, size, labels }, send) {
    this.send = send;
    this.root.setAttribute("aria-label", labels.label);
    this.root.classList.toggle("texts", !size);
    const values = Uint8Array.from(atob(pictures), (letter) => letter.charCodeAt(0));
    const each = size ? size[0] * size[1] : 0;
    this.root.replaceChildren(
      ...samples.map((sample, i) => {
        const picture = size && values.subarray(i * each, (i + 1) * each);
        return button(sample, picture, size, labels);
      }),
    );
  }

  click(event) {
    const clicked = event.target.closest("button");
    if (clicked) this.send(Number(clicked.dataset.row));
  }

  close() {
    this.listening.abort();
  }
}

function button({ row, said, note, right, text }, picture, size, labels) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.row = row;
  made.className = right === null ? "" : right ? "right" : "wrong";
  if (picture) made.append(canvas(picture, size));
  if (text) made.append(part("span", "text", text));
  made.append(part("b", "said", said), part("small", "note", note));
  const spoken = [said, note, text].filter(Boolean).join(". ");
  made.setAttribute("aria-label", labels.open.replace("{sample}", spoken));
  return made;
}

function part(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

function canvas(values, [height, width]) {
  const made = document.createElement("canvas");
  Object.assign(made, { width, height });
  const pen = made.getContext("2d");
  const image = pen.createImageData(width, height);
  values.forEach((value, i) => image.data.set([value, value, value, 255], i * 4));
  pen.putImageData(image, 0, 0);
  return made;
}

export default mounted(Samples, ({ setTriggerValue }) => (row) => setTriggerValue("open", row));
