// Apus beside other frameworks: bars for all sides, and the ratio to the best of them.

const isApus = (row) => row.algorithm.startsWith("apus");
const largerIsBetter = (row) => row.unit.endsWith("/s") || row.metric === "efficiency";
const workOf = (row) => row.name.split(" ")[0];

/** The work item of a row; with its batch where rows differ in it. */
function itemIn(drawn) {
  const differ = distinct(drawn.map((row) => row.batch)).length > 1;
  return (row) => row.name.split(" ").slice(1).join(" ") + (differ ? `, batch ${row.batch}` : "");
}

/** Per work item Apus's advantage over the best peer: above 1 Apus is faster (or smaller), in every unit. */
function ratios(drawn) {
  const groups = new Map();
  // What is faster than the machine can be is no side to compare with.
  for (const row of drawn.filter((row) => row.status !== "invalid")) {
    const key = [row.name, row.batch, row.threads, row.dtype, row.metric, row.unit].join("|");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const best = (sides) =>
    sides.reduce((a, b) => ((largerIsBetter(a) ? b.median > a.median : b.median < a.median) ? b : a));
  return [...groups.values()].filter((group) => group.some(isApus) && !group.every(isApus)).map((group) => {
    const [apus, peer] = [best(group.filter(isApus)), best(group.filter((row) => !isApus(row)))];
    const median = largerIsBetter(apus) ? apus.median / peer.median : peer.median / apus.median;
    const uncertain = apus.uncertainty != null && peer.uncertainty != null;
    return {
      ...apus,
      median,
      uncertainty: uncertain ? Math.hypot(apus.uncertainty, peer.uncertainty) : null,
      unit: "×",
      percent_of_peak: null,
      roofline: null,
      status: isFlagged(apus) ? apus.status : peer.status,
      apus,
      peer,
      percentiles: null,
      notes: [`Apus ${number(apus.median)}, ${peer.algorithm} ${number(peer.median)} ${peer.unit}`],
    };
  });
}

function addPeers(area, drawn, section, own) {
  const choices = [
    {label: "work", of: workOf}, byFigure, byThreads, {
      ...byBatch,
      all: true,
      prefer: (values, left) => (distinct(left.map(itemIn(left))).length > 8 ? usualBatch(values) : values[0])
    }
  ];
  addPlot(area, {
    title: "All sides",
    reading: "A group per work item. Rates: longer is faster; times and memory: shorter is better. Outlined: not ok.",
    candidates: drawn,
    choices,
    logarithmic: true,
    draw: (left, _, log) => bars({rows: left, category: itemIn(left), series: algorithm, axis: figureAxis(left), log}),
  });
  const compared = ratios(drawn);
  addPlot(area, {
    title: "Apus / best peer",
    reading: "To the right of 1 Apus is better than the best of the others, to the left worse. " +
      "The axis is logarithmic: twice and half are equally long.",
    candidates: compared,
    choices,
    draw(left) {
      const series = (row) => (row.median >= 1 ? "Apus is ahead" : "a peer is ahead");
      const drawing = bars({
        rows: left,
        category: itemIn(left),
        series,
        axis: "ratio to the best peer",
        log: true,
        base: 1,
        stacked: true,
        colour: (name) => style(name === "Apus is ahead" ? "blue" : "orange-2"),
      });
      const reach = Math.max(1.5, ...left.map((row) => Math.max(row.median, 1 / row.median) * 1.1));
      Object.assign(drawing.options.scales.x, {min: 1 / reach, max: reach, stacked: false});
      return drawing;
    },
  });
  addRatioTable(section, compared);
  const missing = distinct(own.filter((row) => row.status === "missing").map(algorithm));
  if (missing.length) section.append(element("p", {}, `Not measured: ${missing.join(", ")}; the table says why.`));
}

function addRatioTable(section, compared) {
  if (compared.length === 0) return;
  const heads = ["Work", "Batch", "Threads", "Figure", "Apus", "Best peer", "", "Apus / best peer", "95 % interval"];
  section.append(element(
    "div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Table: Apus and the best peer"},
    element(
      "table", {}, element("thead", {}, element("tr", {}, heads.map((head) => element("th", {scope: "col"}, head)))),
      element(
        "tbody", {},
        compared.map(
          (row) => element("tr", {class: isFlagged(row) ? "flagged" : null}, element("th", {scope: "row"}, row.name), [
            row.batch, row.threads, `${row.metric}, ${row.apus.unit}`, number(row.apus.median),
            number(row.peer.median), row.peer.algorithm, number(row.median), range(interval(row))
          ].map((text) => element("td", {}, String(text)))))))));
}
