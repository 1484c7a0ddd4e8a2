// The events of a run, heard once and given to every component of the page that follows the run.
//
// leave = followRun(run, listener) calls listener(event, number) for every event as it is released;
// `number` is the event's place in the run's history, null for what is true for a moment only. A new
// listener first gets, before the call returns, all that was released so far: the numbered events in
// order, then the last of each other kind. Following again with the same listener tells the stream
// what Python knows now and repeats nothing. Besides the server's own there are two kinds:
//   {kind: "connection", open}
//   {kind: "replay", seconds, took}: events wait so that the run fills `seconds`; it comes again
//     with `took`, null before, once it is heard in how many seconds the run has really ended.
//
// A run that is live fills no less than four seconds: an event after update p waits until its share
// of them has passed. A slower run never waits. What had happened when the page was drawn comes at
// once.

const followRun = (() => {
  const STREAMS = "__fnnLabStreams"; // on window: every component has its own copy of this script
  const REPLAY_MS = 4000;
  const PIECE_MS = 50; // points of a batch that span more than this are released in pieces
  const HELD_MS = 400; // waiting less than this is no replay
  const LINGER_MS = 1000;
  const RETRY_MS = 2000;
  const PASSING = new Set(["snapshot", "weight", "step"]);
  const BEFORE_START = new Set(["queued", "preparing"]);
  const CLOCK_STARTS = new Set(["started", "resumed", "tuned"]);

  class RunStream {
    constructor(run) {
      Object.assign(this, { url: run.url, live: run.live, known: run.events ?? 0 });
      Object.assign(this, { listeners: new Set(), released: [], latest: new Map() });
      Object.assign(this, { heard: 0, numbered: [], passing: [], plan: null, clock: null });
      this.ended = false;
      this.woken = () => document.visibilityState === "visible" && this.wake();
      document.addEventListener("visibilitychange", this.woken);
      this.connect();
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
      this.connect();
    }

    // The connection --------------------------------------------------------------------------

    connect() {
      const source = new EventSource(`${this.url}?after=${this.heard}`);
      this.source = source;
      source.onopen = () => this.connected(true);
      source.onmessage = (message) => this.hear(message);
      source.onerror = () => {
        this.connected(false);
        // After an HTTP error the browser gives up for good: ask again, older events are ignored.
        if (source.readyState === EventSource.CLOSED) this.retry = setTimeout(() => this.wake(), RETRY_MS);
      };
    }

    connected(open) {
      this.pass({ kind: "connection", open });
    }

    wake() {
      if (this.ended || this.source?.readyState !== EventSource.CLOSED) return;
      this.disconnect();
      this.connect();
    }

    disconnect() {
      clearTimeout(this.retry);
      this.source?.close();
      this.source = null;
    }

    close() {
      this.disconnect();
      clearTimeout(this.timer);
      document.removeEventListener("visibilitychange", this.woken);
    }

    // Hearing ---------------------------------------------------------------------------------

    // A message without an id comes with the id of the last one that had one.
    hear(message) {
      const event = JSON.parse(message.data);
      const number = Number(message.lastEventId);
      if (number > this.heard) this.hearNumbered(event, number);
      else if (BEFORE_START.has(event.kind)) this.pass(event);
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
        if (event.kind === "started") BEFORE_START.forEach((kind) => this.latest.delete(kind));
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

  return function followRun(run, listener) {
    if (!run) return () => {};
    const streams = (window[STREAMS] ??= new Map());
    if (!streams.has(run.run)) streams.set(run.run, new RunStream(run));
    const stream = streams.get(run.run);
    stream.add(listener);
    stream.learn(run);
    return () => stream.remove(listener, () => streams.delete(run.run));
  };
})();
