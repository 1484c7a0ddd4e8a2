
// Gets this browser its owner, then starts Streamlit. Tabs that are opened at the same time agree on
// a nonce in the browser's database, whose transactions are one after the other; the server gives
// one owner for it. A browser that keeps nothing starts without an owner, and the page says so.
const WAIT_MS = 3000;

const own = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

const agreed = new Promise((resolve) => {
  setTimeout(() => resolve(own), WAIT_MS);
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
  const signal = AbortSignal.timeout(WAIT_MS);
  await fetch("visitor", { method: "POST", headers: { "X-FNN-Nonce": await agreed }, signal });
} catch (error) {
  console.warn(error);
}
await import("START");
