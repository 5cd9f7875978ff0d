/** The head of the open conversation: its title, who is reading, and the topics of a forum. */

import { chatSubtitle, chatTitle } from "./chats.js";
import { button, element, icon, redraw } from "./element.js";
import { go, on, openChat, persona, session } from "./session.js";

const TYPING_MS = 4000;

export function setUpHead(head, topics) {
  let typing;
  const draw = () => {
    clearTimeout(typing);
    const chat = openChat();
    document.body.dataset.view = chat ? "talk" : "chats";
    redraw(head, chat ? [backButton(), titles(chat), viewer()] : []);
    topics.hidden = !chat?.is_forum;
    redraw(topics, chat?.is_forum ? tabs(chat) : []);
  };
  on("state", draw);
  on("place", draw);
  on("typing", ({ chat }) => {
    if (chat !== session.chat) return;
    head.querySelector("small").textContent = "机器人正在输入…";
    clearTimeout(typing);
    typing = setTimeout(draw, TYPING_MS);
  });
  on("message", ({ message }) => message.chat === session.chat && message.from.is_bot && draw());
}

function backButton() {
  const properties = { class: "quiet back", "aria-label": "返回会话列表", data: { testid: "back" } };
  return button({ ...properties, on: { click: () => go({}) } }, icon("back"));
}

function titles(chat) {
  return element(
    "div",
    { class: "who" },
    element("h2", { title: chatTitle(chat) }, chatTitle(chat)),
    element("small", { data: { testid: "subtitle" } }, chatSubtitle(chat)),
  );
}

/** Who is reading: on a screenshot this says whose page it is. */
function viewer() {
  const { name, post } = persona();
  return element("span", { class: "viewer" }, "身份：", element("b", {}, name), ` ${post}`);
}

function tabs(chat) {
  return [{ id: null, name: "综合" }, ...chat.topics].map(({ id, name }) => tab(chat, id, name));
}

function tab(chat, id, name) {
  const current = id === session.topic ? "true" : null;
  const open = () => go({ chat: chat.id, topic: id });
  const data = { testid: `topic-${id ?? "general"}` };
  return button({ class: "topic", "aria-current": current, data, on: { click: open } }, name);
}
