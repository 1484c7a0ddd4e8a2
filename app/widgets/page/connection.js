// Watches Streamlit's own connection, by which clicks go out and pages come in, and says what is
// wrong with it in the page's language. Streamlit itself would say it in English, or not at all.
//
// The page may speak to Streamlit as a "host" (app/server/host_config.py). Asked whether the connection is
// alive, Streamlit waits for the server's answer and, where none comes, connects anew. What was sent
// before the question has arrived when the answer comes: it is one ordered connection. What was sent
// by hand and is not known to have arrived when the connection is given up is said to be doubtful.
// After every new connection the page's script runs once: the session may be another, and the page
// must show what is so. What is longer than the server takes is not sent at all: the connection would
// be closed for it, and the page would send it again over the next one.

const WATCH = "__fnnLabConnection"; // on window: one watch, whichever page has mounted it
const ASK_MS = 15000; // a silent connection is given up after 27 seconds at the latest
const ANSWER_MS = 12000;
const SLOW_MS = 4000; // without an answer to a click, the page says that it waits
const HAND_MS = 1500; // what is sent so soon after a touch was sent by hand
const SAID_MS = 8000;
const READ = new Set(["unsent", "anew", "long"]); // they stay until somebody goes on
const SHORT = 8; // bytes: a question or its answer, and nothing else that matters

export default function ({ data, parentElement }) {
  const watch = (window[WATCH] ??= new Watch());
  watch.showIn(parentElement.querySelector(".fl-connection"), data);
  return () => {}; // the watch goes on
}

class Watch {
  constructor() {
    Object.assign(this, { place: null, labels: {}, state: stateOfPage(), socket: null });
    Object.assign(this, { touched: -Infinity, sent: 0, doubtful: false, asked: null, until: 0 });
    this.listenToSockets();
    window.addEventListener("message", (event) => this.take(event));
    for (const name of ["pointerdown", "keydown", "input", "change"]) {
      window.addEventListener(name, () => (this.touched = performance.now()), { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.ask());
    setInterval(() => this.ask(), ASK_MS);
    this.ask();
  }

  // What Streamlit sends and hears ----------------------------------------------------------

  listenToSockets() {
    const watch = this;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (this.protocol !== "streamlit") return send.call(this, data);
      if (data.byteLength > watch.most) return watch.say("long");
      watch.takeSent(this, data);
      return send.call(this, data);
    };
  }

  takeSent(socket, data) {
    if (socket !== this.socket) this.meet(socket);
    if (data.byteLength <= SHORT) {
      Object.assign(this, { asked: this.sent, until: performance.now() + ANSWER_MS });
      return;
    }
    this.sent += 1;
    if (performance.now() - this.touched > HAND_MS) return;
    this.doubtful = true;
    if (READ.has(this.state)) this.say("fine");
    setTimeout(() => this.ask()); // the question goes out after what it is about
    clearTimeout(this.slow);
    this.slow = setTimeout(() => this.asked !== null && this.say("waiting"), SLOW_MS);
  }

  meet(socket) {
    this.socket = socket;
    this.asked = null;
    socket.addEventListener("message", ({ data }) => data.byteLength <= SHORT && this.takeAnswer(socket));
  }

  takeAnswer(socket) {
    if (socket !== this.socket || this.asked === null) return;
    const answered = this.asked;
    this.asked = null;
    if (answered < this.sent) this.ask(); // something was sent since
    else this.arrive();
  }

  arrive() {
    this.doubtful = false;
    clearTimeout(this.slow);
    if (this.state === "waiting") this.say("fine");
  }

  // One question at a time: a second one would give the connection time anew.
  ask() {
    const waits = this.asked !== null && performance.now() < this.until;
    if (waits || this.state === "lost" || document.visibilityState !== "visible") return;
    this.tell({ type: "SEND_APP_HEARTBEAT", ackTimeoutMilliseconds: ANSWER_MS });
  }

  // What Streamlit tells its host ------------------------------------------------------------

  tell(message) {
    window.postMessage({ stCommVersion: 1, ...message }, window.location.origin);
  }

  take({ source, data }) {
    if (source !== window || data?.stCommVersion !== 1) return;
    if (data.type === "WEBSOCKET_DISCONNECTED") this.lose(data.attemptingToReconnect);
    if (data.type === "WEBSOCKET_CONNECTED") this.find();
    if (data.type === "CLIENT_ERROR_DIALOG" && this.state === "lost") this.tell({ type: "CLOSE_MODAL" });
  }

  lose(hopeful) {
    clearTimeout(this.slow);
    this.asked = null;
    this.say(hopeful ? "lost" : "over");
  }

  find() {
    if (this.state !== "lost") return;
    this.say(this.doubtful ? "unsent" : "back");
    this.doubtful = false;
    this.tell({ type: "RERUN_SCRIPT" });
  }

  // Words -----------------------------------------------------------------------------------

  showIn(place, { labels, lost, most }) {
    if (lost && lost !== this.lost) this.state = "anew";
    Object.assign(this, { place, labels, lost, most });
    place.querySelector("button").textContent = labels.reload;
    place.querySelector("button").onclick = () => window.location.reload();
    this.say(this.state);
  }

  say(state) {
    this.state = state;
    clearTimeout(this.hushing);
    if (state === "back") this.hushing = setTimeout(() => this.say("fine"), SAID_MS);
    this.write();
  }

  write() {
    this.place.dataset.state = this.state;
    this.place.querySelector("p").textContent = this.labels[this.state] ?? "";
    this.place.querySelector("button").hidden = this.state !== "over";
  }
}

// The connection may be gone by the time that the page has loaded this script.
function stateOfPage() {
  const { testConnectionState } = document.querySelector('[data-testid="stApp"]').dataset;
  return testConnectionState === "CONNECTED" ? "fine" : "lost";
}
