// The page from top to bottom: where it was measured, the machine, a section per suite.

const content = document.getElementById("content");
const machine = file.machine ?? {};
const context = file.context ?? {};
const mostThreads = Math.max(1, ...(context.threads?.length ? context.threads : rows.map((row) => row.threads ?? 1)));

const usualBatch = (values) => values.find((value) => Number.isInteger(value) && value >= 32);
/** The thread count with most algorithms to compare, the largest among equals. */
const comparableThreads = (values, left) => values.reduce((best, value) => {
  const algorithms = (threads) => distinct(left.filter((row) => row.threads === threads).map((row) => row.algorithm)).length;
  return algorithms(value) >= algorithms(best) ? value : best;
});
const byThreads = {label: "threads", of: (row) => row.threads, prefer: comparableThreads};
const byType = {label: "type", of: (row) => row.dtype};
const byFigure = {label: "figure", of: (row) => `${row.metric} in ${row.unit}`};
const byBatch = {label: "batch", of: (row) => row.batch, prefer: usualBatch};
const byModel = {label: "model", of: (row) => parts(row.name).model};
const figureAxis = (drawn) => (drawn.length ? `${drawn[0].metric}, ${drawn[0].unit}` : "");
const algorithm = (row) => row.algorithm;

/** The FMA peak that bounds a thread count; undefined between one and all, where it was not measured. */
function peak(threads, dtype = "float32") {
  const name = dtype === "float64" ? "fma_float64_gflops" : "fma_gflops";
  return threads === 1 ? machine[`${name}_per_core`] : threads === mostThreads ? machine[name] : undefined;
}

function showHead() {
  document.getElementById("processor").textContent = context.processor ?? "unknown processor";
  const blas = context.openblas ?? {};
  const facts = [
    ["Date", context.date?.replace("T", " ").replace("Z", " UTC")],
    ["Apus", [context.apus_version, context.commit && `commit ${context.commit}`].filter(Boolean).join(", ")],
    ["Threads measured", (context.threads ?? []).join(", ")],
    ["Cores", context.schedulable_cores + (context.quota_cores != null ? `, quota of ${context.quota_cores}` : "")],
    ["Frequency governor", context.governor ?? "not visible"],
    ["Linux", context.kernel],
    ["Load before the run", context.load_average],
    ["OpenBLAS", [blas.version, blas.selected_core && `kernels for ${blas.selected_core}`].filter(Boolean).join(", ")],
    ["Kind of run", context.quick ? "quick" : "full"],
    ["Rows", statuses(), "wide"],
    ["Pins in the environment", blas.pins?.length ? blas.pins.join(", ") : null, "wide"],
    ["Features present", context.present_features, "wide"],
    ["Features compiled for", context.compiled_features, "wide"],
  ];
  document.getElementById("context").append(
    ...facts.filter((fact) => fact[1] != null && fact[1] !== "").map(
      ([name, value, kind]) =>
        element("div", {class: kind}, element("dt", {}, name), element("dd", {}, String(value)))));

  const warnings = [...(context.warnings ?? [])];
  if (context.quick) warnings.push("a quick run: few samples and fewer rows; do not quote its figures");
  const bad = rows.filter((row) => isFlagged(row) && row.status !== "missing").length;
  if (bad) {
    const share = `${plural(bad, "row")} of ${rows.length}`;
    warnings.push(`${share} cannot be trusted fully: outlined or hollow in plots, marked in tables`);
  }
  if (warnings.length) {
    document.getElementById("warnings")
      .append(element(
        "div", {class: "warning", role: "note"}, element("strong", {}, "Before you read on"),
        element("ul", {}, warnings.map((text) => element("li", {}, text)))));
  }
}

function statuses() {
  const counts = distinct(rows.map((row) => row.status))
                   .map((status) => [rows.filter((row) => row.status === status).length, status]);
  return `${rows.length}: ${counts.map(([count, status]) => `${count} ${status}`).join(", ")}`;
}

/** A section with its place in the navigation. */
function addSection(id, title, introduction) {
  const section = element(
    "section", {id, "aria-labelledby": `${id}-title`}, element("h2", {id: `${id}-title`}, title),
    element("p", {}, introduction));
  content.append(section);
  document.getElementById("sections").append(element("a", {href: `#${id}`}, title));
  return section;
}

