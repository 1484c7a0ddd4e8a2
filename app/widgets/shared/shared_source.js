// A run's events by way of the browser's one worker (run_worker.js), or by what the page hears itself
// where the browser has no shared workers, or where the worker does not answer.
//
// source = openSource(run, after, tell) tells what a RunSource tells; source.close() ends it.

import { take } from "./heard_runs.js";

const RENEW_MS = 10000;

class SharedSource {
  constructor(url, after, tell) {
    Object.assign(this, { url, heard: after, tell, open: null });
    this.renewing = setInterval(() => this.follow(), RENEW_MS);
  }

  askWorker(address) {
    this.worker = new SharedWorker(address, { type: "module" });
    this.worker.onerror = () => this.goAlone();
    this.worker.port.onmessage = ({ data }) => {
      this.awaitAnswer();
      this.take(data);
    };
    this.ask = (message) => this.worker.port.postMessage(message);
    this.awaitAnswer();
    this.follow();
  }

  follow() {
    this.ask({ follow: this.url, after: this.heard });
  }

  // The worker answers every time it is told that this tab is still there.
  awaitAnswer() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.goAlone(), 1.5 * RENEW_MS);
  }

  take({ data, number, open }) {
    if (data !== undefined) {
      this.heard = Math.max(this.heard, number);
      this.tell({ data, number });
    } else if (open !== this.open) {
      this.open = open;
      this.tell({ open });
    }
  }

  goAlone() {
    this.leaveWorker();
    const port = { postMessage: (told) => this.take(told) };
    this.ask = (message) => take(port, message);
    this.follow();
  }

  leaveWorker() {
    clearTimeout(this.timer);
    if (!this.worker) return;
    this.worker.onerror = null;
    this.worker.port.postMessage({ leave: this.url });
    this.worker.port.close();
    this.worker = null;
  }

  close() {
    clearInterval(this.renewing);
    if (this.worker) this.leaveWorker();
    else this.ask({ leave: this.url });
  }
}

export function openSource(run, after, tell) {
  const absolute = (address) => new URL(address, document.baseURI).href;
  const source = new SharedSource(absolute(run.url), after, tell);
  try {
    if (run.worker && window.SharedWorker) source.askWorker(absolute(run.worker));
    else source.goAlone();
  } catch (error) {
    console.warn(error); // a frame on another site's page may have no workers
    source.goAlone();
  }
  return source;
}
