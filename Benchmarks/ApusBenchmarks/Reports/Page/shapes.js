// The shapes of plots, from rows to what Chart.js takes: axes, tooltips, bars, lines.

/** What a tooltip says of a row. */
function describe(row, label) {
  const pair = interval(row);
  const lines =
    [`${label}: ${number(row.median)} ${row.unit}${pair ? ` (${number(pair[0])}–${number(pair[1])})` : ""}`];
  if (row.percent_of_peak != null) lines.push(`${number(row.percent_of_peak)} % of peak`);
  if (row.roofline?.percent_of_attainable != null)
    lines.push(`${number(row.roofline.percent_of_attainable)} % of the roof (${row.roofline.level})`);
  if (isFlagged(row)) lines.push(row.status);
  return [...lines, ...(row.notes ?? [])];
}

/** Tooltips from the `row` and `series` that points carry. */
const rowTooltip = (title) => ({
  filter: (item) => item.raw?.row != null,
  callbacks: {
    title: (items) =>
      (items.length === 0 ? "" :
         title            ? title(items[0].raw) :
                            items[0].label),
    label: (item) => describe(item.raw.row, item.dataset.label),
  },
});

/** Ticks of a logarithmic axis: powers of ten, and as few decades are shown, 2 and 5 or halves between them. */
function logTick(value) {
  const decades = Math.log10(this.max / this.min);
  const lead = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  const wanted = decades < 1 ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 2.5 ? [1, 2, 5] : [1];
  const isWanted = wanted.some((one) => Math.abs(lead - one) < 1e-6);
  return isWanted ? Number(value.toPrecision(2)).toLocaleString("en") : "";
}

/** An axis of numbers. */
const axisOf = (text, log, {precision, ...more} = {}) => ({
  type: log ? "logarithmic" : "linear",
  title: {display: true, text},
  ...more,
  ticks: {maxRotation: 0, precision, ...(log ? {callback: logTick} : {})},
});

/** Breaks a label into lines of about `width` characters. */
function wrap(label, width) {
  const lines = [""];
  for (const word of String(label).split(" ")) {
    const last = lines[lines.length - 1];
    if (last && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.length === 1 ? lines[0] : lines;
}

const translucent = (colour) => `${colour}40`;

/** Horizontal bars: a group per category, a bar per series. Rows that are not ok are outlined. */
function bars(
  {rows: drawn, category, series, value = (row) => row.median, axis, log, stacked, base, colour = colourOf}) {
  const categories = distinct(drawn.map(category));
  const names = distinct(drawn.map(series));
  const datasets = names.map((name) => {
    const own = new Map(drawn.filter((row) => series(row) === name).map((row) => [category(row), row]));
    const data = categories.map((label) => {
      const row = own.get(label);
      return row ? {x: value(row), y: label, row} : {x: null, y: label};
    });
    return {
      label: String(name),
      data,
      colour: colour(name),
      borderColor: colour(name),
      borderWidth: 1.5,
      borderSkipped: false,
      base,
      maxBarThickness: 22,
      categoryPercentage: 0.8,
      barPercentage: 0.94,
      backgroundColor:
        data.map((point) => (point.row && isFlagged(point.row) ? translucent(colour(name)) : colour(name))),
    };
  });
  const values = drawn.map(value).filter((each) => each > 0);
  const decade = 10 ** Math.floor(Math.log10(Math.min(...values) / 1.5));
  const perCategory =
    Math.max(stacked ? 30 : names.length * 15 + 12, categories.some((label) => label.length > 26) ? 48 : 34);
  return {
    type: "bar",
    data: {labels: categories, datasets},
    height: Math.max(150, categories.length * perCategory + 64),
    options: {
      indexAxis: "y",
      interaction: {mode: "nearest", axis: "y", intersect: true},
      scales: {
        x: axisOf(
          axis, log && values.length > 0,
          {stacked, beginAtZero: !log, min: log && values.length ? decade : undefined}),
        y: {
          stacked,
          grid: {display: false},
          ticks: {
            autoSkip: false,
            callback(index) { return wrap(this.getLabelForValue(index), this.chart.width < 520 ? 13 : 34); },
          },
        },
      },
      plugins: {tooltip: rowTooltip()},
    },
  };
}

/**
 * Lines over evenly spaced positions, or to scale where `scaled`, with hollow points for rows that are not ok and
 * straight `limits` across.
 */
function lines({rows: drawn, position, series, axis, along, scaled, limits = [], log, extra = []}) {
  const place = (value) => (scaled ? value : String(value));
  const positions = distinct(drawn.map(position));
  const names = distinct(drawn.map(series));
  const datasets = names.map((name, index) => {
    const data = drawn.filter((row) => series(row) === name)
                   .map((row) => ({x: place(position(row)), y: row.median, row}))
                   .sort((a, b) => a.x - b.x);
    return {
      label: String(name),
      data,
      colour: colourOf(name),
      borderColor: colourOf(name),
      borderWidth: 2,
      showLine: true,
      pointStyle: pointStyles[index % pointStyles.length],
      pointRadius: 5,
      pointHoverRadius: 7,
      pointHitRadius: 12,
      pointBackgroundColor: data.map((point) => (isFlagged(point.row) ? style("paper") : colourOf(name))),
    };
  });
  const straight = limits.filter((limit) => limit.y > 0).map((limit) => ({
                                                               label: `${limit.label} ${number(limit.y)}`,
                                                               data: positions.map((x) => ({x: place(x), y: limit.y})),
                                                               borderColor: style("soft"),
                                                               borderDash: [6, 4],
                                                               borderWidth: 1.5,
                                                               pointRadius: 0,
                                                               pointHitRadius: 0,
                                                               showLine: true,
                                                             }));
  return {
    type: "line",
    data: {labels: positions.map(String), datasets: [...datasets, ...straight, ...extra]},
    height: 340,
    options: {
      interaction: {mode: "nearest", intersect: false},
      scales: {
        x: scaled ? axisOf(along, false, {min: 0, precision: 0}) : {title: {display: true, text: along}},
        y: axisOf(axis, log, {beginAtZero: !log}),
      },
      plugins: {tooltip: rowTooltip((point) => `${along} ${point.x}`)},
    },
  };
}
