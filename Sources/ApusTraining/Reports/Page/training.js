// The page from top to bottom: the result in figures, curves, classes, filters, mistakes, settings.

const report = JSON.parse(document.getElementById("results").textContent);
const content = document.getElementById("content");
const epochs = report.epochs;
const scores = [["train", "training", "blue"], ["validation", "validation", "green"], ["test", "test", "vermillion"]];
const share = (value) => (value == null ? "–" : value.toFixed(4));
const percent = (value) => `${(100 * value).toFixed(1)} %`;

function facts(list, entries, kind) {
  list.append(...entries.filter(({value}) => value != null && value !== "").map(({name, value}) =>
    element("div", {class: kind ?? (value.length > 40 ? "wide" : null)}, element("dt", {}, name), element("dd", {}, value))));
}

/** A section with its place in the navigation. */
function addSection(id, title, introduction) {
  const section = element(
    "section", {id, "aria-labelledby": `${id}-title`}, element("h2", {id: `${id}-title`}, title),
    introduction ? element("p", {}, introduction) : null);
  content.append(section);
  document.getElementById("sections").append(element("a", {href: `#${id}`}, title));
  return section;
}

/** A table in a frame that scrolls; the first cell of a row names it. */
function table(heads, rows, kind = "") {
  const cell = (value, index) =>
    element(index ? "td" : "th", {class: index ? "number" : null, scope: index ? null : "row"}, value);
  return element("div", {class: `scroll ${kind}`, tabindex: "0"}, element("table", {},
    element("thead", {}, element("tr", {}, heads.map((head, index) =>
      element("th", {scope: "col", class: index ? "number" : null}, head)))),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell))))));
}

function showHead() {
  document.getElementById("title").textContent = report.title;
  document.title = `Training of ${report.title}`;
  const tests = epochs.filter((epoch) => epoch.test?.accuracy != null);
  const best = tests.reduce((a, b) => (a && a.test.accuracy >= b.test.accuracy ? a : b), null);
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const seen = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.imagesPerSecond, 0);
  facts(document.getElementById("figures"), [
    {name: "Test accuracy", value: share(report.accuracy)},
    {name: "Best test accuracy", value: best ? `${share(best.test.accuracy)}, epoch ${best.epoch}` : null},
    {name: "Epochs", value: String(epochs.length)},
    {name: "Training", value: seconds >= 90 ? `${number(seconds / 60)} min` : `${number(seconds)} s`},
    {name: "Images per second", value: seconds > 0 ? number(seen / seconds) : null},
  ], "");
}

function showCurves() {
  const section = addSection("curves", "Curves");
  const numbers = epochs.map((epoch) => epoch.epoch);
  if (canDraw && epochs.length > 0) {
    const plots = element("div", {class: "plots"});
    section.append(plots);
    const series = (value) => scores.map(([key, label, colour]) => ({
      label, colour, values: epochs.map((epoch) => value(epoch[key])),
    }));
    addCurves(plots, {
      title: "Loss", axis: "mean loss", epochs: numbers, series: series((score) => score?.loss),
      reading: "Smaller is better. Training loss is that of each batch as it was trained on, with dropout and augmentation; "
        + "the others are taken after the epoch.",
    });
    addCurves(plots, {
      title: "Accuracy", axis: "accuracy", epochs: numbers, series: series((score) => score?.accuracy),
      reading: "Share of images whose likeliest class is the right one.",
    });
    addCurves(plots, {
      title: "Learning rate", axis: "learning rate", epochs: numbers, beginAtZero: true,
      reading: "Of the last step of each epoch.",
      series: [{label: "learning rate", colour: "indigo", values: epochs.map((epoch) => epoch.learningRate)}],
    });
    addCurves(plots, {
      title: "Speed", axis: "images per second", epochs: numbers, beginAtZero: true,
      reading: "Training alone, without evaluation.",
      series: [{label: "images per second", colour: "grey", values: epochs.map((epoch) => epoch.imagesPerSecond)}],
    });
  } else if (!canDraw) {
    section.append(element("p", {class: "warning"},
      "Chart.js was not installed when this page was written, so there are no curves: apt-get install libjs-chart.js"));
  }
  const present = scores.filter(([key]) => epochs.some((epoch) => epoch[key]));
  section.append(table(
    ["Epoch", ...present.flatMap(([, label]) => [`${label} loss`, `${label} accuracy`]), "learning rate", "seconds"],
    epochs.map((epoch) => [
      String(epoch.epoch), ...present.flatMap(([key]) => [share(epoch[key]?.loss), share(epoch[key]?.accuracy)]),
      number(epoch.learningRate), number(epoch.seconds),
    ])));
}

