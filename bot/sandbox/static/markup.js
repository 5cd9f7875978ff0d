/** Turn the server's message HTML into nodes through an allow-list: nothing else ever reaches the page. */

import { element } from "./element.js";
import { withSigns } from "./signs.js";

const KEPT = new Set(["b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote"]);
const COMMAND = /(?<![\p{L}\p{N}/])(\/[a-z][a-z0-9_]{1,31}(?:@\w+)?)(?![\p{L}\p{N}/])/gu;

/** Parse `html` and return a fragment of allowed tags; `onCommand` is called with a tapped /command. */
export function richText(html, onCommand) {
  const source = new DOMParser().parseFromString(html, "text/html");
  for (const node of [...source.body.querySelectorAll("blockquote, pre, a, tg-spoiler, .spoiler")]) rejoin(node);
  const fragment = document.createDocumentFragment();
  fragment.append(...translateChildren(source.body, onCommand));
  return fragment;
}

/** The server may cut one quotation or link in two where another style begins inside it: join the pieces. */
function rejoin(node) {
  const before = node.previousSibling;
  if (before?.localName !== node.localName || before.getAttribute("href") !== node.getAttribute("href")) return;
  if (before.className !== node.className) return;
  before.append(...node.childNodes);
  node.remove();
}

function translateChildren(parent, onCommand) {
  return [...parent.childNodes].flatMap((node) => translate(node, onCommand));
}

function translate(node, onCommand) {
  if (node.nodeType === Node.TEXT_NODE) return textWithCommands(node.data, onCommand);
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const tag = node.localName;
  if (tag === "br") return ["\n"];
  const verbatim = tag === "code" || tag === "pre" || tag === "a";
  const children = translateChildren(node, verbatim ? null : onCommand);
  if (KEPT.has(tag)) return [element(tag, {}, children)];
  if (tag === "a") return [link(node.getAttribute("href") ?? "", children)];
  if (tag === "tg-spoiler" || node.className === "spoiler") return [spoiler(children)];
  return children;
}

function textWithCommands(text, onCommand) {
  if (!onCommand) return withSigns(text);
  return text.split(COMMAND).flatMap((part, index) => (index % 2 ? commandLink(part, onCommand) : withSigns(part)));
}

function commandLink(command, onCommand) {
  return element("button", { type: "button", class: "link", on: { click: () => onCommand(command) } }, command);
}

function link(href, children) {
  if (!/^(https?|tg|mailto):/i.test(href)) return element("span", {}, children);
  return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, children);
}

function spoiler(children) {
  const reveal = () => {
    node.classList.add("shown");
    node.removeAttribute("role");
    node.removeAttribute("aria-label");
  };
  const node = element(
    "span",
    { class: "spoiler", role: "button", tabindex: "0", "aria-label": "显示隐藏内容", on: { click: reveal } },
    children,
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") reveal();
  });
  return node;
}

/** The payload of a `https://t.me/<bot>?start=payload` link to our bot, or null for any other address. */
export function startPayload(href, botUsername) {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (!url || !["t.me", "telegram.me"].includes(url.hostname) || !botUsername) return null;
  const toBot = url.pathname.slice(1).toLowerCase() === botUsername.toLowerCase();
  return toBot ? (url.searchParams.get("start") ?? "") : null;
}
