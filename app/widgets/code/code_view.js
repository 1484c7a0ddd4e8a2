// Lines of code: only those that differ from before are written anew.

import { mounted } from "../shared/mount.js";
import { write } from "../shared/numerals.js";

class Code {
  constructor(parent) {
    this.pre = parent.querySelector("pre");
    this.code = parent.querySelector("code");
    this.button = parent.querySelector(".copy");
    this.told = parent.querySelector(".told");
    this.marked = "";
    this.button.addEventListener("click", () => this.copy());
  }

  show({ lines, marked, labels }) {
    this.lines = lines;
    this.labels = labels;
    this.pre.setAttribute("role", "region");
    this.pre.setAttribute("aria-label", labels.label);
    write(this.button, labels.copy);
    while (this.code.children.length > lines.length) this.code.lastElementChild.remove();
    while (this.code.children.length < lines.length) this.code.append(document.createElement("span"));
    const chosen = new Set(marked);
    lines.forEach((line, i) => this.line(this.code.children[i], line, chosen.has(i)));
    this.bringIntoView(marked);
  }

  line(shown, text, isMarked) {
    write(shown, text);
    shown.className = `line${/^\s*#/.test(text) ? " comment" : ""}${isMarked ? " marked" : ""}`;
    if (isMarked) shown.setAttribute("title", this.labels.marked);
    else shown.removeAttribute("title");
  }

  // Scrolls the code and not the page.
  bringIntoView(marked) {
    const name = marked.join();
    if (name === this.marked) return;
    this.marked = name;
    const first = this.code.children[marked[0]];
    if (first) this.pre.scrollTop = first.offsetTop - this.pre.offsetTop - this.pre.clientHeight / 3;
  }

  async copy() {
    const text = `${this.lines.join("\n")}\n`;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.copyOfSelection();
    }
    write(this.told, this.labels.copied);
    setTimeout(() => write(this.told, ""), 2000);
  }

  // Browsers keep the clipboard from pages without HTTPS, as in a class on a local network.
  copyOfSelection() {
    const field = document.createElement("textarea");
    field.value = `${this.lines.join("\n")}\n`;
    this.button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    this.button.focus();
  }

  close() {}
}

export default mounted(Code);
