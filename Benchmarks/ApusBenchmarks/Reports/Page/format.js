// What every part of the page shares: the file, its rows, numbers as text, colours.

const file = JSON.parse(document.getElementById("results").textContent);
const rows = file.results ?? [];

/** A size of memory in binary units. */
function bytes(value) {
  if (value == null) return "–";
  const steps = ["B", "KiB", "MiB", "GiB"];
  let step = 0;
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${Number(value.toPrecision(3))} ${steps[step]}`;
}

/** The values in order of first appearance; numbers ascending. */
function distinct(values) {
  const all = [...new Set(values)];
  return all.every((value) => typeof value === "number") ? all.sort((a, b) => a - b) : all;
}

const isDrawn = (row) => row.median != null && Number.isFinite(row.median);
const isFlagged = (row) => row.status !== "ok";
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** The 95 % interval of a row's median. */
function interval(row) {
  if (!isDrawn(row) || row.uncertainty == null) return null;
  return [row.median * (1 - row.uncertainty), row.median * (1 + row.uncertainty)];
}

/** A convolution's or layer's name, "model/layer direction", in parts. */
function parts(name) {
  const slash = name.indexOf("/");
  const rest = slash < 0 ? name : name.slice(slash + 1);
  const match = /^(.*?) (forward|backward|input gradient|filter gradient)$/.exec(rest);
  return {
    model: slash < 0 ? "" : name.slice(0, slash),
    layer: match ? match[1] : rest,
    direction: match ? match[2] : "whole",
  };
}

// One colour per algorithm in all plots; frameworks have a hue, their variants its shades.
const colours = new Map(Object.entries({
  naive: "grey",
  blas: "blue",
  fused: "vermillion",
  auto: "indigo",
  apus: "blue",
  "pytorch default": "orange-2",
  "pytorch channels-last": "orange-1",
  "pytorch compile": "orange-3",
  "tensorflow keras": "green-2",
  "tensorflow graph": "green-1",
  "tensorflow xla": "green-3",
  onnxruntime: "purple",
  forward: "sky",
  backward: "purple",
  whole: "grey",
  strong: "blue",
  weak: "gold",
  solve: "blue",
  eigh: "vermillion",
  svd: "green",
  p50: "sky",
  p90: "blue",
  p99: "indigo",
}));
const spare = ["green", "purple", "gold", "sky", "brown", "indigo", "vermillion", "grey"];
distinct(rows.map((row) => row.algorithm))
  .filter((name) => !colours.has(name))
  .sort()
  .forEach((name, index) => colours.set(name, spare[index % spare.length]));

const colourOf = (name) => style(colours.get(name) ?? "grey");
