// Curves over epochs, drawn by Chart.js, with a legend in HTML that can be worked by keyboard.

/** Whether Chart.js is in the page. */
const canDraw = typeof Chart !== "undefined";

// Tests wait until every canvas has been drawn.
const reporter = {
  id: "reporter",
  afterDraw(chart) {
    const isPlaced = (mark) => Number.isFinite(mark.x) && Number.isFinite(mark.y);
    chart.canvas.dataset.marks = chart.getSortedVisibleDatasetMetas().flatMap((meta) => meta.data).filter(isPlaced).length;
    chart.canvas.dataset.drawn = "true";
  },
};
const charts = [];

/** Adds a figure with a curve for each of `series` `{ label, colour, values }`; those without a number are left out. */
function addCurves(parent, {title, reading, axis, epochs, series, beginAtZero = false}) {
  const drawn = series.filter(({values}) => values.some((value) => Number.isFinite(value)));
  if (drawn.length === 0) return;
  const canvas = element("canvas", {role: "img", "aria-label": `${title}. ${reading}`, "data-drawn": "false"});
  const legend = element("div", {class: "legend", role: "group", "aria-label": "Shown curves"});
  const frame = element("div", {class: "canvas", style: "height: 300px"}, canvas);
  parent.append(element("figure", {}, element("h3", {}, title), legend, frame, element("figcaption", {}, reading)));
  const datasets = drawn.map(({label, colour, values}) => ({
    label, colour, data: values.map((value) => (Number.isFinite(value) ? value : null)),
    borderWidth: 2, pointRadius: epochs.length > 40 ? 0 : 3, pointHitRadius: 12, spanGaps: true,
  }));
  const chart = new Chart(canvas, {
    type: "line",
    data: {labels: epochs, datasets},
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, interaction: {mode: "index", intersect: false},
      scales: {
        x: {title: {display: true, text: "epoch"}, ticks: {maxRotation: 0, autoSkipPadding: 12}},
        y: {title: {display: true, text: axis}, beginAtZero, ticks: {callback: (value) => Number(value.toPrecision(3)).toLocaleString("en", {maximumFractionDigits: 9})}},
      },
      plugins: {
        legend: {display: false},
        tooltip: {callbacks: {
          title: (items) => `epoch ${items[0].label}`,
          label: (item) => `${item.dataset.label}: ${number(item.parsed.y)}`,
        }},
      },
    },
    plugins: [reporter],
  });
  if (datasets.length > 1) legend.append(...datasets.map((dataset, index) => button(chart, dataset, index)));
  charts.push(chart);
}

function button(chart, dataset, index) {
  const mark = element("span", {class: "mark", "aria-hidden": "true"}, "●");
  mark.style.color = `var(--${dataset.colour})`;
  const made = element("button", {type: "button", "aria-pressed": "true"}, mark, dataset.label);
  made.addEventListener("click", () => {
    const visible = !chart.isDatasetVisible(index);
    chart.setDatasetVisibility(index, visible);
    made.setAttribute("aria-pressed", String(visible));
    chart.update();
  });
  return made;
}

/** Puts the style sheet's colours into all charts; they change with the reader's scheme. */
function colourCharts() {
  for (const chart of charts) {
    for (const dataset of chart.data.datasets) {
      dataset.borderColor = dataset.backgroundColor = style(dataset.colour);
    }
    for (const scale of Object.values(chart.options.scales)) {
      scale.grid = {color: style("grid")};
      scale.ticks.color = scale.title.color = style("soft");
    }
    chart.update();
  }
}
