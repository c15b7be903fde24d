// A plot: its selectors, legend, canvas and the sentence that tells how to read it. Chart.js draws.

const plots = [];

/** Signs of a dataset's points, for the legend. */
const signs = {
  circle: "●",
  triangle: "▲",
  rect: "■",
  rectRot: "◆",
  star: "✱",
  cross: "✚",
  crossRot: "✖"
};
const pointStyles = Object.keys(signs);

// The page is ready when every canvas has been drawn; tests wait for it.
const reporter = {
  id: "reporter",
  afterDraw(chart) {
    const isPlaced = (mark) => Number.isFinite(mark.x) && Number.isFinite(mark.y);
    const marks = chart.getSortedVisibleDatasetMetas().flatMap((meta) => meta.data).filter(isPlaced);
    chart.canvas.dataset.marks = marks.length;
    chart.canvas.dataset.drawn = "true";
  },
};

/**
 * Adds a plot of `candidates` to a parent.
 *
 * `choices` are selectors `{ label, of, all, prefer }`, each limited to what those before it leave;
 * `draw(rows, picked, log)` returns `{ type, data, options, height }` for the rows that remain.
 */
function addPlot(parent, {title, reading, candidates, choices = [], logarithmic, draw}) {
  if (candidates.length === 0) return;
  const selectors = choices.map((choice) => {
    const select = element("select");
    const label = element("label", {}, choice.label, select);
    return {choice, select, label, picked: undefined};
  });
  const log = logarithmic ? element("input", {type: "checkbox"}) : null;
  let logIsChosen = false;
  const controls = element(
    "div", {class: "controls"}, selectors.map((selector) => selector.label),
    log ? element("label", {}, log, "logarithmic axis") : null);
  const legend = element("div", {class: "legend", role: "group", "aria-label": "Shown series"});
  const canvas = element("canvas", {role: "img", "aria-label": `${title}. ${reading}`, "data-drawn": "false"});
  const frame = element("div", {class: "canvas"}, canvas);
  parent.append(
    element("figure", {}, element("h3", {}, title), controls, legend, frame, element("figcaption", {}, reading)));

  const plot = {canvas, chart: null, render};
  function render() {
    let remaining = candidates;
    const picked = {};
    for (const selector of selectors) {
      remaining = narrow(selector, remaining);
      picked[selector.choice.label] = selector.picked;
    }
    if (log && !logIsChosen) log.checked = spans(remaining);
    const drawing = draw(remaining, picked, log?.checked ?? false);
    frame.style.height = `${drawing.height ?? 340}px`;
    plot.chart?.destroy();
    plot.chart = new Chart(canvas, {
      type: drawing.type,
      data: drawing.data,
      options: withDefaults(drawing.options),
      plugins: [reporter],
    });
    showLegend(legend, plot.chart);
  }
  for (const selector of selectors) {
    selector.select.addEventListener("change", () => {
      selector.picked = selector.values[selector.select.selectedIndex];
      render();
    });
  }
  log?.addEventListener("change", () => {
    logIsChosen = true;
    render();
  });
  plots.push(plot);
  render();
}

const everything = Symbol("all");

/** Fills a selector with what `remaining` has, and returns the rows that its choice leaves. */
function narrow(selector, remaining) {
  const {choice, select, label} = selector;
  const found = distinct(remaining.map(choice.of));
  const values = choice.all && found.length > 1 ? [everything, ...found] : found;
  if (!values.includes(selector.picked)) {
    selector.picked = choice.prefer ? choice.prefer(values, remaining) : values[0];
    if (!values.includes(selector.picked)) selector.picked = values[0];
  }
  selector.values = values;
  select.replaceChildren(...values.map(
    (value) => element(
      "option", {selected: value === selector.picked},
      value === everything ? "all" : String(value))));
  label.hidden = values.length < 2;
  return selector.picked === everything ? remaining : remaining.filter((row) => choice.of(row) === selector.picked);
}

/** Whether bars are so unequal that small ones would vanish. */
function spans(drawn) {
  const values = drawn.map((row) => row.median).filter((value) => value > 0);
  return values.length > 1 && Math.max(...values) > 30 * Math.min(...values);
}

function withDefaults(options = {}) {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    ...options,
    plugins: {legend: {display: false}, ...options.plugins},
  };
}

/** The legend is HTML, so that it wraps, scales and can be worked by keyboard. */
function showLegend(legend, chart) {
  const series = chart.data.datasets.map((dataset, index) => ({dataset, index}));
  legend.replaceChildren(...(series.length < 2 ? [] : series.map(({dataset, index}) => {
    const button = element("button", {type: "button", "aria-pressed": "true"}, legendMark(dataset), dataset.label);
    button.addEventListener("click", () => {
      const visible = !chart.isDatasetVisible(index);
      chart.setDatasetVisibility(index, visible);
      button.setAttribute("aria-pressed", String(visible));
      chart.update();
    });
    return button;
  })));
}

function legendMark(dataset) {
  const mark = element("span", {"aria-hidden": "true"});
  if (dataset.showLine && dataset.pointRadius === 0) {
    mark.className = "stroke";
    const [dash, gap] = dataset.borderDash ?? [1, 0];
    mark.style.background =
      `repeating-linear-gradient(90deg, ${dataset.borderColor} 0 ${dash}px, transparent ${dash}px ${dash + gap}px)`;
    mark.style.height = `${Math.max(2, dataset.borderWidth)}px`;
  } else {
    mark.className = "mark";
    mark.textContent = signs[dataset.pointStyle] ?? "■";
    mark.style.color = dataset.colour ?? dataset.borderColor;
  }
  return mark;
}

/** Chart.js draws text and lines of axes in these. */
function applyTheme() {
  Chart.defaults.color = style("ink");
  Chart.defaults.borderColor = style("grid");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Object.assign(Chart.defaults.plugins.tooltip, {
    backgroundColor: style("ink"),
    titleColor: style("paper"),
    bodyColor: style("paper"),
    padding: 10,
    boxPadding: 4,
  });
}
