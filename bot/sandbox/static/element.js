/** Build DOM nodes without any HTML strings. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. Properties: `class`, `on` (listeners by event), `data` (dataset);
 * anything else is an attribute, left out when null, undefined or false. Null children are skipped.
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  const { class: classes, on = {}, data = {}, ...attributes } = properties;
  if (classes) node.className = classes;
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  for (const [name, value] of Object.entries(data)) if (value !== null) node.dataset[name] = value;
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  node.setAttribute(name, value === true ? "" : value);
}

/** A plain button that never submits a form by accident. */
export function button(properties, ...children) {
  return element("button", { type: "button", ...properties }, ...children);
}

/** Bring `parent`'s children to exactly `wanted`, leaving nodes already in place untouched. */
export function arrange(parent, wanted) {
  wanted.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
}

/** Replace `parent`'s children by new ones of the same kind; the focus stays on the one with the same test id. */
export function redraw(parent, nodes) {
  const held = parent.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  parent.replaceChildren(...nodes);
  if (held) parent.querySelector(`[data-testid="${held}"]`)?.focus({ preventScroll: true });
}

const PATHS = {
  back: "M15 5l-7 7 7 7",
  clip: "M20 11.5l-8.2 8.2a5 5 0 0 1-7-7l8.5-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6",
  send: "M4 12l16-7-6 15-3-6.5L4 12z",
  close: "M6 6l12 12M18 6L6 18",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  file: "M7 3h7l4 4v14H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v4h4M9 12h6M9 16h6",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
};

/** A line icon, hidden from screen readers: the button around it carries the label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
