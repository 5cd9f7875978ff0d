/** Round initials for people, square ones for groups, the mark for the bot. */

import { element } from "./element.js";

const TINTS = 8;

function tint(id) {
  return Math.abs(Number(id)) % TINTS;
}

/** The two last characters of a Chinese name, the first letter of any other. */
function initials(name) {
  const letters = [...name.trim()];
  return /\p{Script=Han}/u.test(name) ? letters.slice(-2).join("") : (letters[0] ?? "?").toUpperCase();
}

export function personAvatar({ id, name }) {
  return element("span", { class: `avatar tint-${tint(id)}`, "aria-hidden": "true" }, initials(name));
}

export function groupAvatar() {
  return element("span", { class: "avatar square", "aria-hidden": "true" }, "群");
}

export function botAvatar() {
  return element("img", { class: "avatar square", src: "/static/mark.svg", alt: "" });
}

export function nameTint(id) {
  return `name-${tint(id)}`;
}
