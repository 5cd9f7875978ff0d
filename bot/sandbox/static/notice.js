/** Short notices at the top of the page, and the modal answer to a pressed button. */

import { element } from "./element.js";

const SHOWN_MS = 4500;
const MOST_SHOWN = 3;

export function toast(text, tone = "calm") {
  const node = element("div", { class: `toast ${tone}`, data: { testid: "toast" } }, text);
  const toasts = document.querySelector("#toasts");
  overConversation(toasts);
  toasts.append(node);
  if (toasts.children.length > MOST_SHOWN) toasts.firstElementChild.remove();
  setTimeout(() => node.remove(), SHOWN_MS);
}

/** Hang the notices over the messages, or at their usual place while no conversation is shown. */
function overConversation(toasts) {
  const { top, left, width } = document.querySelector(".scroll-frame").getBoundingClientRect();
  toasts.style.top = width ? `${top + 10}px` : "";
  toasts.style.left = width ? `${left + width / 2}px` : "";
}

export function alertBox(text) {
  document.querySelector("#alert-text").textContent = text;
  const dialog = document.querySelector("#alert");
  if (!dialog.open) dialog.showModal();
}

/** Run an action the person asked for; a refusal becomes a red notice. Returns whether it succeeded. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    toast(error.message, "bad");
    return false;
  }
}