function showMachine() {
  const section = addSection(
    "machine", "The machine",
    "What this machine can do at most, measured in the same run. Read every other figure on this page against it.");
  const facts = [
    ["FMA peak, one core", `${number(machine.fma_gflops_per_core)} GFLOP/s`],
    ["FMA peak, all cores", `${number(machine.fma_gflops)} GFLOP/s`],
    ["float64, one core", `${number(machine.fma_float64_gflops_per_core)} GFLOP/s`],
    ["float64, all cores", `${number(machine.fma_float64_gflops)} GFLOP/s`],
    ["Clock", `${number(machine.clock_ghz)} GHz`],
    ["FMA per cycle", `${number(machine.fma_per_cycle)} × ${machine.vector_bits} bits`],
  ];
  section.append(element(
    "dl", {class: "facts figures"},
    facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))));
  const levels = Object.keys({...machine.triad_gbs_per_core, ...machine.triad_gbs}).sort(byLevel);
  if (levels.length) {
    const heads = ["Memory", "Size", "Triad, one core (GB/s)", "Triad, all cores (GB/s)"];
    section.append(element(
      "div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Table: memory bandwidth"},
      element(
        "table", {},
        element(
          "thead", {},
          element(
            "tr", {},
            heads.map((head, index) => element("th", {scope: "col", class: index ? "number" : null}, head)))),
        element(
          "tbody", {},
          levels.map(
            (level) => element(
              "tr", {}, element("th", {scope: "row"}, level),
              element("td", {class: "number"}, bytes(machine.cache_bytes?.[level])),
              element("td", {class: "number"}, number(machine.triad_gbs_per_core?.[level])),
              element("td", {class: "number"}, number(machine.triad_gbs?.[level]))))))));
  }
  addRoofline(section);
}

/** A suite's section: its plots and its table; none where the suite has no rows. */
function showSuite(id, title, introduction, addPlots = () => {}) {
  const own = rows.filter((row) => row.suite === id);
  if (own.length === 0) return;
  const section = addSection(id, title, introduction);
  const area = element("div", {class: "plots"});
  section.append(area);
  addPlots(area, own.filter(isDrawn), section, own);
  if (!area.hasChildNodes()) area.remove();
  addTable(section, title, own);
}

/** How far the page is wider than its window, for tests: nothing may make readers scroll sideways. */
function measureOverflow() {
  const root = document.documentElement;
  root.dataset.overflow = Math.max(0, root.scrollWidth - root.clientWidth);
}

applyTheme();
showHead();
showMachine();
showSuite(
  "gemm", "Matrix products",
  "C = A·B, naive and by OpenBLAS with each kernel family that this processor runs. 2·M·N·K operations per product.",
  addProducts);
showSuite(
  "convolution", "Convolutions",
  "Layers of real networks by each algorithm. All rates count the same operations, so they compare.", addConvolutions);
showSuite(
  "layers", "Layers",
  "What each layer costs within a training step, as share of the whole, in time and in bytes moved.", addLayers);
showSuite("train", "Training", "Whole training steps: forward, loss, backward and update.", addSteps);
showSuite("infer", "Inference", "Forward passes alone; at batch 1 what counts is how long one image takes.", addSteps);
showSuite(
  "scaling", "Scaling", "More threads on the same batch (strong) and on a batch that grows with them (weak).",
  addScaling);
showSuite(
  "lapack", "Linear algebra", "Solving, symmetric eigenvalues and singular values through LAPACK.", addLinearAlgebra);
showSuite("peers", "Peers", "The same work in other frameworks, all sides taking turns within one run.", addPeers);
for (const suite of distinct(rows.map((row) => row.suite)).filter((suite) => !document.getElementById(suite))) {
  showSuite(suite, suite, "A suite that this page has no plot for.");
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  applyTheme();
  for (const plot of plots) plot.render();
});
addEventListener("resize", measureOverflow);
measureOverflow();
if (plots.every((plot) => plot.canvas.dataset.drawn === "true")) document.documentElement.dataset.ready = plots.length;
