// The sortable, searchable table of a suite.

const marks = {ok: "✓", unsettled: "≈", drifted: "↝", invalid: "✕", refused: "✕", missing: "○"};

const range = (pair) => (pair ? `${number(pair[0])}–${number(pair[1])}` : "–");

/**
 * Columns: heading, `text` shown and `key` sorted by. Empty columns are left out; a `shared` column in which all rows
 * agree is said once above the table instead.
 */
const columns = [
  {head: "Name", text: (row) => row.name},
  {head: "Algorithm", text: (row) => row.algorithm},
  {head: "Type", text: (row) => row.dtype, shared: (value) => value},
  {head: "Threads", key: (row) => row.threads, whole: true, shared: (value) => plural(value, "thread")},
  {head: "Batch", key: (row) => row.batch, whole: true, shared: (value) => `batch ${value}`},
  {head: "Figure", text: (row) => row.metric, shared: (value) => value},
  {head: "Median", key: (row) => row.median},
  {head: "Unit", text: (row) => row.unit},
  {head: "Status", text: (row) => row.status, status: true},
  {head: "95 % interval", key: (row) => interval(row)?.[0], text: (row) => range(interval(row))},
  {head: "Quartiles", key: (row) => row.p25, text: (row) => range(row.p25 == null ? null : [row.p25, row.p75])},
  {head: "Least", key: (row) => row.min},
  {head: "Most", key: (row) => row.max},
  {head: "p50", key: (row) => row.percentiles?.p50},
  {head: "p90", key: (row) => row.percentiles?.p90},
  {head: "p99", key: (row) => row.percentiles?.p99},
  {head: "Samples", key: (row) => row.samples, whole: true},
  {head: "% of peak", key: (row) => row.percent_of_peak},
  {head: "FLOP per byte", key: (row) => row.roofline?.intensity},
  {head: "% of roof", key: (row) => row.roofline?.percent_of_attainable},
  {head: "Operands in", text: (row) => row.roofline?.level},
  {head: "Notes", text: (row) => (row.notes ?? []).join("; "), notes: true},
];

function cell(column, row) {
  const text = column.text ? column.text(row) ?? "–"
    : column.whole ? String(column.key(row) ?? "–")
    : number(column.key(row));
  if (column.head === "Name") return element("th", {scope: "row"}, text);
  if (column.status) return element("td", {class: "status", "data-mark": marks[row.status] ?? "?"}, text);
  return element("td", {class: column.notes ? "notes" : column.key ? "number" : null}, text);
}

/** Missing values come last in both directions. */
function compare(column, sign) {
  const key = column.key ?? column.text;
  return (a, b) => {
    const [left, right] = [key(a.row), key(b.row)];
    if (left == null || right == null) return (left == null) - (right == null);
    const order = column.key ? left - right : left.localeCompare(right, "en", {numeric: true});
    return sign * order || a.index - b.index;
  };
}

/** Adds the table of `suiteRows` to a section. */
function addTable(section, title, suiteRows) {
  const shown = [];
  const agreed = [];
  for (const column of columns) {
    const values = distinct(suiteRows.map(column.key ?? column.text)).filter((value) => value != null && value !== "");
    if (values.length === 1 && column.shared && suiteRows.length > 1) agreed.push(column.shared(values[0]));
    else if (values.length > 0) shown.push(column);
  }
  const entries = suiteRows.map((row, index) => {
    const line = element("tr", {class: isFlagged(row) ? "flagged" : null}, shown.map((column) => cell(column, row)));
    const words = [...agreed, ...[...line.cells].map((cell) => cell.textContent)].join(" ").toLowerCase();
    return {row, index, line, words};
  });
  const body = element("tbody", {}, entries.map((entry) => entry.line));
  const heads = shown.map((column) => {
    const button = element("button", {type: "button"}, column.head);
    const head = element("th", {scope: "col", class: column.key ? "number" : null}, button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      body.replaceChildren(...entries.sort(compare(column, descending ? -1 : 1)).map((entry) => entry.line));
    });
    return head;
  });

  const count = element("span", {role: "status"}, plural(entries.length, "row"));
  const search = element("input", {type: "search", placeholder: "conv1 blas, unsettled, …"});
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let visible = 0;
    for (const entry of entries) {
      entry.line.hidden = !wanted.every((word) => entry.words.includes(word));
      visible += entry.line.hidden ? 0 : 1;
    }
    count.textContent =
      visible === entries.length ? plural(visible, "row") : `${visible} of ${plural(entries.length, "row")}`;
  });
  section.append(
    element(
      "div", {class: "table-tools"}, element("label", {}, "Filter", search), count,
      agreed.length ? element("span", {}, `all: ${agreed.join(", ")}`) : null),
    element(
      "div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${title}`},
      element("table", {}, element("thead", {}, element("tr", {}, heads)), body)));
}
