/** Switches for faults on the line between the bot and the server. */

import { getFaults, setFaults, setLimits } from "./api.js";
import { element } from "./element.js";
import { attempt } from "./notice.js";
import { on } from "./session.js";
import { switchRow } from "./switch.js";

const KINDS = [
  { kind: "429", label: "限速 429", hint: "要求稍后重试", seconds: 5 },
  { kind: "5xx", label: "服务错误 5xx", hint: "请求未被处理" },
  { kind: "drop_before", label: "断线（处理前）", hint: "请求没有送达" },
  { kind: "drop_after", label: "断线（处理后）", hint: "已生效，但无回执" },
  { kind: "slow", label: "响应缓慢", hint: "每次延迟", seconds: 3 },
];
const METHODS = [
  ["", "全部请求"],
  ["sendMessage", "发送消息"],
  ["editMessageText", "修改消息"],
  ["sendDocument", "发送文件"],
  ["answerCallbackQuery", "应答按钮"],
  ["getUpdates", "收取更新"],
];
const TIMES = [
  ["1", "仅 1 次"],
  ["3", "3 次"],
  ["", "持续"],
];

/** The section's node, and `refresh()` to show the rules in force on the server. */
export function faultSection() {
  const method = choice("作用于", METHODS);
  const times = choice("次数", TIMES);
  const inForce = new Map();
  const limits = switchRow("流量限制", setLimits, "同 Telegram：每群每分钟 20 条");
  on("state", (state) => limits.show(state.limits));
  const rows = KINDS.map((fault) => {
    const hint = fault.seconds ? `${fault.hint} ${fault.seconds} 秒` : fault.hint;
    return [fault.kind, switchRow(fault.label, (active) => change(fault, active), hint)];
  });

  async function change({ kind, seconds = null }, active) {
    const next = new Map(inForce);
    if (active) next.set(kind, { kind, method: method.value || null, times: Number(times.value) || null, rate: null, seconds });
    else next.delete(kind);
    await setFaults([...next.values()]);
    adopt([...next.values()]);
  }

  function adopt(rules) {
    inForce.clear();
    for (const rule of rules) inForce.set(rule.kind, rule);
    for (const [kind, row] of rows) row.show(inForce.has(kind));
  }

  const node = element(
    "section",
    { class: "block" },
    element("h3", {}, "线路故障"),
    element("div", { class: "pair" }, method, times),
    rows.map(([, row]) => row.node),
    limits.node,
  );
  const refresh = () => attempt(async () => adopt((await getFaults()).rules));
  on("trouble", () => node.offsetParent && refresh());
  return { node, refresh };
}

function choice(label, options) {
  return element("select", { "aria-label": label }, options.map(([value, text]) => element("option", { value }, text)));
}
