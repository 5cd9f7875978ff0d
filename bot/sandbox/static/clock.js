/** The sandbox's clock, which ticks with real time, and the buttons that move it forward. */

import { moveClock } from "./api.js";
import { button, element, icon } from "./element.js";
import { dateText, hourText, weekdayText } from "./moment.js";
import { attempt } from "./notice.js";
import { on } from "./session.js";

const TICK_MS = 5000;
const STEPS = [
  ["+10分钟", { forward: "PT10M" }],
  ["+1小时", { forward: "PT1H" }],
  ["+1天", { forward: "P1D" }],
  ["+1周", { forward: "P7D" }],
  ["到下一事项", { next: true }],
];
const MONTHS_PLAYED = 2;
/** How long what happens at one moment can be seen before the next one comes. */
const LOOK_MS = 450;

export function setUpClock(root) {
  let ahead = null;
  const face = element("time", { data: { testid: "clock" } });
  const buttons = STEPS.map(([label, step]) => stepButton(label, step, show));
  const steps = element("div", { class: "steps", id: "clock-steps" }, buttons, playButton(now, show));
  const toggle = button(
    { class: "face", title: "调整演示时间", "aria-expanded": "false", "aria-controls": "clock-steps", on: { click: open } },
    icon("clock"),
    face,
  );
  root.append(toggle, steps);
  on("state", ({ now }) => show(now));
  on("clock", ({ now }) => show(now));
  setInterval(() => ahead !== null && draw(now().toISOString()), TICK_MS);

  function now() {
    return new Date(performance.now() + ahead);
  }

  function show(now) {
    ahead = new Date(now) - performance.now();
    draw(now);
  }

  function draw(now) {
    face.dateTime = now;
    face.replaceChildren(
      element("span", { class: "date" }, dateText(now)),
      " ",
      element("span", { class: "weekday" }, weekdayText(now)),
      " ",
      element("b", {}, hourText(now)),
    );
  }

  function open() {
    const opened = root.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(opened));
  }
}

function stepButton(label, step, show) {
  const node = button({ class: "step", on: { click: forward } }, label);

  async function forward() {
    node.disabled = true;
    await attempt(async () => show((await moveClock(step)).now));
    node.disabled = false;
  }

  return node;
}

/** Plays two months, from one thing that the bot does to the next, until they have passed or it is stopped. */
function playButton(now, show) {
  let playing = false;
  const node = button({ class: "step play", "aria-pressed": "false", on: { click: toggle } });
  draw();

  function draw() {
    node.textContent = playing ? "停止快进" : "快进两个月";
    node.setAttribute("aria-pressed", String(playing));
  }

  async function toggle() {
    playing = !playing;
    draw();
    if (!playing) return;
    await attempt(() => play(monthsAfter(now())));
    playing = false;
    draw();
  }

  async function play(end) {
    while (playing && now() < end) {
      const looked = new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      show((await moveClock({ next: true, to: end.toISOString() })).now);
      await looked;
    }
  }

  return node;
}

function monthsAfter(moment) {
  const end = new Date(moment);
  end.setUTCMonth(end.getUTCMonth() + MONTHS_PLAYED);
  return end;
}
