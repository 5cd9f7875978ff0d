/** The composition of the page: every part is given its place and what it needs of the others. */

import { setUpChats } from "./chats.js";
import { setUpClock } from "./clock.js";
import { setUpComposer } from "./composer.js";
import { setUpHead } from "./head.js";
import { setUpMessageMenu } from "./menu.js";
import { attempt, toast } from "./notice.js";
import { setUpPanel } from "./panel.js";
import { setUpPersonas } from "./personas.js";
import { begin, on, reload, session } from "./session.js";
import { setUpTalk, show, startBot } from "./talk.js";

const RELOAD_PAUSE_MS = 150;
const byId = (id) => document.getElementById(id);

function setUpTitle() {
  on("state", ({ title }) => {
    byId("title").textContent = title;
    document.title = title;
  });
  on("online", ({ connected }) => document.body.classList.toggle("offline", !connected));
}

/** Reload the state soon after the server says it changed, once for a burst of changes. */
function setUpReload() {
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => attempt(reload), RELOAD_PAUSE_MS);
  };
  on("chats", soon);
  on("online", ({ again }) => again && soon());
  on("message", ({ message }) => message.chat !== session.chat && soon());
}

setUpTitle();
setUpClock(byId("clock"));
setUpPersonas(byId("personas"));
setUpChats(byId("chats"));
const compose = setUpComposer(byId("composer"), show, () => startBot());
setUpHead(byId("talk-head"), byId("topics"));
setUpTalk(byId("messages"), byId("to-newest"), compose);
setUpMessageMenu(byId("messages"));
setUpPanel(byId("panel"), byId("panel-toggle"));
setUpReload();
begin((error) => toast(error.message, "bad"));
