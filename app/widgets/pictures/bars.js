// Probability bars that change their length in place: a row is made once and then only updated.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".bars");
  const { items, labels } = data;
  fit(root, items.length);
  const winner = data.highlight ?? largest(items);
  items.forEach((item, i) => paint(root.children[i], item, labels, i === winner));
  root.classList.toggle("undecided", winner === null);
  root.setAttribute("aria-label", winner === null ? labels.empty : labels.label);
  root.dataset.winner = items[winner]?.label ?? "";
  root.dataset.version = data.version;
  return () => {}; // nothing is held outside the component's own elements
}

function fit(root, count) {
  while (root.children.length > count) root.lastElementChild.remove();
  while (root.children.length < count) root.append(row());
}

function row() {
  const bar = element("div", "bar");
  bar.setAttribute("role", "listitem");
  const track = element("div", "track");
  track.append(element("div", "length"));
  bar.append(element("span", "label"), track, element("span", "value"));
  for (const part of bar.children) part.setAttribute("aria-hidden", "true");
  return bar;
}

function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

function paint(bar, { label, value }, labels, wins) {
  const percent = `${(value * 100).toFixed(1)}\u00a0%`;
  bar.querySelector(".label").textContent = label;
  bar.querySelector(".value").textContent = percent;
  bar.querySelector(".length").style.width = `${value * 100}%`;
  bar.classList.toggle("winner", wins);
  const values = { label, percent };
  const text = labels.item.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  bar.setAttribute("aria-label", text);
}

function largest(items) {
  const values = items.map((item) => item.value);
  const most = Math.max(0, ...values);
  return most > 0 ? values.indexOf(most) : null;
}
