// The connection to a run's events, and how it is known to be alive.
//
// A RunSource opens an event stream after the event `after` and tells what comes of it:
//   {open: true | false}      the connection stands, or it was lost and is being made anew
//   {data, number}            an event's JSON, and the number of the last event that had one
// A connection can fall silent without being closed, and nobody tells the browser. The server speaks
// at least every ten seconds: where it does not, the source connects anew, after the last event that
// was heard, so that nothing is missing and nothing comes twice.

const SILENT_MS = 25000;
const OPENING_MS = 8000; // a request may have been sent through a connection that died before
const RETRY_MS = 2000;

export class RunSource {
  constructor(url, after, tell) {
    Object.assign(this, { url, heard: after, tell });
    this.open();
  }

  open() {
    this.close();
    const source = new EventSource(`${this.url}?after=${this.heard}`);
    this.source = source;
    this.awaitSign(OPENING_MS);
    source.onopen = () => {
      this.awaitSign(SILENT_MS);
      this.tell({ open: true });
    };
    source.onmessage = (message) => this.hear(message);
    source.onerror = () => this.lose();
  }

  // A message without an id comes with the id of the last one that had one.
  hear({ data, lastEventId }) {
    const number = Number(lastEventId);
    this.awaitSign(SILENT_MS);
    this.heard = Math.max(this.heard, number);
    this.tell({ data, number });
  }

  awaitSign(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose(), ms);
  }

  lose() {
    this.close();
    this.timer = setTimeout(() => this.open(), RETRY_MS);
    this.tell({ open: false });
  }

  // Go back to an earlier event, for somebody who has not heard what followed it.
  goBack(after) {
    if (after >= this.heard) return;
    this.heard = after;
    if (this.source) this.open();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
