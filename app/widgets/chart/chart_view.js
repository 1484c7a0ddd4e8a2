// How a person wants to see the curves. The choice holds for every chart of this browser tab, also
// after a page has been left.

const VIEW_KEY = "fnn-lab-curves";

export class View {
  constructor(root, changed) {
    this.tools = root.querySelector(".fl-chart-tools");
    this.choice = { log: false, updates: true, smooth: 0, ...storedView() };
    this.inputs = Object.keys(this.choice).map((name) => this.tools.querySelector(`[name="${name}"]`));
    this.show();
    this.tools.oninput = () => {
      this.read();
      this.show();
      changed(this.choice);
    };
  }

  read() {
    const [log, updates, smooth] = this.inputs;
    this.choice = { log: log.checked, updates: updates.checked, smooth: Number(smooth.value) };
    storeView(this.choice);
  }

  show() {
    const [log, updates, smooth] = this.inputs;
    Object.assign(log, { checked: this.choice.log });
    Object.assign(updates, { checked: this.choice.updates });
    Object.assign(smooth, { value: this.choice.smooth, disabled: !this.choice.updates });
    this.tools.querySelector("output").textContent = this.choice.smooth.toFixed(2);
  }

  dress(labels) {
    this.tools.setAttribute("aria-label", labels.tools);
    for (const element of this.tools.querySelectorAll("[data-label]")) {
      element.textContent = labels[element.dataset.label];
      element.parentElement.title = labels[`${element.dataset.label}_help`];
    }
  }
}

// A browser may refuse to store anything: then the choice lasts as long as the chart.
function storedView() {
  try {
    return JSON.parse(sessionStorage.getItem(VIEW_KEY)) ?? {};
  } catch {
    return {};
  }
}

function storeView(choice) {
  try {
    sessionStorage.setItem(VIEW_KEY, JSON.stringify(choice));
  } catch (error) {
    console.info(error);
  }
}
