// The chart's last numbers as tables, for whoever reads rather than looks.

import { numeral, write } from "../shared/numerals.js";
import { optional, writer } from "./chart_numbers.js";

const LAST_EPOCHS = 5;

export class Tables {
  constructor(root, opened) {
    this.details = root.querySelector(".fl-chart-tables");
    this.details.ontoggle = opened;
  }

  dress(labels, metric) {
    Object.assign(this, { labels, metric });
    write(this.details.querySelector("summary"), labels.tables);
  }

  // epochs: the run's epochs in order; baselines: as the server tells them, with `passed`.
  show(epochs, baselines, verdict) {
    if (!this.details.open) return;
    this.showEpochs(epochs.slice(-LAST_EPOCHS));
    this.showBaselines(baselines, verdict);
  }

  showEpochs(epochs) {
    const figure = optional(writer(this.metric));
    const names = ["epoch", "loss", "val_loss", this.metric, `val_${this.metric}`];
    const rows = epochs.map((each) => [
      String(each.epoch), loss(each.loss), loss(each.val_loss), figure(each.metric), figure(each.val_metric),
    ]);
    this.fill("epochs", names, rows);
  }

  // Only a regression has an R².
  showBaselines(baselines, verdict) {
    const { labels, metric } = this;
    const figure = optional(writer(metric));
    const explained = baselines.some(({ r2 }) => r2 != null);
    const names = ["name", `baseline_loss_${metric}`, `val_${metric}`, ...(explained ? ["r2"] : []), "seconds", "passed"];
    const rows = baselines.map((each) => [
      labels[`baseline_${each.name}`], loss(each.loss), figure(each.metric), ...(explained ? [share(each.r2)] : []),
      numeral(each.seconds, 2), verdict(each.passed),
    ]);
    this.fill("baselines", names, rows);
  }

  fill(name, columns, rows) {
    const table = this.details.querySelector(`[data-table="${name}"]`);
    table.hidden = !rows.length;
    write(table.caption, this.labels[`caption_${name}`]);
    const heads = columns.map((column) => cell("th", this.labels[`column_${column}`], "col"));
    const body = rows.map(([first, ...rest]) =>
      row([cell("th", first, "row"), ...rest.map((text) => cell("td", text))]),
    );
    table.tHead.replaceChildren(row(heads));
    table.tBodies[0].replaceChildren(...body);
  }
}

const loss = optional((value) => numeral(value));
const share = optional((value) => value.toFixed(3).replace("-", "\u2212"));

function row(cells) {
  const element = document.createElement("tr");
  element.append(...cells);
  return element;
}

function cell(kind, text, scope) {
  const element = document.createElement(kind);
  element.textContent = text;
  if (scope) element.scope = scope;
  return element;
}
