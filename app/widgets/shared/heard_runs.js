// The runs that are heard, for all who show them: the tabs of a browser, or the parts of one page.
//
// A browser opens six connections to a server and no more, and an event stream keeps one for good. So
// there is one stream for all runs of an owner, however many tabs show them. The server tells of
// MOST_RUNS in one stream: of more, some are heard by turns, and so are more owners than MOST_OPEN. A
// run that is not heard now goes on after the last event that was.
//
// take(port, {follow, after}) makes port.postMessage get what a RunSource tells of the run with the
// address `follow`; it is said again from time to time, and {leave} at the end.

import { RunSource, ownerIn } from "./run_source.js";

const MOST_RUNS = 8;
const MOST_OPEN = 3;
const TURN_MS = 1500;
const TOGETHER_MS = 20; // a page asks for its runs one after another
const FORGOTTEN_MS = 30000; // a tab that is closed or crashes says nothing

const runs = new Map(); // by address, in the order in which they wait for their turn
const sources = new Map(); // by owner
let turning = null;
let soon = null;

class HeardRun {
  constructor(url) {
    Object.assign(this, { url, owner: ownerIn(url), ports: new Map(), heard: Infinity, open: null });
  }

  add(port, after) {
    const isNew = !this.ports.has(port);
    this.ports.set(port, performance.now());
    if (isNew) this.catchUp(after);
    port.postMessage({ open: this.open });
  }

  // What the others have heard already is told to them again, and they pass it over.
  catchUp(after) {
    const isBehind = after < this.heard;
    this.heard = Math.min(this.heard, after);
    if (!isBehind || !sources.get(this.owner)?.runs.includes(this)) return;
    close(this.owner);
    hearSoon();
  }

  tell(told) {
    this.open = told.open ?? this.open;
    for (const port of this.ports.keys()) port.postMessage(told);
  }

  remove(port) {
    this.ports.delete(port);
    if (!this.ports.size) runs.delete(this.url);
  }

  forget(now) {
    for (const [port, seen] of this.ports) if (now - seen > FORGOTTEN_MS) this.remove(port);
  }
}

// Those whose turn it is, by owner.
function heardNow() {
  const now = new Map();
  for (const run of runs.values()) {
    if (!now.has(run.owner) && now.size < MOST_OPEN) now.set(run.owner, []);
    const together = now.get(run.owner);
    if (together?.length < MOST_RUNS) together.push(run);
  }
  return now;
}

// What is left is heard on until the next turn: when runs end one after another, the others' events
// are on their way already.
function hear(isTurn) {
  clearTimeout(soon);
  soon = null;
  const now = heardNow();
  for (const owner of [...sources.keys()]) if (!suffices(owner, now.get(owner) ?? [], isTurn)) close(owner);
  for (const [owner, together] of now) if (!sources.has(owner)) sources.set(owner, new RunSource(together));
}

function suffices(owner, wanted, exactly) {
  const { runs: heard } = sources.get(owner);
  return wanted.length > 0 && wanted.every((run) => heard.includes(run)) && !(exactly && wanted.length < heard.length);
}

function close(owner) {
  sources.get(owner).close();
  sources.delete(owner);
}

function hearSoon() {
  soon ??= setTimeout(() => hear(false), TOGETHER_MS);
}

function takeTurns() {
  for (const run of [...runs.values()]) run.forget(performance.now());
  const heard = [...heardNow().values()].flat();
  for (const run of heard.slice(0, runs.size - heard.length)) {
    runs.delete(run.url); // to the end of the line
    runs.set(run.url, run);
  }
  hear(true);
}

export function take(port, { follow, leave, after }) {
  turning ??= setInterval(takeTurns, TURN_MS);
  if (leave) runs.get(leave)?.remove(port);
  else {
    if (!runs.has(follow)) runs.set(follow, new HeardRun(follow));
    runs.get(follow).add(port, after);
  }
  if (sources.size && runs.size) hearSoon();
  else if (soon === null) hear(false);
}
