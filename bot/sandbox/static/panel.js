/** The developer panel: faults on the line, group operations, and the bot's refused requests. */

import * as api from "./api.js";
import { button, element } from "./element.js";
import { faultSection } from "./faults.js";
import { hourText } from "./moment.js";
import { attempt, toast } from "./notice.js";
import { go, on, openChat, persona, reload, session } from "./session.js";
import { switchRow } from "./switch.js";

const KEPT_TROUBLES = 50;

export function setUpPanel(panel, toggle) {
  const faults = faultSection();
  const setOpen = (open) => {
    panel.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    if (!open) return toggle.focus();
    delete toggle.dataset.count;
    faults.refresh();
  };
  panel.append(heading(() => setOpen(false)), faults.node, personSection(), groupSection(), troubleSection(toggle));
  toggle.addEventListener("click", () => setOpen(panel.hidden));
}

function heading(close) {
  return element("header", { class: "panel-head" }, element("h2", {}, "故障与群组"), button({ class: "quiet", on: { click: close } }, "收起"));
}

function personSection() {
  const blocked = switchRow("停用机器人", (blocking) => api.setBlocked(session.as, blocking));
  const name = element("h3");
  on("state", ({ chats }) => {
    name.textContent = `当前身份：${persona().name}`;
    blocked.show(chats.some((chat) => chat.type === "private" && chat.blocked));
  });
  return element("section", { class: "block" }, name, blocked.node);
}

/** What can be done to the open group, drawn anew only when that changes, and the form for a new one. */
function groupSection() {
  const controls = element("div", { class: "block-part" });
  let shown;
  const draw = () => {
    const chat = openChat();
    const wanted = JSON.stringify([session.as, chat?.id, chat?.title, chat?.bot_member]);
    if (wanted === shown) return;
    shown = wanted;
    controls.replaceChildren(...(chat && chat.type !== "private" ? openGroupControls(chat) : []));
  };
  on("state", draw);
  on("place", draw);
  return element("section", { class: "block" }, element("h3", {}, "群组"), controls, newGroupForm());
}

function openGroupControls(chat) {
  const act = (label, done, action) => button({ class: "plain", on: { click: () => perform(done, action) } }, label);
  return [
    element("p", { class: "hint" }, chat.title),
    memberForm(chat),
    element(
      "div",
      { class: "actions" },
      chat.bot_member ? act("移出机器人", "已将机器人移出本群", () => api.removeBot(session.as, chat.id)) : null,
      chat.type === "group" ? act("升级为超级群", "已升级为超级群", () => upgrade(chat)) : null,
    ),
  ];
}

async function upgrade(chat) {
  go({ chat: (await api.upgradeGroup(chat.id)).chat });
}

async function perform(done, action) {
  if (!(await attempt(action))) return;
  toast(done);
  await attempt(reload);
}

function memberForm(chat) {
  const others = session.state.personas.filter(({ id }) => id !== session.as);
  const options = others.map(({ id, name, post }) => element("option", { value: id }, `${name} · ${post}`));
  if (!chat.bot_member) options.unshift(element("option", { value: session.state.bot.id }, session.state.bot.first_name));
  const choice = element("select", { "aria-label": "选择人员" }, options);
  const add = () => perform("已拉入本群", () => api.addMember(session.as, chat.id, Number(choice.value)));
  return element("div", { class: "pair" }, choice, button({ class: "plain", on: { click: add } }, "拉入群"));
}

function newGroupForm() {
  const title = element("input", { type: "text", placeholder: "新群名称", "aria-label": "新群名称", maxlength: 120, required: true });
  const forum = element("input", { type: "checkbox" });
  const create = async (event) => {
    event.preventDefault();
    await attempt(async () => {
      const { chat } = await api.createGroup(session.as, title.value.trim(), forum.checked);
      title.value = "";
      go({ chat });
    });
  };
  return element(
    "form",
    { on: { submit: create } },
    element("div", { class: "pair" }, title, element("button", { class: "plain" }, "建群")),
    element("label", { class: "check" }, forum, "开启话题"),
  );
}

function troubleSection(toggle) {
  const list = element("ol", { class: "troubles", data: { testid: "troubles" } });
  const clear = button({ class: "quiet", on: { click: () => list.replaceChildren() } }, "清空");
  on("trouble", ({ text }) => {
    list.prepend(element("li", {}, element("time", {}, hourText(session.state.now)), text));
    while (list.children.length > KEPT_TROUBLES) list.lastChild.remove();
    if (toggle.getAttribute("aria-expanded") === "false") toggle.dataset.count = String(list.children.length);
  });
  return element("section", { class: "block" }, element("header", {}, element("h3", {}, "被拒绝的机器人请求"), clear), list);
}
