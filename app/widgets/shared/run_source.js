// The one connection to the events of several runs, and how it is known to be alive.
//
// A RunSource opens an event stream for runs {url, heard, tell}, each after the event `heard`, keeps
// `heard` up to date, and tells each run what comes of it:
//   {open: true | false}      the connection stands, or it was lost and is being made anew
//   {data, number}            an event's JSON, and the number of the last event that had one
// A connection can fall silent without being closed, and nobody tells the browser. The server speaks
// at least every ten seconds: where it does not, the source connects anew, after the last events that
// were heard, so that nothing is missing and nothing comes twice.

const SILENT_MS = 25000;
const OPENING_MS = 8000; // a request may have been sent through a connection that died before
const RETRY_MS = 2000;
const ADDRESS = /^(.*\/runs\/)([^/]+)\/events$/;

export class RunSource {
  constructor(runs) {
    this.runs = runs;
    this.open();
  }

  open() {
    this.close();
    const source = new EventSource(`${addressOf(this.runs)}?after=${this.runs.map(({ heard }) => heard).join(",")}`);
    this.source = source;
    this.awaitSign(OPENING_MS);
    source.onopen = () => {
      this.awaitSign(SILENT_MS);
      this.tell({ open: true });
    };
    source.onmessage = (message) => this.hear(message, 0);
    if (this.runs.length > 1) this.hearByName(source);
    source.onerror = () => this.lose();
  }

  // Of several runs, a message has the name of its run; what has no name is a mere sign of life.
  hearByName(source) {
    source.onmessage = () => this.awaitSign(SILENT_MS);
    this.runs.forEach(({ url }, place) => source.addEventListener(nameOf(url), (message) => this.hear(message, place)));
  }

  // A message without an id comes with the id of the last one that had one: a number for every run.
  hear({ data, lastEventId }, place) {
    const run = this.runs[place];
    const number = Number(lastEventId.split(",")[place] ?? 0);
    this.awaitSign(SILENT_MS);
    run.heard = Math.max(run.heard, number);
    run.tell({ data, number });
  }

  tell(told) {
    for (const run of this.runs) run.tell(told);
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

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}

// Runs of one owner, whom the beginning of an address may name, can share a connection.
export function ownerIn(url) {
  return ADDRESS.exec(url)?.[1] ?? url;
}

function nameOf(url) {
  return ADDRESS.exec(url)[2];
}

function addressOf(runs) {
  const [{ url }] = runs;
  return runs.length === 1 ? url : `${ownerIn(url)}${runs.map((run) => nameOf(run.url)).join(",")}/events`;
}
