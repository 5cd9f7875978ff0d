/** Writing: text, reply, edit, one attached file, and the menu of commands. */

import * as api from "./api.js";
import { sizeText } from "./bubble.js";
import { commandMenu } from "./commands.js";
import { button, element, icon } from "./element.js";
import { attempt } from "./notice.js";
import { on, openChat, session } from "./session.js";

const TALLEST_PX = 160;

/** Build the composer in `root`. `onSent(message)` shows what was sent; `onStart()` opens the private chat. */
export function setUpComposer(root, onSent, onStart) {
  const draft = { reply: null, edit: null, file: null };
  const parts = build(draft, onSent, onStart);
  root.append(parts.notice, parts.begin, parts.form);
  const follow = () => adapt(parts);
  on("state", follow);
  on("place", () => {
    clear(draft, parts);
    parts.text.value = "";
    grow(parts.text);
    follow();
  });
  return {
    reply: (message) => begin(draft, parts, { reply: message }),
    edit: (message) => begin(draft, parts, { edit: message }),
    send: (text) => attempt(async () => onSent((await api.send(addressed({ text }))).message)),
  };
}

function build(draft, onSent, onStart) {
  const text = element("textarea", { rows: 1, placeholder: "输入消息，“/”查看命令", "aria-label": "消息内容", data: { testid: "composer" } });
  const picker = element("input", { type: "file", hidden: true, data: { testid: "file-input" } });
  const asDocument = element("input", { type: "checkbox" });
  const anonymous = element("input", { type: "checkbox", data: { testid: "anonymous" } });
  const menu = commandMenu(text);
  const context = element("div", { class: "context", hidden: true, data: { testid: "context" } });
  const anonymousLabel = element("label", { class: "check" }, anonymous, "以匿名管理员身份");
  const form = element(
    "form",
    { class: "write" },
    menu.node,
    context,
    element(
      "div",
      { class: "line" },
      button({ class: "quiet", "aria-label": "添加文件", title: "添加文件", on: { click: () => picker.click() } }, icon("clip")),
      text,
      button({ class: "quiet slash", "aria-label": "命令菜单", title: "命令菜单", data: { testid: "commands" }, on: { click: menu.toggle } }, "/"),
      element("button", { type: "submit", class: "primary send", "aria-label": "发送", title: "发送", data: { testid: "send" } }, icon("send")),
    ),
    anonymousLabel,
    picker,
  );
  const notice = element("p", { class: "notice", hidden: true });
  const begin = button({ class: "primary begin", data: { testid: "start" }, hidden: true, on: { click: () => onStart() } }, "开始");
  const parts = { form, text, picker, asDocument, anonymous, anonymousLabel, menu, context, notice, begin };
  listen(draft, parts, onSent);
  return parts;
}

function listen(draft, parts, onSent) {
  const { form, text, picker, menu } = parts;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(draft, parts, onSent);
  });
  text.addEventListener("input", () => {
    grow(text);
    menu.refresh();
  });
  text.addEventListener("keydown", (event) => {
    if (menu.key(event) || event.isComposing) return;
    if (event.key === "Escape") clear(draft, parts);
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
  picker.addEventListener("change", () => {
    const file = picker.files[0];
    picker.value = "";
    if (file) begin(draft, parts, { ...draft, edit: null, file });
  });
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, TALLEST_PX)}px`;
}

function begin(draft, parts, { reply = null, edit = null, file = null }) {
  Object.assign(draft, { reply, edit, file });
  if (edit) parts.text.value = edit.text;
  drawContext(draft, parts);
  grow(parts.text);
  parts.text.focus();
}

function clear(draft, parts) {
  if (draft.edit) parts.text.value = "";
  Object.assign(draft, { reply: null, edit: null, file: null });
  drawContext(draft, parts);
  parts.menu.close();
}

/** The strip above the text: what is being answered, edited or attached. */
function drawContext(draft, parts) {
  const { reply, edit, file } = draft;
  const rows = [];
  if (reply) rows.push(contextRow(`回复 ${reply.from.name}`, reply.text || reply.document?.name || "图片"));
  if (edit) rows.push(contextRow("编辑消息", edit.text));
  if (file) rows.push(contextRow(file.name, sizeText(file.size), isImage(file) ? element("label", { class: "check" }, parts.asDocument, "以文件发送") : null));
  const drop = button({ class: "quiet", "aria-label": "取消", on: { click: () => clear(draft, parts) } }, icon("close"));
  parts.context.hidden = rows.length === 0;
  parts.context.replaceChildren(element("div", { class: "context-rows" }, rows), drop);
}

function contextRow(title, text, extra = null) {
  return element("div", { class: "context-row" }, element("b", {}, title), element("span", {}, text), extra);
}

const isImage = (file) => file.type.startsWith("image/");

function addressed(rest) {
  return { as: session.as, chat: session.chat, topic: session.topic, ...rest };
}

async function submit(draft, parts, onSent) {
  const text = parts.text.value.trim();
  if (!text && !draft.file) return;
  const { reply, edit, file } = draft;
  const answerTo = reply ? { reply_to: reply.id } : {};
  parts.text.value = "";
  const sent = await attempt(async () => {
    if (edit) return onSent((await api.edit(session.as, session.chat, edit.id, text)).message);
    if (file) return onSent((await api.sendFile(addressed({ caption: text, as_document: parts.asDocument.checked ? 1 : null, ...answerTo }), file)).message);
    return onSent((await api.send(addressed({ text, anonymous: parts.anonymous.checked, ...answerTo }))).message);
  });
  if (sent) clear(draft, parts);
  else parts.text.value = text;
  grow(parts.text);
  parts.menu.close();
}

/** Show what this chat allows: writing, the start button, or a sentence why not. */
function adapt({ form, begin: startButton, notice, anonymousLabel, anonymous }) {
  const chat = openChat();
  const unstarted = chat?.type === "private" && !chat.started;
  const outside = chat !== null && chat.type !== "private" && !chat.member;
  form.hidden = !chat || unstarted || outside;
  startButton.hidden = !unstarted;
  notice.hidden = !outside;
  notice.textContent = outside ? "您不是本群成员，不能发言" : "";
  anonymousLabel.hidden = !chat?.is_admin || chat.type === "private";
  if (anonymousLabel.hidden) anonymous.checked = false;
}
