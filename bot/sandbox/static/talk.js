/** The open conversation: loads messages, keeps them current, stays at the newest. */

import * as api from "./api.js";
import { arrange, element } from "./element.js";
import { bubble } from "./bubble.js";
import { openMessageMenu } from "./menu.js";
import { dayText, within } from "./moment.js";
import { alertBox, attempt, toast } from "./notice.js";
import { go, on, openChat, reload, session } from "./session.js";
import { startPayload } from "./markup.js";

const NEAR_BOTTOM_PX = 120;
const BUSY_MS = 4000;
const READ_MS = 400;

const messages = new Map();
const nodes = new Map();
let view;
let loads = 0;
let reading;
let waiting = null;

/** Wire the list of messages; `compose` offers reply(message), edit(message) and send(text). */
export function setUpTalk(list, newest, compose) {
  view = { list, newest, compose };
  on("place", () => enter());
  on("online", ({ connected }) => connected && load());
  on("message", ({ message }) => whenLoaded(() => arrive(message)));
  on("edit", ({ message }) => whenLoaded(() => replace(message)));
  on("delete", ({ chat, id }) => whenLoaded(() => remove(chat, id)));
  on("toast", answerPress);
  view.list.addEventListener("scroll", () => nearBottom() && (view.newest.hidden = true));
  view.newest.addEventListener("click", toBottom);
  new ResizeObserver(() => view.newest.hidden && toBottom()).observe(view.list);
}

const here = (message) => message.chat === session.chat && (!openChat()?.is_forum || message.topic === session.topic);

const acts = {
  press: (message, key, node) => press(message, key, node),
  start: (payload) => startBot(payload),
  command: (text) => view.compose.send(text),
  menu: (message, anchor) => openMessageMenu(message, anchor, { ...view.compose, like }),
  jump: (id) => jump(id),
};

async function enter() {
  messages.clear();
  nodes.clear();
  await load();
}

/** Fetch the open chat's messages; an answer that comes after the person moved on is dropped. */
async function load() {
  const turn = ++loads;
  if (!openChat()?.member) {
    waiting = null;
    return draw();
  }
  waiting ??= [];
  await attempt(async () => {
    const answer = await api.getMessages(session.as, session.chat, session.topic);
    if (turn === loads) adopt(answer.messages.filter((message) => !message.deleted && here(message)));
  });
  if (turn !== loads) return;
  const changes = waiting;
  waiting = null;
  for (const change of changes) change();
}

/** Show exactly these messages; the nodes of unchanged ones stay as they are. */
function adopt(wanted) {
  const follow = messages.size === 0 || nearBottom();
  const before = new Map(messages);
  messages.clear();
  for (const message of wanted) {
    if (JSON.stringify(before.get(message.id)) !== JSON.stringify(message)) nodes.delete(message.id);
    messages.set(message.id, message);
  }
  draw();
  if (follow) toBottom();
}

/** Do `change` now, or after the messages being fetched have come. */
function whenLoaded(change) {
  if (waiting) waiting.push(change);
  else change();
}

function arrive(message) {
  if (!here(message)) return;
  const follow = message.mine || nearBottom();
  replace(message, true);
  if (follow) toBottom();
  else view.newest.hidden = false;
  clearTimeout(reading);
  reading = setTimeout(markRead, READ_MS);
}

/** The server takes what was fetched as read; what came by event is read a moment later. */
function markRead() {
  if (openChat()?.member) api.getMessages(session.as, session.chat, session.topic).catch(() => {});
}

/** Show what was just sent, unless the server's event was faster. */
export function show(message) {
  if (!messages.has(message.id)) replace(message, true);
}

/** Put a message in place; one that is not shown yet is added only when `fresh`. */
function replace(message, fresh = false) {
  if (!here(message) || (!fresh && !messages.has(message.id))) return;
  const stick = nearBottom();
  const focused = keysOf(message).indexOf(document.activeElement);
  messages.set(message.id, message);
  nodes.delete(message.id);
  draw();
  if (stick) toBottom();
  keysOf(message)[focused]?.focus({ preventScroll: true });
}

