// What every part of the drawing of a network writes with: elements, numbers, filled sentences.

export const POSITIVE = [0, 114, 178];
export const NEGATIVE = [230, 159, 0];

export function make(tag, attributes = {}, text = undefined) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

export function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function decimal(number, digits = 3) {
  const size = Math.abs(number);
  const text = size >= 1e5 ? size.toExponential(2) : size.toFixed(size >= 1000 ? 1 : digits);
  return number < 0 && Number(text) ? `−${text}` : text;
}

export const whole = (number) => Math.round(number).toLocaleString("en-US");
export const subscript = (number) => String(number).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
export const smallest = (values) => values.indexOf(Math.min(...values));
