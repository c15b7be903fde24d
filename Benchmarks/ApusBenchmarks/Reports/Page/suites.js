// The plots of each suite: which rows, which selectors, which axes.

const levelOrder = ["L1", "L2", "L3", "memory"];
const byLevel = (a, b) => levelOrder.indexOf(a) - levelOrder.indexOf(b);
const dashes = {
  L1: undefined,
  L2: [10, 4],
  L3: [5, 4],
  memory: [2, 3]
};

/** Roofs over [from, to]: a slope per level of memory, and the peak. */
function roofs(bandwidths, top, label, [from, to], colour) {
  const roof = (name, data, more) => ({
    label: `${name}${label}`,
    data,
    showLine: true,
    pointRadius: 0,
    pointHitRadius: 0,
    borderColor: colour,
    borderWidth: 1.5,
    ...more,
  });
  const slopes = Object.entries(bandwidths ?? {}).sort(([a], [b]) => byLevel(a, b)).map(([level, rate]) => {
    const ridge = Math.min(Math.max(top / rate, from), to);
    return roof(
      `${level} ${number(rate)} GB/s`, [{x: from, y: rate * from}, {x: ridge, y: rate * ridge}],
      {borderDash: dashes[level]});
  });
  const first = Math.max(from, top / Math.max(...Object.values(bandwidths ?? {}), 1e-9));
  return [
    ...slopes,
    roof(`FMA peak ${number(top)} GFLOP/s`, [{x: Math.min(first, to), y: top}, {x: to, y: top}], {borderWidth: 3})
  ];
}

function addRoofline(section) {
  const rate = (row) =>
    (row.unit === "GFLOP/s" ? row.median : (row.roofline.attainable * row.roofline.percent_of_attainable) / 100);
  addPlot(section, {
    title: "Roofline",
    reading:
      "A point per measured row: operations per byte of its operands to the right, speed upwards. No row can lie " +
      "above the slope of the memory that holds its operands, nor above the FMA peak: the distance is left to gain.",
    candidates: rows.filter((row) => isDrawn(row) && row.roofline?.intensity > 0 && rate(row) > 0),
    choices: [{...byThreads, all: true}, byType, {label: "suite", of: (row) => row.suite, all: true}],
    draw(drawn, {threads, type}) {
      const intensities = drawn.map((row) => row.roofline.intensity);
      const reach = [Math.min(0.1, ...intensities) / 1.5, Math.max(100, ...intensities) * 1.5];
      const suites = distinct(drawn.map((row) => row.suite));
      const points = suites.flatMap((suite, index) => {
        const own = drawn.filter((row) => row.suite === suite);
        return distinct(own.map(algorithm)).map((name) => {
          const data =
            own.filter((row) => row.algorithm === name).map((row) => ({x: row.roofline.intensity, y: rate(row), row}));
          return {
            label: `${suite}, ${name}`,
            data,
            pointStyle: pointStyles[index % pointStyles.length],
            pointRadius: 4.5,
            pointHoverRadius: 7,
            colour: colourOf(name),
            borderColor: colourOf(name),
            pointBackgroundColor: data.map((point) => (isFlagged(point.row) ? style("paper") : `${colourOf(name)}b0`)),
          };
        });
      });
      const wantsOne = threads === 1 || threads === everything || mostThreads === 1;
      const wantsAll = mostThreads > 1 && threads !== 1;
      const lids = [
        ...(
          wantsAll ?
            roofs(machine.triad_gbs, peak(mostThreads, type), wantsOne ? ", all cores" : "", reach, style("ink")) :
            []),
        ...(
          wantsOne ?
            roofs(machine.triad_gbs_per_core, peak(1, type), wantsAll ? ", one core" : "", reach, style("grey")) :
            []),
      ];
      const rates = drawn.map(rate);
      return {
        type: "scatter",
        data: {datasets: [...points, ...lids]},
        height: 460,
        options: {
          interaction: {mode: "nearest", intersect: true},
          scales: {
            x: axisOf("operations per byte (FLOP/B)", true, {min: reach[0], max: reach[1]}),
            y: axisOf("GFLOP/s", true, {
              min: Math.min(...rates) / 1.6,
              max: Math.max(peak(wantsAll ? mostThreads : 1, type) ?? 0, ...rates) * 1.6
            }),
          },
          plugins: {tooltip: rowTooltip((point) => `${point.row.name}, ${number(point.x)} FLOP/B`)},
        },
      };
    },
  });
}

const squareSize = (row) => {
  const match = /^(\d+)×\1×\1$/.exec(row.name);
  return match ? Number(match[1]) : null;
};

function addProducts(area, drawn) {
  addPlot(area, {
    title: "Square products over their size",
    reading:
      "Higher is faster. The dashed line is the FMA peak of the same threads; hollow points are rows that are not ok.",
    candidates: drawn.filter((row) => squareSize(row) !== null),
    choices: [byFigure, byType, byThreads],
    logarithmic: true,
    draw: (left, picked, log) => lines({
      rows: left,
      position: squareSize,
      series: algorithm,
      axis: figureAxis(left),
      along: "M = N = K",
      log,
      limits: [{label: "FMA peak", y: peak(picked.threads, picked.type)}],
    }),
  });
  addPlot(area, {
    title: "Products that networks make",
    reading:
      "M×N×K of the lowered layers: tall and narrow, so slower than squares of the same cost. Longer is faster.",
    candidates: drawn.filter((row) => squareSize(row) === null),
    choices: [byModel, byFigure, byType, byThreads],
    logarithmic: true,
    draw: (left, _, log) =>
      bars({rows: left, category: (row) => parts(row.name).layer, series: algorithm, axis: figureAxis(left), log}),
  });
}

