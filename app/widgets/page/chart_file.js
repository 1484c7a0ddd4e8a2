// A chart of the page as one SVG, whatever it is made of there: drawings keep their place, words
// become text, what has a ground of its own a rectangle. It needs neither styles nor another file.

const SVG = "http://www.w3.org/2000/svg";
const SCALE = 2; // of the PNG, for print
const MARGIN = 12;
const LEFT_OUT = "button, input, select, textarea, script, style, [hidden], output";
const LOOK = [
  ...["fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity"],
  ...["stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "display", "visibility"],
  ...["font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "color"],
  ...["vector-effect", "paint-order", "image-rendering"],
];

export async function svgOf(element) {
  return new Blob([textOf(element)], { type: "image/svg+xml" });
}

export async function pngOf(element) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(textOf(element))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: SCALE * image.width, height: SCALE * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((take, fail) => {
    canvas.toBlob((blob) => (blob ? take(blob) : fail(new Error("no picture"))), "image/png");
  });
}

function textOf(element) {
  const box = element.getBoundingClientRect();
  const width = Math.ceil(box.width) + 2 * MARGIN;
  const height = Math.ceil(box.height) + 2 * MARGIN;
  const ground = getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor;
  const sheet = node("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  sheet.append(node("rect", { width, height, fill: ground }));
  const base = { left: box.left - MARGIN, top: box.top - MARGIN };
  place(element, base, 1, sheet);
  return new XMLSerializer().serializeToString(sheet);
}

// Puts an element of the page and all that is in it on the sheet.
function place(element, base, opacity, sheet) {
  const style = getComputedStyle(element);
  if (element.matches(LEFT_OUT) || style.display === "none" || isForEarsOnly(element, style)) return;
  const box = element.getBoundingClientRect();
  const at = { x: box.left - base.left, y: box.top - base.top, width: box.width, height: box.height };
  const seen = opacity * Number(style.opacity);
  if (element.localName === "svg") {
    sheet.append(drawing(element, at, seen));
    return;
  }
  if (element.localName === "img" || element.localName === "canvas") {
    const href = element.localName === "img" ? element.src : element.toDataURL();
    sheet.append(node("image", { ...at, href, opacity: seen, preserveAspectRatio: "none" }));
    return;
  }
  if (style.visibility !== "hidden") sheet.append(...grounds(style, at, seen), ...legendMark(element, at, seen));
  for (const child of (element.shadowRoot ?? element).childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE) place(child, base, seen, sheet);
    if (child.nodeType === Node.TEXT_NODE && style.visibility !== "hidden") {
      sheet.append(...words(child, style, base, seen));
    }
  }
}

function isForEarsOnly(element, style) {
  return style.clipPath === "inset(50%)" || (element.offsetWidth <= 1 && style.overflow === "hidden");
}

// A drawing with its look written at each of its parts.
function drawing(svg, at, opacity) {
  const copy = svg.cloneNode(true);
  const copies = [copy, ...copy.querySelectorAll("*")];
  [svg, ...svg.querySelectorAll("*")].forEach((part, i) => {
    const style = getComputedStyle(part);
    const look = LOOK.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
    copies[i].setAttribute("style", look);
    copies[i].removeAttribute("class");
  });
  for (const left of copy.querySelectorAll("foreignObject, script, style")) left.remove();
  Object.entries(at).forEach(([name, value]) => copy.setAttribute(name, value));
  const framed = node("g", { opacity });
  framed.append(copy);
  return framed;
}

// The ground of an element and its lines.
function grounds(style, { x, y, width, height }, opacity) {
  const made = [];
  const fill = style.backgroundColor;
  if (!isClear(fill) && width && height) {
    const rx = Math.min(parseFloat(style.borderTopLeftRadius) || 0, height / 2);
    made.push(node("rect", { x, y, width, height, rx, fill, opacity }));
  }
  const sides = { Top: [0, 0, 1, 0], Bottom: [0, 1, 1, 1], Left: [0, 0, 0, 1], Right: [1, 0, 1, 1] };
  for (const [side, [a, b, c, d]] of Object.entries(sides)) {
    const thick = parseFloat(style[`border${side}Width`]);
    const stroke = style[`border${side}Color`];
    if (!thick || isClear(stroke) || style[`border${side}Style`] === "none") continue;
    const ends = { x1: x + a * width, y1: y + b * height, x2: x + c * width, y2: y + d * height };
    const dash = { dashed: "6 3", dotted: "2 3" }[style[`border${side}Style`]] ?? "none";
    made.push(node("line", { ...ends, stroke, opacity, "stroke-width": thick, "stroke-dasharray": dash }));
  }
  return made;
}

// The line or the patch that a legend's stylesheet puts in front of a name.
function legendMark(element, { x, y, height }, opacity) {
  const style = getComputedStyle(element, "::before");
  const [width, thick] = [parseFloat(style.width), parseFloat(style.borderTopWidth)];
  if (style.content === "none" || !width) return [];
  const middle = y + height / 2;
  if (thick && !isClear(style.borderTopColor)) {
    const dash = { dashed: "6 3", dotted: "2 3" }[style.borderTopStyle] ?? "none";
    const look = { stroke: style.borderTopColor, "stroke-width": thick, "stroke-dasharray": dash };
    return [node("line", { x1: x, y1: middle, x2: x + width, y2: middle, opacity, ...look })];
  }
  const tall = parseFloat(style.height) || 2;
  const patch = { x, y: middle - tall / 2, width, height: tall };
  return isClear(style.backgroundColor)
    ? []
    : [node("rect", { ...patch, fill: style.backgroundColor, opacity })];
}

const isClear = (colour) => colour === "transparent" || /[,/] ?0\)$/.test(colour);

// Words where they stand; those of a text that is broken into lines one by one.
function words(text, style, base, opacity) {
  const range = document.createRange();
  range.selectNodeContents(text);
  const isOneLine = range.getClientRects().length <= 1;
  const parts = isOneLine ? [[0, text.length]] : [...text.data.matchAll(/\S+/g)].map(ends);
  return parts.flatMap(([from, to]) => {
    range.setStart(text, from);
    range.setEnd(text, to);
    const { left, top, width, height } = range.getBoundingClientRect();
    const said = text.data.slice(from, to).replace(/\s+/g, " ").trim();
    if (!said || width < 1) return [];
    const look = { fill: style.color, opacity, "dominant-baseline": "central" };
    const font = ["font-family", "font-size", "font-weight"].map((name) => [
      name,
      style.getPropertyValue(name),
    ]);
    const at = { x: left - base.left, y: top - base.top + height / 2 };
    const made = node("text", { ...at, ...look, ...Object.fromEntries(font) });
    made.textContent = said;
    return [made];
  });
}

const ends = (found) => [found.index, found.index + found[0].length];

function node(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== "xmlns") made.setAttribute(key, value);
  }
  return made;
}
