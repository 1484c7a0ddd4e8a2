
// Gets this browser its owner, then starts Streamlit. Tabs that are opened at the same time agree on
// a nonce in the browser's database, whose transactions are one after the other; the server gives
// one owner for it. A browser that keeps nothing starts without an owner, and the page says so.
const DATABASE_MS = 2000;
const SERVER_MS = 20000; // a class arrives at once

const own = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

const agreed = new Promise((resolve) => {
  setTimeout(() => resolve(own), DATABASE_MS);
  try {
    const opening = indexedDB.open("fnn_lab", 1);
    opening.onerror = () => resolve(own);
    opening.onupgradeneeded = () => opening.result.createObjectStore("visitor");
    opening.onsuccess = () => {
      const change = opening.result.transaction("visitor", "readwrite");
      const visitor = change.objectStore("visitor");
      const found = visitor.get("nonce");
      found.onsuccess = () => found.result || visitor.put(own, "nonce");
      change.oncomplete = () => resolve(found.result || own);
      change.onabort = () => resolve(own);
    };
  } catch {
    resolve(own);
  }
});

try {
  const headers = { "X-FNN-Nonce": await agreed };
  await fetch("visitor", { method: "POST", headers, signal: AbortSignal.timeout(SERVER_MS) });
} catch (error) {
  console.warn(error);
}
await import("START");