function showClasses() {
  const names = report.classes.map((row) => row.name);
  const section = addSection("confusion", "Confusion",
    `${report.images.toLocaleString("en")} test images. A row is what they are, a column what the network says: blue where `
    + "it is right, orange where it is wrong, the stronger the larger the share of the row.");
  const isSmall = names.length > 20;
  const totals = report.confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const shareOf = (row, column) => (totals[row] ? report.confusion[row][column] / totals[row] : 0);
  const worst = Math.max(0.1, ...names.flatMap((_, row) => names.map((_, column) => (row === column ? 0 : shareOf(row, column)))));
  const cell = (row, column) => {
    const isRight = row === column;
    const strength = isRight ? shareOf(row, column) : 0.85 * shareOf(row, column) / worst;
    const count = report.confusion[row][column];
    const made = element("td", {title: `${names[row]} taken for ${names[column]}: ${count}`}, isSmall ? "" : String(count));
    made.style.background = `color-mix(in srgb, var(--${isRight ? "blue" : "vermillion"}) ${100 * strength}%, var(--panel))`;
    if (strength > 0.7) made.style.color = "var(--paper)";
    return made;
  };
  section.append(element("div", {class: "scroll fit", tabindex: "0"}, element("table", {class: isSmall ? "heat small" : "heat"},
    isSmall ? null : element("thead", {}, element("tr", {}, element("td"),
      names.map((name) => element("th", {scope: "col"}, element("span", {}, name))))),
    element("tbody", {}, names.map((name, row) => element("tr", {},
      isSmall ? null : element("th", {scope: "row"}, name), names.map((_, column) => cell(row, column))))))));
  if (isSmall) {
    const pairs = names.flatMap((_, row) => names.map((_, column) => ({row, column, count: report.confusion[row][column]})))
      .filter(({row, column, count}) => row !== column && count > 0).sort((a, b) => b.count - a.count).slice(0, 20);
    section.append(element("h3", {}, "Most frequent confusions"), table(["Class", "taken for", "images"],
      pairs.map(({row, column, count}) => [names[row], names[column], String(count)])));
  }

  const classes = addSection("classes", "Classes",
    "Precision: the share of right ones among the images said to be of the class. Recall: the share of the class's images "
    + "that were found. F1: their harmonic mean.");
  const meter = (value) => {
    const fill = element("i");
    fill.style.width = `${100 * (value ?? 0)}%`;
    return [element("span", {class: "meter", "aria-hidden": "true"}, fill), share(value)];
  };
  classes.append(table(["Class", "images", "precision", "recall", "F1"], report.classes.map((row) => [
    row.name, row.images.toLocaleString("en"), share(row.precision), share(row.recall), meter(row.f1),
  ]), "classes"));
}

function showFilters() {
  if (report.filters.length === 0) return;
  const section = addSection("filters", "First-layer filters",
    "The weights of the first convolution: grey is 0, each filter is scaled to its own largest weight.");
  section.append(element("div", {class: "tiles"}, report.filters.map((source, index) =>
    element("img", {src: source, alt: `filter ${index + 1}`}))));
}

function showMistakes() {
  if (report.mistakes.length === 0) return;
  const section = addSection("mistakes", "Most confidently wrong",
    "The test images that the network got wrong and was surest of: what it says, how sure it is, and what they are.");
  section.append(element("ul", {class: "mistakes"}, report.mistakes.map(({image, truth, prediction, score}) =>
    element("li", {}, element("img", {src: image, alt: truth}),
      element("b", {}, `${prediction}, ${score >= 0 && score <= 1 ? percent(score) : number(score)}`),
      element("span", {}, `is ${truth}`)))));
}

function showSettings() {
  const section = addSection("settings", "Settings and machine");
  for (const entries of [report.settings, report.machine]) {
    const list = element("dl", {class: "facts"});
    section.append(list);
    facts(list, entries);
  }
}

showHead();
showCurves();
showClasses();
showFilters();
showMistakes();
showSettings();
colourCharts();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colourCharts);
const measureOverflow = () => {
  const root = document.documentElement;
  root.dataset.overflow = Math.max(0, root.scrollWidth - root.clientWidth);
};
addEventListener("resize", measureOverflow);
measureOverflow();
document.documentElement.dataset.ready = charts.length;