function addConvolutions(area, drawn) {
  addPlot(area, {
    title: "Algorithms per layer",
    reading:
      "A group per layer, a bar per algorithm. Rates: longer is faster. The patch share is the part of the time " +
      "that goes into moving patches (im2col, col2im).",
    candidates: drawn,
    logarithmic: true,
    choices:
      [byFigure, byModel, {label: "direction", of: (row) => parts(row.name).direction}, byBatch, byThreads, byType],
    draw: (left, _, log) =>
      bars({rows: left, category: (row) => parts(row.name).layer, series: algorithm, axis: figureAxis(left), log}),
  });
}

function addLayers(area, drawn) {
  addPlot(area, {
    title: "Forward and backward per layer",
    reading: "Shares, times and bytes of the two directions add up along a bar; rates stand side by side. " +
      "The longest bars are where work pays.",
    candidates: drawn,
    logarithmic: false,
    choices: [
      {...byFigure, prefer: (values) => values.find((value) => value.startsWith("share"))}, byModel,
      {label: "algorithm", of: algorithm}, byBatch, byThreads
    ],
    draw: (left) => bars({
      rows: left,
      category: (row) => parts(row.name).layer,
      series: (row) => parts(row.name).direction,
      axis: figureAxis(left),
      stacked: left.every((row) => row.metric !== "rate"),
    }),
  });
}

/** Training and inference: rates, and percentiles where rows have them. */
function addSteps(area, drawn) {
  const category = (row) => `${row.name}, batch ${row.batch}`;
  addPlot(area, {
    title: "Rate and memory",
    reading: "Images per second: longer is faster. Memory: the most that the process held.",
    candidates: drawn.filter((row) => !row.percentiles),
    choices: [byFigure, byThreads, byType],
    logarithmic: true,
    draw: (left, _, log) => bars({rows: left, category, series: algorithm, axis: figureAxis(left), log}),
  });
  addPlot(area, {
    title: "Percentiles of the time",
    reading: "Shorter is faster. Half of the steps take at most p50, 99 of 100 at most p99; " +
      "a long way between them means that steps are uneven.",
    candidates: drawn.filter((row) => row.percentiles),
    choices: [byFigure, {label: "algorithm", of: algorithm}, byThreads, byType],
    logarithmic: true,
    draw: (left, _, log) => bars({
      rows: left.flatMap(
        (row) => ["p50", "p90", "p99"]
                   .filter((name) => row.percentiles[name] != null)
                   .map((name) => ({...row, percentile: name, median: row.percentiles[name], uncertainty: null}))),
      category,
      series: (row) => row.percentile,
      axis: figureAxis(left),
      log,
    }),
  });
}

function addScaling(area, drawn) {
  const kind = (row) => row.name.split(" ").pop();
  const byWork = {label: "work", of: (row) => row.name.split(" ").slice(0, -1).join(" ")};
  const choices = [byWork, {label: "algorithm", of: algorithm}, byType];
  addPlot(area, {
    title: "Rate over threads",
    reading: "Dashed: what the rate at the fewest threads would become if every thread added as much.",
    candidates: drawn.filter((row) => row.metric === "rate"),
    choices,
    draw(left) {
      const ideal = distinct(left.map(kind)).flatMap((name) => {
        const own = left.filter((row) => kind(row) === name).sort((a, b) => a.threads - b.threads);
        return own.length < 2 ? [] : [{
          label: `${name}, ideal`,
          data: own.map((row) => ({x: row.threads, y: (own[0].median * row.threads) / own[0].threads})),
          borderColor: colourOf(name),
          borderDash: [6, 4],
          borderWidth: 1.5,
          pointRadius: 0,
          pointHitRadius: 0,
          showLine: true,
        }];
      });
      return lines({
        rows: left,
        position: (row) => row.threads,
        series: kind,
        axis: figureAxis(left),
        along: "threads",
        scaled: true,
        extra: ideal
      });
    },
  });
  addPlot(area, {
    title: "Efficiency over threads",
    reading: "The measured rate as a share of the ideal one: 100 % means that no thread is wasted.",
    candidates: drawn.filter((row) => row.metric === "efficiency"),
    choices,
    draw: (left) => lines({
      rows: left,
      position: (row) => row.threads,
      series: kind,
      axis: figureAxis(left),
      along: "threads",
      scaled: true
    }),
  });
}

function addLinearAlgebra(area, drawn) {
  addPlot(area, {
    title: "Rate and time over the size",
    reading: "Rates count the operations of the textbook algorithm; the dashed line is the FMA peak. " +
      "Hollow points are rows that are not ok.",
    candidates: drawn.filter((row) => /\s\d+$/.test(row.name)),
    logarithmic: true,
    choices: [byFigure, {label: "algorithm", of: algorithm}, byType, byThreads],
    draw: (left, picked, log) => lines({
      rows: left,
      position: (row) => Number(row.name.split(" ").pop()),
      series: (row) => row.name.split(" ")[0],
      axis: figureAxis(left),
      along: "n",
      log,
      limits: left[0]?.unit === "GFLOP/s" ? [{label: "FMA peak", y: peak(picked.threads, picked.type)}] : [],
    }),
  });
}
