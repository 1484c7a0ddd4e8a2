// How a component of the page begins and ends.
//
// Streamlit calls a component's default export on every change of its data and keeps the clean-up of
// the last call. It may call the clean-up of a call that a later one has overtaken: only the last
// counts.

// One view a place: made at its first call, shown what every call brings, closed when its place goes.
// `sends` makes of Streamlit's setters what the view sends by.
export function mounted(View, sends = () => undefined) {
  const held = new WeakMap();
  return (component) => {
    const { data, parentElement: place } = component;
    if (!held.has(place)) held.set(place, { view: new View(place, data), calls: 0 });
    const mount = held.get(place);
    const call = (mount.calls += 1);
    mount.view.show(data, sends(component));
    return () => {
      if (mount.calls !== call) return;
      mount.view.close();
      held.delete(place);
    };
  };
}

// What listens to the whole page, once, as long as it is mounted anywhere: `listen` returns the
// AbortController that ends it.
export function whileMounted(listen) {
  let calls = 0;
  let listening = null;
  return () => {
    const call = (calls += 1);
    listening ??= listen();
    return () => {
      if (calls !== call) return;
      listening.abort();
      listening = null;
    };
  };
}
