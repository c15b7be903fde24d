// What every page shares: elements, numbers as text, colours.

/** An HTML element with attributes and children; `null` attributes are left out. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value != null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

/** Three significant digits, or whole numbers with separators from 1000 on. */
function number(value) {
  if (value == null || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 999.5) return Math.round(value).toLocaleString("en");
  return Math.abs(value) >= 0.001 ? value.toPrecision(3) : String(Number(value.toPrecision(3)));
}

/** A colour of the style sheet. */
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
