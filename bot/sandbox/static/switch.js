/** A checkbox drawn as a switch. */

import { element } from "./element.js";
import { attempt } from "./notice.js";

/** A labelled switch: its node, and `show(on)`. `act(on)` does the work; refused, the switch falls back. */
export function switchRow(label, act, hint = null) {
  const box = element("input", { type: "checkbox", role: "switch" });
  box.addEventListener("change", async () => {
    if (!(await attempt(() => act(box.checked)))) box.checked = !box.checked;
  });
  const show = (on) => {
    box.checked = on;
  };
  const words = element("span", {}, label, hint ? element("small", {}, hint) : null);
  return { node: element("label", { class: "switch" }, words, box), show };
}
