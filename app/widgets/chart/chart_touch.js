// Fingers over one chart: they scroll the page as if it were a picture, until a button asks for a
// zoom. Then the next finger draws the rectangle that a mouse draws.

export class ZoomByFinger {
  constructor(plot, button) {
    this.button = button;
    button.onclick = () => this.set(!this.isOn());
    plot.addEventListener("touchstart", (event) => this.isOn() || event.stopPropagation(), { capture: true, passive: true });
  }

  dress(label) {
    this.button.textContent = label;
  }

  set(isOn) {
    this.button.setAttribute("aria-pressed", String(isOn));
  }

  isOn() {
    return this.button.getAttribute("aria-pressed") === "true";
  }
}
