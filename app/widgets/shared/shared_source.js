// A run's events by way of the browser's one worker (run_worker.js), or by an own connection where
// the browser has no shared workers, or where the worker does not answer.
//
// source = openSource(run, after, tell) tells what a RunSource tells; source.close() ends it.

import { RunSource } from "./run_source.js";

const RENEW_MS = 10000;

class SharedSource {
  constructor(worker, url, after, tell) {
    Object.assign(this, { url, heard: after, tell, open: null });
    this.worker = new SharedWorker(worker, { type: "module" });
    this.worker.onerror = () => this.goAlone();
    this.port = this.worker.port;
    this.port.onmessage = ({ data }) => this.take(data);
    this.renewing = setInterval(() => this.follow(), RENEW_MS);
    this.awaitAnswer();
    this.follow();
  }

  follow() {
    this.port.postMessage({ follow: this.url, after: this.heard });
  }

  // The worker answers every time it is told that this tab is still there.
  awaitAnswer() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.goAlone(), 1.5 * RENEW_MS);
  }

  take({ data, number, open }) {
    this.awaitAnswer();
    if (data !== undefined) {
      this.heard = Math.max(this.heard, number);
      this.tell({ data, number });
    } else if (open !== this.open) {
      this.open = open;
      this.tell({ open });
    }
  }

  goAlone() {
    this.close();
    this.own = new RunSource(this.url, this.heard, this.tell);
  }

  close() {
    clearTimeout(this.timer);
    clearInterval(this.renewing);
    this.worker.onerror = null;
    this.port.postMessage({ leave: this.url });
    this.port.close();
    this.own?.close();
  }
}

export function openSource(run, after, tell) {
  if (!run.worker || !window.SharedWorker) return new RunSource(run.url, after, tell);
  const absolute = (address) => new URL(address, document.baseURI).href;
  try {
    return new SharedSource(absolute(run.worker), absolute(run.url), after, tell);
  } catch (error) {
    console.warn(error); // a frame on another site's page may have no workers
    return new RunSource(run.url, after, tell);
  }
}
