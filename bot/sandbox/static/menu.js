/** The small menu of one message: reply, edit, like. Opens by its button, a right click or a long press. */

import { button, element } from "./element.js";

const LONG_PRESS_MS = 500;

export function openMessageMenu(message, anchor, acts) {
  closeMenu();
  const items = [["回复", acts.reply]];
  if (message.mine && message.text && !message.anonymous) items.push(["编辑", acts.edit]);
  items.push(["点赞", acts.like]);
  const menu = element("div", { class: "menu", role: "menu", data: { testid: "menu" } }, items.map(([label, act]) => item(label, act, message)));
  document.body.append(menu);
  place(menu, anchor.getBoundingClientRect());
  menu.addEventListener("keydown", (event) => move(event, menu, anchor));
  menu.firstElementChild.focus();
}

function item(label, act, message) {
  const choose = () => {
    closeMenu();
    act(message);
  };
  return button({ role: "menuitem", on: { click: choose } }, label);
}

/** Keep the menu inside the window, beside what it belongs to. */
function place(menu, { left, bottom, top }) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = bottom + height + 8 < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? bottom + 4 : Math.max(8, top - height - 4)}px`;
}

function move(event, menu, anchor) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp") items.at(at - 1).focus();
  else if (event.key === "Escape") {
    closeMenu();
    anchor.focus();
  } else return;
  event.preventDefault();
}

function closeMenu() {
  document.querySelector(".menu")?.remove();
}

/** Open the menu of the message under the pointer on right click and on long press. */
export function setUpMessageMenu(list) {
  addEventListener("pointerdown", (event) => event.target.closest?.(".menu") || closeMenu());
  list.addEventListener("scroll", closeMenu);
  list.addEventListener("contextmenu", (event) => {
    if (openFor(event.target)) event.preventDefault();
  });
  longPress(list);
}

function openFor(target) {
  const more = target.closest?.("a, button") ? null : target.closest?.(".message")?.querySelector(".more");
  more?.click();
  return Boolean(more);
}

function longPress(list) {
  let timer;
  const stop = () => clearTimeout(timer);
  list.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") timer = setTimeout(() => openFor(event.target), LONG_PRESS_MS);
  });
  for (const type of ["pointerup", "pointermove", "pointercancel"]) list.addEventListener(type, stop);
}
