// The charts and tables of the page, each with the files that it can be saved as.

import { mounted } from "../shared/mount.js";
import { write } from "../shared/numerals.js";
import { csvOf } from "./table_file.js";
import { pngOf, svgOf } from "./chart_file.js";

const CHARTS = 'figure, [role="img"], svg.figure, img[src^="data:image/svg+xml"]';
const LEAST = 40; // pixels: what is smaller is a mark in a line of text
const LONGEST_NAME = 90;

class Saving {
  constructor(parent) {
    this.details = parent.querySelector("details");
    this.told = parent.querySelector("p");
    this.places = parent.querySelector("ul");
    this.details.addEventListener("toggle", () => this.list());
  }

  show({ labels }) {
    this.labels = labels;
    write(this.details.querySelector("summary"), labels.title);
    this.list();
  }

  list() {
    if (!this.details.open) return;
    const found = things(this.details.getRootNode().host);
    this.say(found.length ? "" : this.labels.none);
    const counts = { chart: 0, table: 0 };
    this.places.replaceChildren(
      ...found.map((thing) => {
        counts[thing.kind] += 1;
        const name = nameOf(thing.element) || `${this.labels[thing.kind]} ${counts[thing.kind]}`;
        return this.line(thing, name.slice(0, LONGEST_NAME));
      }),
    );
  }

  line({ kind, element }, name) {
    const line = document.createElement("li");
    line.dataset.kind = kind;
    line.append(Object.assign(document.createElement("span"), { textContent: name }));
    const makes = kind === "table" ? { csv: csvOf } : { png: pngOf, svg: svgOf };
    for (const [type, make] of Object.entries(makes)) {
      const button = document.createElement("button");
      const label = type.toUpperCase();
      Object.assign(button, { type: "button", textContent: label });
      button.setAttribute("aria-label", `${label}: ${name}`);
      button.addEventListener("click", () => this.save(make, element, `${fileName(name)}.${type}`));
      line.append(button);
    }
    return line;
  }

  async save(make, element, name) {
    this.say("");
    try {
      const address = URL.createObjectURL(await make(element));
      Object.assign(document.createElement("a"), { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch {
      this.say(this.labels.failed);
    }
  }

  say(text) {
    this.told.hidden = !text;
    write(this.told, text);
  }

  close() {}
}

// What is on the page now, in its order. A chart inside a table or another chart is a part of it.
export function things(own) {
  const found = [];
  visit(document.body, own, (element) => {
    const kind = element.matches("table") ? "table" : element.matches(CHARTS) ? "chart" : "";
    if (!kind || !isShown(element)) return false;
    found.push({ kind, element });
    return true;
  });
  return found;
}

// Goes through the page and what stands inside of components, but not into what `take` takes.
function visit(place, own, take) {
  for (const element of place.children) {
    if (element === own || take(element)) continue;
    if (element.shadowRoot) visit(element.shadowRoot, own, take);
    visit(element, own, take);
  }
}

function isShown(element) {
  const { width, height } = element.getBoundingClientRect();
  return width >= LEAST && height >= 20 && element.checkVisibility({ visibilityProperty: true });
}

function nameOf(element) {
  const inner = element.querySelector('[role="img"][aria-label]');
  const names = [
    element.getAttribute("aria-label"),
    element.caption?.textContent,
    inner?.getAttribute("aria-label"),
    element.querySelector("figcaption")?.textContent,
    element.getAttribute("alt"),
    element.closest("[aria-label]")?.getAttribute("aria-label"),
  ];
  return names.map((name) => (name ?? "").replace(/\s+/g, " ").trim()).find(Boolean) ?? "";
}

const fileName = (name) => name.replace(/[<>:"/\\|?*.]+/g, "-").trim().slice(0, 60) || "fnn-lab";

export default mounted(Saving);
