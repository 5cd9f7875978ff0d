/** The menu of the bot's commands, open while the first word typed is a command. */

import { button, element } from "./element.js";
import { session } from "./session.js";

export function commandMenu(text) {
  const node = element("div", { class: "commands", role: "listbox", "aria-label": "命令", hidden: true, data: { testid: "command-menu" } });
  const close = () => {
    node.hidden = true;
  };
  const pick = (command) => {
    text.value = `/${command} `;
    close();
    text.focus();
  };
  const refresh = () => show(node, matching(text.value), pick);
  const toggle = () => {
    if (node.hidden) show(node, matching("/"), pick);
    else close();
    text.focus();
  };
  return { node, close, refresh, toggle, key: (event) => steer(event, node, close) };
}

/** Commands of the open chat that start with what is typed; none once an argument follows. */
function matching(typed) {
  const word = /^\/([a-z0-9_]*)$/i.exec(typed);
  if (!word) return [];
  const known = session.state?.commands[session.chat] ?? [];
  return known.filter(({ command }) => command.startsWith(word[1].toLowerCase()));
}

function show(node, commands, pick) {
  node.replaceChildren(...commands.map((one) => row(one, pick)));
  node.hidden = commands.length === 0;
}

function row({ command, description }, pick) {
  return button(
    { class: "command", role: "option", tabindex: "-1", on: { click: () => pick(command) } },
    element("b", {}, `/${command}`),
    element("span", {}, description),
  );
}

/** Handle a key while the menu is open; true when the key was meant for it. Enter without a choice sends the text. */
function steer(event, node, close) {
  if (node.hidden || event.isComposing) return false;
  const rows = [...node.children];
  const at = rows.findIndex((one) => one.ariaSelected === "true");
  if (event.key === "ArrowDown") select(rows, (at + 1) % rows.length);
  else if (event.key === "ArrowUp") select(rows, at <= 0 ? rows.length - 1 : at - 1);
  else if (event.key === "Escape") close();
  else if (event.key === "Tab" && !event.shiftKey) rows[Math.max(at, 0)].click();
  else if (event.key === "Enter" && at >= 0) rows[at].click();
  else return false;
  event.preventDefault();
  return true;
}

function select(rows, chosen) {
  rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
  rows[chosen].scrollIntoView({ block: "nearest" });
}
