// The events of a run, heard once and given to every component of the page that follows the run.
//
// leave = followRun(run, listener) calls listener(event, number) for every event as it is released;
// `number` is the event's place in the run's history, null for what is true for a moment only. A new
// listener first gets, before the call returns, all that was released so far: the numbered events in
// order, then the last of each other kind. Following again with the same listener tells the stream
// what Python knows now and repeats nothing. Besides the server's own there are two kinds:
//   {kind: "connection", open}: whether the run is heard now, said when it changes
//   {kind: "replay", seconds, took}: events wait so that the run fills `seconds`; it comes again
//     with `took`, null before, once it is heard in how many seconds the run has really ended.
//
// A run that is live fills no less than four seconds: an event after update p waits until its share
// of them has passed. A slower run never waits. What had happened when the page was drawn comes at
// once.

import { openSource } from "./shared_source.js";

export const streams = new Map(); // by run
const REPLAY_MS = 4000;
const PIECE_MS = 50; // points of a batch that span more than this are released in pieces
const HELD_MS = 400; // waiting less than this is no replay
const LINGER_MS = 1000;
const LET_GO_MS = 5000; // a tab that is hidden for longer hears nothing until it is seen again
const PASSING = new Set(["snapshot", "weight", "step"]);
const AT_ONCE = new Set(["queued", "blocked", "preparing", "unsaved"]); // until a run starts anew
const CLOCK_STARTS = new Set(["started", "resumed", "tuned"]);

class RunStream {
  constructor(run) {
    Object.assign(this, { run, live: run.live, known: run.events ?? 0, source: null });
    Object.assign(this, { listeners: new Set(), released: [], latest: new Map() });
    Object.assign(this, { heard: 0, numbered: [], passing: [], plan: null, clock: null });
    this.ended = false;
    this.look = () => this.beSeen(document.visibilityState === "visible");
    this.go = () => this.disconnect();
    document.addEventListener("visibilitychange", this.look);
    window.addEventListener("pagehide", this.go);
    this.look();
  }

  // Listeners -------------------------------------------------------------------------------

  add(listener) {
    clearTimeout(this.closing);
    if (this.listeners.has(listener)) return;
    this.listeners.add(listener);
    for (const { event, number } of this.released) give(listener, event, number);
    for (const event of this.latest.values()) give(listener, event, null);
  }

  remove(listener, closed) {
    if (!this.listeners.delete(listener) || this.listeners.size) return;
    this.closing = setTimeout(() => {
      this.close();
      closed();
    }, LINGER_MS);
  }

  tell(event, number) {
    for (const listener of [...this.listeners]) give(listener, event, number);
  }

  // Python may know of more than this stream has heard: a run that had ended was continued.
  learn(run) {
    if (!this.ended || !(run.events > this.heard)) return;
    Object.assign(this, { live: run.live, known: run.events, ended: false });
    this.disconnect();
    this.look();
  }

  // The connection --------------------------------------------------------------------------

  connect() {
    if (this.ended) return;
    this.source ??= openSource(this.run, this.heard, ({ data, number, open }) => {
      if (data !== undefined) this.hear(JSON.parse(data), number);
      else this.pass({ kind: "connection", open });
    });
  }

  // Six streams are all that a browser opens: who is not seen leaves them to the others.
  beSeen(seen) {
    clearTimeout(this.leaving);
    if (seen) this.connect();
    else this.leaving = setTimeout(this.go, LET_GO_MS);
  }

  disconnect() {
    this.source?.close();
    this.source = null;
  }

  close() {
    this.disconnect();
    [this.timer, this.leaving].forEach(clearTimeout);
    document.removeEventListener("visibilitychange", this.look);
    window.removeEventListener("pagehide", this.go);
  }

  // Hearing ---------------------------------------------------------------------------------

  // What has no number of its own comes with that of the last event that had one.
  hear(event, number) {
    if (number > this.heard) this.hearNumbered(event, number);
    else if (AT_ONCE.has(event.kind)) this.pass(event);
    else if (PASSING.has(event.kind)) this.passing.push({ event, number: null, at: this.position(event) });
    this.release();
  }

