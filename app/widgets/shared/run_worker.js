// Hears runs for all tabs of a browser at once: a SharedWorker, see shared_source.js.
//
// A browser opens six connections to a server and no more, and an event stream keeps one for good. So
// there is one stream a run, however many tabs show it; and of more than MOST_OPEN runs, some are
// heard by turns: a run that is not heard now goes on after the last event that was.

import { RunSource } from "./run_source.js";

const MOST_OPEN = 3;
const TURN_MS = 1500;
const FORGOTTEN_MS = 30000; // a tab that is closed or crashes says nothing

const runs = new Map(); // by address, in the order in which they wait for their turn

class HeardRun {
  constructor(url) {
    Object.assign(this, { url, tabs: new Map(), heard: Infinity, source: null, open: null });
  }

  add(port, after) {
    const isNew = !this.tabs.has(port);
    this.tabs.set(port, performance.now());
    if (isNew) this.catchUp(after);
    port.postMessage({ open: this.open });
  }

  // What the others have heard already is told to them again, and they pass it over.
  catchUp(after) {
    this.heard = Math.min(this.heard, after);
    this.source?.goBack(after);
  }

  start() {
    this.source = new RunSource(this.url, this.heard, (told) => this.tell(told));
  }

  stop() {
    this.heard = this.source?.heard ?? this.heard;
    this.source?.close();
    this.source = null;
  }

  tell(told) {
    this.open = told.open ?? this.open;
    for (const port of this.tabs.keys()) port.postMessage(told);
  }

  remove(port) {
    this.tabs.delete(port);
    if (this.tabs.size) return;
    this.stop();
    runs.delete(this.url);
  }

  forget(now) {
    for (const [port, seen] of this.tabs) if (now - seen > FORGOTTEN_MS) this.remove(port);
  }
}

function fill() {
  const all = [...runs.values()];
  const open = all.filter(({ source }) => source).length;
  const waiting = all.filter(({ source }) => !source);
  for (const run of waiting.slice(0, MOST_OPEN - open)) run.start();
}

function takeTurns() {
  for (const run of [...runs.values()]) run.forget(performance.now());
  const all = [...runs.values()];
  const waiting = all.filter(({ source }) => !source).length;
  for (const run of all.filter(({ source }) => source).slice(0, waiting)) {
    run.stop();
    runs.delete(run.url); // to the end of the line
    runs.set(run.url, run);
  }
  fill();
}

function take(port, { follow, leave, after }) {
  if (leave) runs.get(leave)?.remove(port);
  else {
    if (!runs.has(follow)) runs.set(follow, new HeardRun(follow));
    runs.get(follow).add(port, after);
  }
  fill();
}

// Where a worker has no event streams it does not answer, and the tabs hear their runs themselves.
self.onconnect = ({ ports: [port] }) => {
  if (self.EventSource) port.onmessage = ({ data }) => take(port, data);
};
setInterval(takeTurns, TURN_MS);