/** The buttons beneath a message as shown now, so that focus survives the bot's edit. */
function keysOf({ id }) {
  return [...(nodes.get(id)?.querySelectorAll(".key") ?? [])];
}

function remove(chat, id) {
  if (chat !== session.chat || !messages.delete(id)) return;
  nodes.delete(id);
  draw();
}

function nodeOf(message) {
  if (!nodes.has(message.id)) nodes.set(message.id, bubble(message, acts));
  return nodes.get(message.id);
}

function draw() {
  const wanted = [];
  let previous = null;
  for (const message of [...messages.values()].sort((one, other) => one.id - other.id)) {
    const day = dayText(message.date);
    if (!previous || day !== dayText(previous.date)) wanted.push(dayNode(day));
    const node = nodeOf(message);
    node.classList.toggle("joined", continues(previous, message));
    wanted.push(node);
    previous = message;
  }
  arrange(view.list, wanted.length ? wanted : [emptyNote()]);
}

/** Whether a message belongs to the same breath as the one above it: same sender, minutes apart. */
function continues(previous, message) {
  if (!previous || previous.service || message.service) return false;
  const sameSender = previous.from.id === message.from.id && previous.anonymous === message.anonymous;
  return sameSender && dayText(previous.date) === dayText(message.date) && within(5, previous.date, message.date);
}

const days = new Map();

function dayNode(day) {
  if (!days.has(day)) days.set(day, element("p", { class: "day" }, day));
  return days.get(day);
}

function emptyNote() {
  const chat = openChat();
  if (!chat) return element("p", { class: "empty" }, "请从左侧选择会话");
  if (!chat.member) return element("p", { class: "empty" }, "您不是本群成员");
  if (chat.type !== "private" || chat.started) return element("p", { class: "empty" }, "暂无消息");
  return element(
    "div",
    { class: "empty" },
    element("img", { src: "/static/mark.svg", alt: "", width: 64, height: 64 }),
    element("b", {}, session.state.bot.first_name),
    element("span", {}, "点击下方“开始”后，机器人方可与您私聊"),
  );
}

function nearBottom() {
  return view.list.scrollHeight - view.list.scrollTop - view.list.clientHeight < NEAR_BOTTOM_PX;
}

function toBottom() {
  view.list.scrollTop = view.list.scrollHeight;
  view.newest.hidden = true;
}

function jump(id) {
  const node = nodes.get(id);
  if (!node) return toast("原消息不在当前页面");
  node.scrollIntoView({ block: "center", behavior: "smooth" });
  node.classList.add("flash");
  setTimeout(() => node.classList.remove("flash"), 1600);
}

async function press(message, key, node) {
  setBusy(node, true);
  setTimeout(() => setBusy(node, false), BUSY_MS);
  const pressed = await attempt(() => api.press(session.as, message.chat, message.id, key.data));
  if (!pressed) setBusy(node, false);
}

function setBusy(node, busy) {
  node.classList.toggle("busy", busy);
  node.toggleAttribute("aria-busy", busy);
}

/** The bot answered a pressed button: a notice, a modal, or an address to open. */
function answerPress({ text, alert, url }) {
  for (const node of view.list.querySelectorAll(".key.busy")) setBusy(node, false);
  const payload = url ? startPayload(url, session.state.bot.username) : null;
  if (payload !== null) return startBot(payload);
  if (url) return window.open(url, "_blank", "noopener");
  if (text) (alert ? alertBox : toast)(text);
}

/** Open the private chat and send /start with `payload`, as Telegram does for t.me links. */
export async function startBot(payload) {
  await attempt(async () => {
    const { message } = await api.start(session.as, payload);
    await reload();
    if (session.chat === session.as) show(message);
    else go({ chat: session.as });
  });
}

async function like(message) {
  await attempt(() => api.react(session.as, message.chat, message.id, "👍"));
}
