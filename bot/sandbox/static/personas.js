/** The strip of people: whose eyes the page looks through, and who has something unread. */

import { getState } from "./api.js";
import { personAvatar } from "./avatar.js";
import { button, element, redraw } from "./element.js";
import { become, on, session } from "./session.js";

const LOOK_AROUND_MS = 6000;
const unread = new Map();

export function setUpPersonas(strip) {
  const draw = () => {
    redraw(strip, session.state.personas.map(item));
    strip.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  on("state", draw);
  on("place", ({ newcomer }) => newcomer && draw());
  setInterval(() => lookAround().then((changed) => changed && draw()), LOOK_AROUND_MS);
}

function item(person) {
  const current = person.id === session.as;
  const waiting = current ? 0 : (unread.get(person.id) ?? 0);
  return button(
    {
      class: "persona",
      "aria-current": current ? "true" : null,
      title: `${person.name} · ${person.post}`,
      data: { testid: `persona-${person.id}` },
      on: { click: () => become(person.id) },
    },
    element(
      "span",
      { class: "portrait" },
      personAvatar(person),
      waiting ? element("span", { class: "dot", role: "img", "aria-label": `${waiting} 条未读` }) : null,
    ),
    element("span", { class: "who" }, element("b", {}, person.name), element("small", {}, person.post)),
  );
}

/** Ask what the others have unread; a person who cannot be asked keeps the last answer. */
async function lookAround() {
  if (document.hidden || !session.state) return false;
  const others = session.state.personas.filter((person) => person.id !== session.as);
  const before = JSON.stringify([...unread]);
  for (const { id } of others) {
    const state = await getState(id).catch(() => null);
    if (state) unread.set(id, state.chats.reduce((sum, chat) => sum + chat.unread, 0));
  }
  return before !== JSON.stringify([...unread]);
}
