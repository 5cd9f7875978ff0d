/** Who is looking, at which chat and topic, and what the server last said; changes are told to listeners. */

import * as api from "./api.js";

export const session = { as: null, chat: null, topic: null, state: null };

const listeners = new Map();
let stopListening = () => {};

/** Call `listener` on a signal: `place`, `state`, `online`, or the type of a server event. */
export function on(signal, listener) {
  listeners.set(signal, [...(listeners.get(signal) ?? []), listener]);
}

function tell(signal, detail) {
  for (const listener of listeners.get(signal) ?? []) listener(detail);
}

/** The open chat as the state describes it, or null. */
export function openChat() {
  return session.state?.chats.find((chat) => chat.id === session.chat) ?? null;
}

export function persona(id = session.as) {
  return session.state?.personas.find((person) => person.id === id) ?? null;
}

export function isPhone() {
  return matchMedia("(max-width: 760px)").matches;
}

function readHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  const number = (name) => (given.has(name) ? Number(given.get(name)) : null);
  return { as: number("as"), chat: number("chat"), topic: number("topic") };
}

function hashOf({ as, chat, topic }) {
  const given = Object.entries({ as, chat, topic }).filter(([, value]) => value !== null);
  return `#${new URLSearchParams(given)}`;
}

/** Put a place into the address; the page follows from there, so the back button works. */
export function go({ as = session.as, chat = null, topic = null }) {
  location.hash = hashOf({ as, chat, topic });
}

/** Look through another person's eyes, at the same chat when that person has it. */
export function become(as) {
  const chat = session.chat === session.as ? as : session.chat;
  go({ as, chat, topic: session.topic });
}

async function refresh() {
  const as = session.as;
  const state = await api.getState(as);
  if (as !== session.as) return;
  session.state = state;
  session.as = state.as;
  tell("state", state);
}

/** Fetch the state anew; leave a chat that is no longer there, as after its upgrade. */
export async function reload() {
  await refresh();
  if (session.chat !== null && !openChat()) go({});
}

function listen() {
  stopListening();
  let lost = false;
  stopListening = api.listen(
    session.as,
    (event) => tell(event.type, event),
    (connected) => {
      tell("online", { connected, again: connected && lost });
      lost = !connected;
    },
  );
}

/** Stand somewhere real: drop a chat this person does not have; on a wide screen open the first one. */
function settle() {
  const chats = session.state.chats;
  if (!openChat()) {
    session.chat = session.topic = null;
    if (!isPhone() && chats.length) session.chat = chats[0].id;
  }
  if (!openChat()?.topics?.some((topic) => topic.id === session.topic)) session.topic = null;
  history.replaceState(null, "", hashOf(session));
}

let steps = 0;

async function follow() {
  const step = ++steps;
  const wanted = readHash();
  const newcomer = !session.state || wanted.as !== session.as;
  Object.assign(session, wanted);
  if (newcomer || (wanted.chat !== null && !openChat())) await refresh();
  if (step !== steps) return;
  settle();
  if (newcomer) listen();
  tell("place", { newcomer });
}

on("clock", ({ now }) => {
  session.state.now = now;
});

/** Read the address, load the state and follow both from now on; a stranger in the address gives way to the first person. */
export async function begin(onFailure) {
  const followSafely = () =>
    follow().catch((error) => {
      onFailure(error);
      if (!session.state) go({ as: null });
    });
  addEventListener("hashchange", followSafely);
  await followSafely();
}
