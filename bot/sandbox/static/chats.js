/** The list of the current person's chats, with the topics of forums beneath them. */

import { botAvatar, groupAvatar } from "./avatar.js";
import { button, element, redraw } from "./element.js";
import { go, on, session } from "./session.js";

export function setUpChats(list) {
  const draw = () => redraw(list, session.state.chats.flatMap(rows));
  on("state", draw);
  on("place", draw);
}

/** How a chat is called on the page. */
export function chatTitle(chat) {
  return chat.type === "private" ? "与机器人的私聊" : chat.title;
}

/** The line beneath a chat's title. */
export function chatSubtitle(chat) {
  if (chat.type === "private") return privateSubtitle(chat);
  const kind = chat.is_forum ? "话题群" : chat.type === "supergroup" ? "超级群" : "普通群";
  const notes = [kind, `${chat.members} 人`];
  if (chat.is_admin) notes.push("你是管理员");
  if (!chat.bot_member) notes.push("机器人不在群内");
  return notes.join(" · ");
}

function privateSubtitle({ started, blocked }) {
  if (blocked) return "已停用机器人";
  return started ? session.state.bot.first_name : "尚未开始";
}

function rows(chat) {
  const open = chat.id === session.chat;
  const topics = open && chat.is_forum ? chat.topics : [];
  return [chatRow(chat, open), ...topics.map((topic) => topicRow(chat, topic))];
}

function chatRow(chat, open) {
  const unread = open ? 0 : chat.unread;
  return button(
    {
      class: "chat",
      "aria-current": open ? "true" : null,
      data: { testid: `chat-${chat.id}` },
      on: { click: () => go({ chat: chat.id }) },
    },
    chat.type === "private" ? botAvatar() : groupAvatar(),
    element(
      "span",
      { class: "who" },
      element("b", { title: chatTitle(chat) }, chatTitle(chat)),
      element("small", {}, chatSubtitle(chat)),
    ),
    unread ? element("span", { class: "badge", "aria-label": `${unread} 条未读` }, unread > 99 ? "99+" : String(unread)) : null,
  );
}

function topicRow(chat, topic) {
  return button(
    {
      class: "topic-row",
      "aria-current": topic.id === session.topic ? "true" : null,
      on: { click: () => go({ chat: chat.id, topic: topic.id }) },
    },
    element("span", { "aria-hidden": "true" }, "#"),
    topic.name,
  );
}
