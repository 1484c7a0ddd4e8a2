// What a chart takes from its page: Plotly's script, and the colours and the font of the theme.

let plotly; // the script, once it is asked for

export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const isDark = brightness(read("background-color")) < 128;
  return {
    text: read("text-color"),
    background: read("background-color"),
    grid: read("border-color-light"),
    font: read("font"),
    size: parseFloat(style.fontSize) * 0.93,
    isDark,
    faint: isDark ? 0.85 : 0.45,
    baseline: isDark ? "#9CA3AF" : "#6B7280",
  };
}

function brightness(color) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

export function loadPlotly(url) {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotly = undefined;
      script.remove();
      reject(new Error(`could not load ${url}`));
    };
    document.head.append(script);
  });
  return plotly;
}
