/** The page's endpoints of the sandbox server: one function each, errors as Error with a Chinese sentence. */

async function call(path, options) {
  const answer = await fetch(path, options).catch(() => {
    throw new Error("演示服务没有响应，请确认程序仍在运行");
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? `请求未成功（${answer.status}）`);
  return body;
}

function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  return call(`/page/${path}?${new URLSearchParams(given)}`);
}

function post(path, body) {
  return call(`/page/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export const getState = (as) => get("state", { as });
export const getMessages = (as, chat, topic) => get("messages", { as, chat, topic });
export const getFaults = () => get("faults");

export const send = (message) => post("send", message);
export const edit = (as, chat, id, text) => post("edit", { as, chat, id, text });
export const press = (as, chat, id, data) => post("press", { as, chat, id, data });
export const react = (as, chat, id, emoji) => post("react", { as, chat, id, emoji });
export const start = (as, payload) => post("start", payload ? { as, payload } : { as });

export const moveClock = (step) => post("clock", step);
export const setFaults = (rules) => post("faults", { rules });
export const setLimits = (on) => post("limits", { on });
export const setBlocked = (as, blocked) => post("block", { as, blocked });
export const upgradeGroup = (chat) => post("upgrade", { chat });
export const createGroup = (as, title, forum) => post("group", { as, title, forum });
export const addMember = (as, chat, user) => post("member", { as, chat, user });
export const removeBot = (as, chat) => post("kick", { as, chat });

/** Send a file; `fields` are the form's other parts, absent ones left out. */
export function sendFile(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined && value !== "") form.append(name, value);
  }
  form.append("file", file);
  return call("/page/file", { method: "POST", body: form });
}

/** Follow the server's events for one persona; the browser reconnects by itself. */
export function listen(as, onEvent, onConnection) {
  const source = new EventSource(`/page/events?${new URLSearchParams({ as })}`);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onopen = () => onConnection(true);
  source.onerror = () => onConnection(false);
  return () => source.close();
}
