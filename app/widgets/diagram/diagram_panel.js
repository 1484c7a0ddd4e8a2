// Under the drawing of a network: what is looked at, with its live numbers. Built when another
// thing is looked at; a snapshot changes texts.

import { decimal, fill, make, same, whole, write } from "./diagram_marks.js";

export class Panel {
  constructor(root) {
    this.root = root;
  }

  paint(subject, columns, snapshot, { labels, picked }) {
    Object.assign(this, { columns, snapshot, labels, picked });
    const built = JSON.stringify([subject, columns.made, Boolean(snapshot)]);
    if (built !== this.built) {
      this.built = built;
      this.fields = {};
      const focused = this.buttons().indexOf(this.root.getRootNode().activeElement);
      this.root.replaceChildren(...this.build(subject));
      this.buttons()[focused]?.focus({ preventScroll: true });
    }
    if (subject?.kind === "node" && snapshot) this.fillNode(subject);
    if (subject?.kind === "edge" && snapshot) this.fillEdge(subject);
  }

  enter() {
    this.buttons()[0]?.focus({ preventScroll: true });
  }

  buttons() {
    return [...this.root.querySelectorAll("button")];
  }

  // Building --------------------------------------------------------------------------------

  build(subject) {
    if (!subject) return this.buildHint();
    if (subject.kind === "layer") return this.buildLayer(subject);
    if (subject.kind === "edge") return this.buildEdge(subject);
    return subject.column ? this.buildNode(subject) : this.buildInput(subject);
  }

  // An element whose text follows the snapshots.
  field(name, tag = "span", attributes = {}) {
    this.fields[name] = make(tag, attributes);
    return this.fields[name];
  }

  // Nothing is looked at: why the ends have their sizes.
  buildHint() {
    const { layers } = this.columns;
    const reasons = [layers[0], layers.at(-1)].map(({ why }) => make("p", { class: "reason" }, why));
    return [make("p", { class: "hint" }, this.labels.hint), ...reasons];
  }

  buildLayer({ column }) {
    const { name, units, activation, shape, parameters, why, dropout } = this.columns.layers[column];
    const rate = dropout ? fill(this.labels.dropout, { share: Math.round(100 * dropout) }) : "";
    const title = [name, `${whole(units)} ${activation}`.trim(), rate].filter(Boolean).join(" · ");
    const list = make("dl");
    for (const [term, value] of [[this.labels.shape, shape], [this.labels.parameters, parameters]]) {
      if (value) list.append(make("dt", {}, term), make("dd", {}, value));
    }
    return [make("h4", {}, title), list, make("p", {}, why)];
  }

  buildInput({ column, unit }) {
    const title = make("h4", {}, this.columns.title(column, unit));
    if (!this.snapshot) return [title, make("p", {}, this.labels.input_blank)];
    const line = equation("x = ");
    line.append(this.field("value", "b"));
    return [title, line, make("p", {}, this.labels.scaled)];
  }

  buildEdge({ layer, input, unit }) {
    const ends = { from: this.columns.symbol(layer, input), to: this.columns.title(layer + 1, unit) };
    const title = make("h4", {}, fill(this.labels.edge, ends));
    if (!this.snapshot) return [title, make("p", {}, this.labels.edge_blank)];
    const [weight, product] = [equation("w = "), equation(`w × ${layer ? "a" : "x"} = `)];
    weight.append(this.field("weight", "b"));
    product.append(this.field("product"));
    return [title, weight, product];
  }

  buildNode({ column, unit }) {
    const title = make("h4", {}, this.columns.title(column, unit));
    const inputs = this.columns.layers[column - 1].units;
    const body = make("div", { class: "body" });
    const formulas = make("div", { class: "formulas" });
    formulas.append(equation(`z = Σ w × ${column > 1 ? "a" : "x"} + b`), this.answerLine(column));
    if (this.snapshot) body.append(this.sumOf(column, unit, inputs), formulas);
    else body.append(formulas, make("p", {}, fill(this.labels.blank, { weights: whole(inputs) })));
    return [title, body];
  }

