// Before the page is printed, its drawings keep the width for which they were made; afterwards they
// are free again.

import { whileMounted } from "../shared/mount.js";

const WIDTH = 700; // pixels of A4 between the margins that paper.css sets
const DRAWINGS = '[data-testid="stBidiComponentRegular"], [data-testid="stBidiComponentIsolated"]';

export default whileMounted(listen);

function listen() {
  const ending = new AbortController();
  const on = (name, take) => window.addEventListener(name, take, { signal: ending.signal });
  on("beforeprint", () => {
    const isOnDark = isDark();
    document.documentElement.toggleAttribute("data-dark", isOnDark);
    document.querySelectorAll(DRAWINGS).forEach((drawing) => hold(drawing, isOnDark));
  });
  on("afterprint", () => {
    document.documentElement.removeAttribute("data-dark");
    document.querySelectorAll(DRAWINGS).forEach(free);
  });
  return ending;
}

function hold(drawing, isOnDark) {
  const { width } = drawing.getBoundingClientRect();
  if (!width) return;
  Object.assign(drawing.style, { width: `${width}px`, zoom: Math.min(1, WIDTH / width) });
  drawing.toggleAttribute("data-dark", isOnDark);
}

function free(drawing) {
  Object.assign(drawing.style, { width: "", zoom: "" });
  drawing.removeAttribute("data-dark");
}

function isDark() {
  const [red] = getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor.match(/\d+/g);
  return Number(red) < 128;
}
