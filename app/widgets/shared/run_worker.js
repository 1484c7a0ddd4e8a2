// Hears runs for all tabs of a browser at once: a SharedWorker, see shared_source.js.

import { take } from "./heard_runs.js";

// Where a worker has no event streams it does not answer, and the tabs hear their runs themselves.
self.onconnect = ({ ports: [port] }) => {
  if (self.EventSource) port.onmessage = ({ data }) => take(port, data);
};
