// How the components of the arithmetic write numbers: four digits that count, a true minus sign.

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
export const raised = (power) => String(power).replace("-", "⁻").replace(/\d/g, (digit) => RAISED[digit]);

// 0.01234, 24.61, 1,234, 3.16×10⁻⁷; a thing that is no number stays what it is.
export function numeral(value, digits = 4) {
  if (!Number.isFinite(value)) return value === null || Number.isNaN(value) ? "NaN" : value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) {
    const [figures, power] = size.toExponential(digits - 1).split("e");
    return `${sign}${figures}×10${raised(Number(power))}`;
  }
  if (size >= 10 ** (digits - 1)) return sign + Math.round(size).toLocaleString("en-US");
  return sign + size.toPrecision(digits);
}

// A setting as it was typed: 0.9, 0.001, 10⁻⁷.
export function setting(value) {
  const given = Number(value.toPrecision(7));
  if (given === 0 || (given >= 1e-4 && given < 1e6)) return String(given);
  const [figures, power] = given.toExponential().split("e");
  return `${figures === "1" ? "" : `${figures}×`}10${raised(Number(power))}`;
}

// A number within a product or under a root: what has a sign or a power of ten stands in brackets.
export function operand(value) {
  const text = numeral(value);
  return /[−×]/.test(text) ? `(${text})` : text;
}

export const whole = (value) => Math.round(value).toLocaleString("en-US");
export const percent = (share) => `${(share * 100).toFixed(1)}\u00a0%`;
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function span(text, name) {
  const element = document.createElement("span");
  element.textContent = text;
  if (name) element.className = name;
  return element;
}
