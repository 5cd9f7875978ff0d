/** Emoji that the bot writes, drawn by the page: office machines often lack an emoji font. */

import { element } from "./element.js";

const SIGNS = {
  "🟢": { name: "light-green", label: "绿灯" },
  "🟡": { name: "light-yellow", label: "黄灯" },
  "🔴": { name: "light-red", label: "红灯" },
  "⚪": { name: "light-grey", label: "灰灯" },
  "🔵": { name: "light-blue", label: "蓝灯" },
  "✅": { name: "tick", label: "确认", glyph: "✓" },
  "⚠️": { name: "warning", label: "注意", glyph: "!" },
};
const ANY = new RegExp(`(${Object.keys(SIGNS).join("|")})`, "u");

/** Cut `text` at its signs and return strings and drawn signs, in order. */
export function withSigns(text) {
  return text.split(ANY).filter(Boolean).map((part) => (SIGNS[part] ? sign(SIGNS[part]) : part));
}

function sign({ name, label, glyph = "" }) {
  return element("span", { class: `sign ${name}`, role: "img", "aria-label": label }, glyph);
}
