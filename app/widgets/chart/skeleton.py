"""The skeleton of a chart of curves: of one run, and without some of its parts of several."""

CHART = """
<div class="fl-chart-all">
<section class="fl-chart">
  <div class="fl-chart-head">
    <p class="fl-chart-status"></p>
    <ul class="fl-chart-legend">
      <li data-trace="trace_batch"><svg viewBox="0 0 28 10" aria-hidden="true">
        <path d="M0 7 L5 3 L9 8 L14 3 L18 7 L23 2 L28 6"/></svg><span></span></li>
      <li data-trace="trace_train"><svg viewBox="0 0 28 10" aria-hidden="true">
        <path d="M0 5 H28"/><circle cx="14" cy="5" r="3.5"/></svg><span></span></li>
      <li data-trace="trace_val"><svg viewBox="0 0 28 10" aria-hidden="true">
        <path d="M0 5 H28"/><path class="fl-mark" d="M14 0.5 L18.5 5 L14 9.5 L9.5 5 Z"/></svg>
        <span></span></li>
    </ul>
    <div class="fl-chart-track" role="progressbar" aria-valuemin="0" aria-valuemax="100">
      <div class="fl-chart-fill"></div>
    </div>
    <p class="fl-chart-error" hidden></p>
    <div class="fl-chart-tools" role="group">
      <label><input type="checkbox" name="log"><span data-label="log"></span></label>
      <label><input type="checkbox" name="updates"><span data-label="updates"></span></label>
      <label><span data-label="smooth"></span>
        <input type="range" name="smooth" min="0" max="0.98" step="0.02"><output></output></label>
    </div>
  </div>
  <figure class="fl-chart-figure" data-figure="loss">
    <figcaption>
      <span class="fl-chart-title"></span>
      <button type="button" class="zoom" aria-pressed="false"></button>
      <button type="button" class="fl-chart-whole" hidden></button>
      <button type="button" class="reset" hidden></button>
    </figcaption>
    <div class="fl-chart-plot" role="img"></div>
    <div class="fl-chart-frame" aria-hidden="true"><div class="fl-chart-over"></div></div>
    <ul class="fl-chart-notes" hidden></ul>
    <p class="fl-chart-empty" hidden></p>
  </figure>
  <figure class="fl-chart-figure" data-figure="metric">
    <figcaption>
      <span class="fl-chart-title"></span>
      <button type="button" class="zoom" aria-pressed="false"></button>
      <button type="button" class="fl-chart-whole" hidden></button>
      <button type="button" class="reset" hidden></button>
    </figcaption>
    <div class="fl-chart-plot" role="img"></div>
    <div class="fl-chart-frame" aria-hidden="true"><div class="fl-chart-over"></div></div>
    <ul class="fl-chart-notes" hidden></ul>
  </figure>
  <p class="fl-chart-announcer" aria-live="polite"></p>
</section>
<details class="fl-chart-tables">
  <summary></summary>
  <div>
    <table data-table="epochs"><caption></caption><thead></thead><tbody></tbody></table>
    <table data-table="baselines" hidden><caption></caption><thead></thead><tbody></tbody></table>
  </div>
</details>
</div>
"""
