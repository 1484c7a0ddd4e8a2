// Whether the losses of a run show overfitting, by the rule of models/verdict.py: a test holds the
// two together. Numbers in, a word out.

const FEWEST_EPOCHS = 5;
const MARGIN = 0.05;
const CERTAINTY = 2;
const [SMOOTHED, SINCE_TURN, RECENT] = [[10, 3], [5, 3], [4, 5]]; // [one in so many epochs, at least]

// "falling", "flat", "rising", "overfitting", or null where there are too few epochs to say.
export function courseOf(losses, valLosses) {
  const count = valLosses.length;
  if (count < FEWEST_EPOCHS || ![...losses, ...valLosses].every(Number.isFinite)) return null;
  const { turn, lowest } = turnOf(valLosses);
  if (count - 1 - turn >= partOf(count, SINCE_TURN)) {
    const rise = trend(valLosses.slice(turn));
    if (rise.last > (1 + MARGIN) * lowest && rise.certainty > CERTAINTY) {
      const training = trend(losses.slice(turn));
      return training.last < training.first ? "overfitting" : "rising";
    }
  }
  const recent = trend(valLosses.slice(count - partOf(count, RECENT)));
  const falls = recent.last < (1 - MARGIN) * recent.first && recent.certainty < -CERTAINTY;
  return falls ? "falling" : "flat";
}

// The least-squares line through values at equal distances, and its slope in standard errors.
function trend(values) {
  const middle = (values.length - 1) / 2;
  const mean = total(values) / values.length;
  const square = total(values.map((_, i) => (i - middle) ** 2));
  const slope = total(values.map((value, i) => (i - middle) * value)) / square;
  const rest = total(values.map((value, i) => (value - mean - slope * (i - middle)) ** 2));
  const error = Math.sqrt(rest / Math.max(1, values.length - 2) / square);
  const certainty = slope / Math.max(error, Number.MIN_VALUE);
  return { first: mean - slope * middle, last: mean + slope * middle, certainty };
}

// The middle of the lowest stretch of epochs, and its mean.
function turnOf(values) {
  const width = partOf(values.length, SMOOTHED);
  const means = values.slice(width - 1).map((_, i) => total(values.slice(i, i + width)) / width);
  const lowest = Math.min(...means);
  return { turn: means.indexOf(lowest) + Math.floor(width / 2), lowest };
}

const partOf = (count, [oneIn, least]) => Math.max(Math.floor(count / oneIn), least);
const total = (values) => values.reduce((sum, value) => sum + value, 0);
