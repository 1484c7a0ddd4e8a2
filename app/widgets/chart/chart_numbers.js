// How a chart writes its figures.

import { numeral, percent } from "../shared/numerals.js";

// Accuracy is a share of one, every other figure a plain number.
export const writer = (figure, digits = 4) => (figure === "accuracy" ? percent : (value) => numeral(value, digits));

export const optional = (writes) => (value) => (value == null ? "\u2013" : writes(value));

// "22.3", or "22.3–23.2" where several numbers differ once they are written.
export function range(numbers, writes) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)].map(writes);
  return low === high ? low : `${low}\u2013${high}`;
}
