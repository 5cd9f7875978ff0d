/** One message as a node: sender, quote, text, file, time and the buttons beneath it. */

import { botAvatar, groupAvatar, nameTint, personAvatar } from "./avatar.js";
import { button, element, icon } from "./element.js";
import { richText, startPayload } from "./markup.js";
import { dateText, hourText } from "./moment.js";
import { openChat, persona, session } from "./session.js";
import { withSigns } from "./signs.js";

const WIDEST = 360;
const HIGHEST = 480;
/** Office machines often lack an emoji font: the usual reactions are shown as words. */
const REACTION_WORDS = { "👍": "赞", "👌": "好的", "👀": "已阅", "✍": "已记", "🙏": "感谢", "🤝": "一致", "👏": "鼓掌" };

/**
 * Build the node of `message`. `acts` are what a person can do with it:
 * press(message, key, node), start(payload), command(text), menu(message, anchor), jump(id).
 */
export function bubble(message, acts) {
  const data = { testid: `message-${message.chat}-${message.id}`, id: String(message.id) };
  if (message.service) return element("p", { class: "service", data }, message.service);
  const node = element(
    "article",
    { class: messageClasses(message), data, "aria-label": `${senderName(message)} ${hourText(message.date)}` },
    message.mine ? null : senderAvatar(message),
    element("div", { class: "stack" }, body(message, acts), keyboard(message, acts)),
    menuButton(message, acts),
  );
  followBotLinks(node, acts);
  return node;
}

function messageClasses(message) {
  const classes = ["message", message.mine ? "mine" : "theirs"];
  if (message.buttons?.length) classes.push("with-buttons");
  if (message.photo) classes.push("with-photo");
  return classes.join(" ");
}

function reaction({ emoji, count }) {
  const words = REACTION_WORDS[emoji] ?? emoji;
  return element("span", { class: "reaction" }, count > 1 ? `${words} ${count}` : words);
}

function senderAvatar({ from, anonymous }) {
  if (anonymous) return groupAvatar();
  return from.is_bot ? botAvatar() : personAvatar(from);
}

function body(message, acts) {
  return element(
    "div",
    { class: "bubble" },
    message.mine && !message.anonymous ? null : sender(message),
    message.reply_to ? quote(message.reply_to, acts) : null,
    message.photo ? photo(message.photo) : null,
    message.document ? fileCard(message.document) : null,
    element("div", { class: "text" }, richText(message.html ?? "", acts.command), stamp(message)),
    (message.reactions ?? []).map(reaction),
  );
}

/** Anonymous administrators speak under the name of their group. */
function senderName({ from, anonymous }) {
  return anonymous ? (openChat()?.title ?? from.name) : from.name;
}

function sender(message) {
  const { from, anonymous } = message;
  const post = persona(from.id)?.post;
  const tag = anonymous ? "匿名管理员" : from.is_bot ? "机器人" : null;
  return element(
    "header",
    { class: "sender" },
    element("b", { class: from.is_bot ? "name-bot" : nameTint(from.id) }, senderName(message)),
    post && !anonymous ? element("small", {}, post) : null,
    tag ? element("small", { class: "tag" }, tag) : null,
  );
}

function quote(reply, acts) {
  return button(
    { class: "quote", "aria-label": `查看所回复的消息：${reply.name}`, on: { click: () => acts.jump(reply.id) } },
    element("b", {}, reply.name),
    element("span", {}, reply.text || "文件"),
  );
}

/** A picture takes its room before it has come, so that nothing below it is pushed out of sight. */
function photo({ url, width, height }) {
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const image = element("img", { src: url, alt: "图片", ...size, loading: "lazy" });
  return element("a", { class: "photo", href: url, target: "_blank", rel: "noopener" }, image);
}

function fileCard({ name, size, url }) {
  return element(
    "a",
    { class: "file", href: url, download: name, data: { testid: "file" } },
    element("span", { class: "file-sign" }, icon("file"), element("i", {}, extension(name))),
    element("span", { class: "who" }, element("b", {}, name), element("small", {}, `${sizeText(size)} · 下载`)),
  );
}

function extension(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1, dot + 5).toUpperCase() : "";
}

export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function stamp({ date, edited }) {
  const title = `${dateText(date)} ${hourText(date)}`;
  return element("span", { class: "stamp" }, edited ? "已编辑 " : "", element("time", { datetime: date, title }, hourText(date)));
}

function keyboard(message, acts) {
  if (!message.buttons?.length) return null;
  const rows = message.buttons.map((row) => element("div", { class: "key-row" }, row.map((key) => keyNode(message, key, acts))));
  return element("div", { class: "keyboard", role: "group", "aria-label": "消息按钮" }, rows);
}

function keyNode(message, key, acts) {
  const data = { testid: "button" };
  if (key.url) {
    const link = { class: "key leads-away", href: key.url, target: "_blank", rel: "noopener noreferrer", data };
    return element("a", link, caption(key));
  }
  const node = button({ class: "key", data, on: { click: () => acts.press(message, key, node) } }, caption(key));
  return node;
}

/** A key's words in one piece, so that a sign stays beside them. */
function caption({ label }) {
  return element("span", {}, withSigns(label));
}

function menuButton(message, acts) {
  const open = (event) => acts.menu(message, event.currentTarget);
  return button({ class: "more", "aria-label": "消息操作", "aria-haspopup": "menu", on: { click: open } }, icon("more"));
}

/** Links that start our bot stay on this page: the private chat opens and /start is sent. */
function followBotLinks(node, acts) {
  for (const anchor of node.querySelectorAll("a[href]")) {
    const payload = startPayload(anchor.href, session.state.bot.username);
    if (payload === null) continue;
    anchor.addEventListener("click", (event) => {
      event.preventDefault();
      acts.start(payload);
    });
  }
}