  answerLine(column) {
    const { activation } = this.columns.layers[column];
    const line = equation("a = ");
    if (activation === "softmax") line.append(...power(), " / Σ ", ...power());
    else line.append(activation === "linear" ? "z" : `${activation}(z)`);
    if (!this.snapshot) return line;
    const steps = [this.field("value", "b")];
    if (activation !== "linear") steps.unshift(this.field("answer"));
    for (const step of steps) {
      const equal = make("span", { class: "middle" }, "= ");
      equal.append(step);
      line.append(" ", equal);
    }
    return line;
  }

  sumOf(column, unit, inputs) {
    const terms = this.termsOf(column, unit).length;
    const sum = make("div", { class: "sum" });
    const choice = { type: "button", class: "term", "data-do": "pick" };
    for (let i = 0; i < terms; i += 1) sum.append(this.row(`term${i}`, "button", choice));
    if (inputs > terms) sum.append(this.row("rest", "p"));
    sum.append(this.row("bias", "button", choice), this.row("total", "p", { class: "total" }));
    return sum;
  }

  row(name, tag, attributes = {}) {
    const row = this.field(name, tag, attributes);
    row.append(...["what", "how", "much"].map((part) => this.field(`${name}-${part}`, "span", { class: part })));
    return row;
  }

  termsOf(column, unit) {
    return this.snapshot.terms[column - 1][this.columns.layout.position(column, unit)];
  }

  // Filling ---------------------------------------------------------------------------------

  fillNode({ column, unit }) {
    const at = this.columns.layout.position(column, unit);
    const value = this.snapshot.values[column][at];
    write(this.fields.value, decimal(value));
    if (column === 0) return;
    const [z, b] = [this.snapshot.sums, this.snapshot.biases].map((each) => each[column - 1][at]);
    this.fillSum(column, unit, z, b);
    this.fillAnswer(column, z, value);
  }

  fillSum(column, unit, z, b) {
    const terms = this.termsOf(column, unit);
    terms.forEach(([input, w, x], i) => {
      const [name, product] = [this.columns.symbol(column - 1, input), `${decimal(w)} × ${decimal(x)}`];
      this.fillTerm(`term${i}`, name, product, w * x, [column - 1, input, unit]);
    });
    const rest = z - b - terms.reduce((sum, [, w, x]) => sum + w * x, 0);
    const count = this.columns.layers[column - 1].units - terms.length;
    if (count > 0) this.fillRow("rest", fill(this.labels.rest, { count: whole(count) }), "", signed(rest));
    this.fillTerm("bias", this.labels.bias, "", b, [column - 1, -1, unit]);
    this.fillRow("total", "z", "", `= ${decimal(z)}`);
  }

  fillTerm(name, what, how, much, weight) {
    this.fillRow(name, what, how, name === "term0" ? decimal(much) : signed(much));
    const row = this.fields[name];
    const [layer, input, unit] = weight;
    Object.assign(row.dataset, { layer, input, unit });
    row.setAttribute("aria-pressed", String(same(weight, this.picked)));
    row.setAttribute("aria-label", `${fill(this.labels.pick, { name: what })}: ${how && `${how} = `}${decimal(much)}`);
  }

  fillRow(name, what, how, much) {
    write(this.fields[`${name}-what`], what);
    write(this.fields[`${name}-how`], how);
    write(this.fields[`${name}-much`], much);
  }

  fillAnswer(column, z, value) {
    const { activation } = this.columns.layers[column];
    if (activation === "linear") return;
    write(this.fields.answer, activation === "softmax" ? share(z, value) : `${activation}(${decimal(z)})`);
  }

  fillEdge({ layer, input, unit }) {
    const { layout } = this.columns;
    const [i, j] = [layout.position(layer, input), layout.position(layer + 1, unit)];
    const [w, x] = [this.snapshot.weights[layer][i][j], this.snapshot.values[layer][i]];
    write(this.fields.weight, decimal(w));
    write(this.fields.product, `${decimal(w)} × ${decimal(x)} = ${decimal(w * x)}`);
  }
}

const equation = (text) => make("p", { class: "equation" }, text);
const power = () => [make("i", {}, "e"), make("sup", {}, "z")];
const signed = (number) => `${number < 0 ? "−" : "+"} ${decimal(Math.abs(number))}`;

// The sum below the line is what the share and its numerator leave.
function share(z, value) {
  const top = Math.exp(z);
  return value > 0 ? `${decimal(top)} / ${decimal(top / value)}` : `${decimal(top)} / Σ`;
}
