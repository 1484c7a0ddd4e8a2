// The range of a chart's value axis, chosen for what the reader compares and not for the largest
// number: plain values in, plain values out.
//
// points: {updates, training, validation}, each {x, y} with x in epochs. `extent` is how many epochs
// the run has, or had when it ended. `higher` says that a high value is a good one. The good side of
// a curve is always in sight; what may be cut is its bad side.

const SETTLED = 0.1; // share of a run after which every epoch has to be in sight
const CUT_SHARE = 0.05; // share of the updates after it that may be cut
const STRETCH = { loss: 5, accuracy: 2 }; // longer than so many times, no baseline makes an axis
const GROWTH = 0.3; // an axis that is too short grows by this share more than it has to
const STEPS = 10; // ends of an axis are round numbers, about so many to its length

// [low, high], or null as long as there is nothing that has to be in sight.
export function rangeToRead(points, extent, higher) {
  const updates = boundOfUpdates(points.updates, extent, higher);
  const epochs = [points.training, points.validation].flatMap(({ x, y }) =>
    y.filter((_, i) => x[i] > SETTLED * extent),
  );
  if (!epochs.length && updates === null) return null;
  const held = updates === null ? epochs : [...epochs, updates, best(points.updates.y, higher)];
  return spanOf(held);
}

// Every value.
export function wholeRange({ updates, training, validation }) {
  const values = [...updates.y, ...training.y, ...validation.y];
  return values.length ? spanOf(values) : null;
}

// The worst value of the updates that has to be in sight: a point stands for what lies between it
// and the one before it, however many updates that are.
function boundOfUpdates({ x, y }, extent, higher) {
  const points = y.map((value, i) => [value, x[i] - (x[i - 1] ?? 0)]);
  const settled = points.filter((_, i) => x[i] > SETTLED * extent);
  settled.sort(([one], [other]) => (higher ? one - other : other - one));
  let left = CUT_SHARE * (1 - SETTLED) * extent;
  for (const [value, length] of settled) {
    left -= length;
    if (left < -1e-9) return value;
  }
  return null;
}

// A range that holds the baselines too, nearest first, as far as they do not squeeze the curves.
export function withBaselines([low, high], baselines, higher) {
  const distance = (value) => Math.max(low - value, value - high);
  const near = [...baselines].sort((one, other) => distance(one) - distance(other));
  const longest = STRETCH[higher ? "accuracy" : "loss"] * (high - low);
  return near.reduce((held, value) => {
    const longer = spanOf([...held, value]);
    return lengthOf(longer) <= longest ? longer : held;
  }, [low, high]);
}

// What an axis shows so that a range is in sight: as before if it is, else wider by a good step.
export function widened(shown, [low, high], [least, most]) {
  if (!shown) return rounded([low, high], [least, most]);
  if (low >= shown[0] && high <= shown[1]) return shown;
  const [bottom, top] = spanOf([...shown, low, high]);
  const more = GROWTH * (top - bottom);
  const ends = [bottom < shown[0] ? bottom - more : bottom, top > shown[1] ? top + more : top];
  return rounded(ends, [least, most]);
}

// The next round numbers outwards, within the limits of what the figure can be.
function rounded([low, high], [least, most]) {
  const length = high - low || Math.abs(high) || 1;
  const rough = length / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999);
  const tidy = (value) => Number(value.toPrecision(12));
  const bottom = tidy(Math.floor(low / step + 1e-9) * step);
  const top = tidy(Math.ceil(high / step - 1e-9) * step);
  return [Math.max(bottom, least), Math.min(top > bottom ? top : bottom + step, most)];
}

// What lies beyond the bad end of an axis: where, and how far; null for nothing.
export function cutAway({ updates, training, validation }, [low, high], higher) {
  const beyond = (value) => (higher ? value < low : value > high);
  const out = [updates, training, validation].flatMap(({ x, y }) =>
    y.map((value, i) => ({ at: x[i], value })).filter(({ value }) => beyond(value)),
  );
  if (!out.length) return null;
  return { places: out.map(({ at }) => at), value: best(out.map(({ value }) => value), !higher) };
}

const lengthOf = ([low, high]) => high - low;
const best = (values, higher) => spanOf(values)[higher ? 1 : 0];

export function spanOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