  hearNumbered(event, number) {
    this.heard = number;
    if (event.kind === "started") this.plan = event;
    const paced = this.live && number > this.known;
    for (const part of paced ? this.pieces(event) : [event]) {
      const item = { event: part, number, at: this.position(part), paced };
      this.numbered.splice(this.placeOf(item), 0, item);
    }
    if (event.kind !== "end" || number < this.known) return; // it was continued or rewound since
    this.ended = true;
    this.disconnect();
  }

  // Points reach the page ten times a second, which is twenty epochs of a fast run.
  pieces(event) {
    const at = this.position(event);
    if (event.kind !== "batches" || this.due({ at, paced: true }) <= performance.now()) return [event];
    const span = (this.updates() * PIECE_MS) / REPLAY_MS;
    const groups = [];
    for (const point of event.points) {
      if (!groups.length || point[0] > groups.at(-1)[0][0] + span) groups.push([]);
      groups.at(-1).push(point);
    }
    return groups.map((points) => ({ ...event, points }));
  }

  // Points are told after epochs that they lie before; waiting, they are put in their place.
  placeOf({ event, at }) {
    let place = this.numbered.length;
    if (event.kind !== "batches") return place;
    const isLater = (other) => ["epoch", "batches"].includes(other.event.kind) && other.at >= at;
    while (place > 0 && isLater(this.numbered[place - 1])) place -= 1;
    return place;
  }

  // The update that an event comes after; null for what follows whatever came before it.
  position(event) {
    if (event.kind === "batches") return event.points.at(-1)?.[0] ?? null;
    if (event.kind === "epoch") return event.epoch * (this.plan?.updates_per_epoch ?? 0);
    if (event.kind === "weight") return event.rows.at(-1)?.update ?? null;
    return event.kind === "end" ? null : (event.update ?? null);
  }

  updates() {
    return this.plan.epochs * this.plan.updates_per_epoch;
  }

  // Releasing -------------------------------------------------------------------------------

  release() {
    clearTimeout(this.timer);
    for (let queue = this.nextQueue(); queue; queue = this.nextQueue()) {
      const wait = this.due(queue[0]) - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.release(), Math.ceil(wait));
        this.sayReplay();
        return;
      }
      this.let(queue.shift());
    }
  }

  // What passes belongs before the numbered event of the same update, and after the start.
  nextQueue() {
    const [passing] = this.passing;
    const [numbered] = this.numbered;
    if (passing && this.clock && !(numbered && this.due(numbered) < this.due(passing))) return this.passing;
    return numbered && this.numbered;
  }

  due({ at, paced = this.live }) {
    if (!paced || at === null || !this.clock) return -Infinity;
    return this.clock.time + (REPLAY_MS * (at - this.clock.update)) / this.updates();
  }

  let({ event, number, at, paced }) {
    if (number === null) this.pass(event);
    else {
      this.released.push({ event, number });
      if (event.kind === "started") AT_ONCE.forEach((kind) => this.latest.delete(kind));
      this.setClock(event, at, paced);
      this.tell(event, number);
    }
  }

  // What is no replay moves the clock along; so does what changes the tempo from there on.
  setClock({ kind }, at, paced) {
    if (at === null || !(CLOCK_STARTS.has(kind) || (!paced && this.clock))) return;
    this.clock = { time: performance.now(), update: at };
    this.latest.delete("replay");
  }

  pass(event) {
    this.latest.set(event.kind, event);
    this.tell(event, null);
  }

  sayReplay() {
    const last = this.numbered.findLast(({ at }) => at !== null);
    if (!last || this.due(last) - performance.now() < HELD_MS) return;
    const end = this.numbered.at(-1).event;
    const took = end.kind === "end" ? end.seconds : null;
    if (this.latest.get("replay")?.took === took) return;
    this.pass({ kind: "replay", seconds: REPLAY_MS / 1000, took });
  }
}

// One listener's fault is not the others'.
function give(listener, event, number) {
  try {
    listener(event, number);
  } catch (error) {
    console.error(error);
  }
}

export function followRun(run, listener) {
  if (!run) return () => {};
  if (!streams.has(run.run)) streams.set(run.run, new RunStream(run));
  const stream = streams.get(run.run);
  stream.add(listener);
  stream.learn(run);
  return () => stream.remove(listener, () => streams.delete(run.run));
}
