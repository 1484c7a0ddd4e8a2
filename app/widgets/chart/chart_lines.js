// Where the points of a run lie on an axis of epochs, updates or seconds, and what several seeds of
// one setting come to together: plain values in, plain values out.
//
// epochs: a run's epochs in order, as the server tells them. `per` is its updates per epoch.

// A function from an update to its place. Within an epoch seconds pass evenly; the epoch under way
// lasts as long as the one before it.
export function placesBy(unit, epochs, per) {
  if (unit === "update") return (update) => update;
  if (unit === "epoch") return (update) => update / per;
  const ends = [0];
  for (const { seconds } of epochs) ends.push(ends.at(-1) + seconds);
  const last = epochs.at(-1)?.seconds ?? 0;
  return (update) => {
    const epoch = Math.floor(update / per + 1e-9);
    const length = epoch < epochs.length ? epochs[epoch].seconds : last;
    const begun = ends[epoch] ?? ends.at(-1) + (epoch - epochs.length) * last;
    return begun + (update / per - epoch) * length;
  };
}

// curves: [{x, y}] of one setting, a seed each, with a point for every epoch. As far as at least two
// of them reach: {x, mean, low, high}, at the mean of their places.
export function bandOf(curves) {
  const band = { x: [], mean: [], low: [], high: [] };
  const longest = Math.max(0, ...curves.map(({ y }) => y.length));
  for (let i = 0; i < longest; i += 1) {
    const there = curves.filter(({ y }) => Number.isFinite(y[i]));
    if (there.length < Math.min(2, curves.length)) continue;
    const values = there.map(({ y }) => y[i]);
    band.x.push(meanOf(there.map(({ x }) => x[i])));
    band.mean.push(meanOf(values));
    band.low.push(Math.min(...values));
    band.high.push(Math.max(...values));
  }
  return band;
}

// The outline of what lies between the lowest and the highest values.
export function outlineOf({ x, low, high }) {
  if (x.length < 2) return { x: [], y: [] };
  return { x: [...x, ...x.toReversed()], y: [...high, ...low.toReversed()] };
}

const meanOf = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
