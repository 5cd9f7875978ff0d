"""The HTML parse mode, with the complaints Telegram makes about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.sandbox.entities import Entity, Formatted, ordered, utf16_len
from bot.sandbox.errors import ApiError, bad_request

_TYPES = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "span": "spoiler",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_CHARACTER = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"\s*([^\s=>]*)\s*(?:=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int


class _Reader:
    """Reads the text once, left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[_OpenTag] = []
        self.entities: list[Entity] = []

    def read(self) -> Formatted:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._end_tag()
            elif self.source[self.at] == "<":
                self._start_tag()
            else:
                self._plain()
        if self.open:
            name = self.open[-1].name
            raise self._broken(f'Can\'t find end tag corresponding to start tag "{name}"')
        return Formatted("".join(self.out), ordered(self.entities))

    def _broken(self, what: str) -> ApiError:
        return bad_request(f"can't parse entities: {what}")

    def _broken_at(self, what: str, position: int) -> ApiError:
        return self._broken(f"{what} at byte offset {len(self.source[:position].encode())}")

    def _plain(self) -> None:
        stop = next(
            (i for i in range(self.at, len(self.source)) if self.source[i] in "<&"),
            len(self.source),
        )
        if stop > self.at:
            self._emit(self.source[self.at : stop])
            self.at = stop
        elif reference := _CHARACTER.match(self.source, self.at):
            self._emit(_character(reference))
            self.at = reference.end()
        else:
            self._emit("&")
            self.at += 1

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += utf16_len(text)

    def _start_tag(self) -> None:
        begin = self.at
        match = _NAME.match(self.source, begin + 1)
        name = match.group().lower() if match else ""
        position = begin + 1 + len(name)
        if position >= len(self.source):
            raise self._broken_at("Unclosed start tag", begin)
        if name not in _TYPES:
            raise self._broken_at(f'Unsupported start tag "{name}"', begin)
        attributes, self.at = self._attributes(name, begin, position)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._broken_at('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_OpenTag(name, attributes, self.length))

    def _attributes(self, tag: str, begin: int, position: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        while True:
            position += len(self.source[position:]) - len(self.source[position:].lstrip())
            if position >= len(self.source):
                raise self._broken_at("Unclosed start tag", begin)
            if self.source[position] == ">":
                return found, position + 1
            match = _ATTRIBUTE.match(self.source, position)
            if match is None or not match.group(1):
                raise self._broken_at(f'Empty attribute name in the tag "{tag}"', begin)
            value = next((group for group in match.groups()[1:] if group is not None), None)
            if value is None and match.group(1) != "expandable":
                expected = f'Expected equal sign in declaration of an attribute of the tag "{tag}"'
                raise self._broken_at(expected, begin)
            found[match.group(1).lower()] = _CHARACTER.sub(_character, value or "")
            position = match.end()

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._broken_at("Unexpected end tag", begin)
        close = self.source.find(">", begin)
        if close < 0:
            raise self._broken_at("Unclosed end tag", begin)
        found, tag = self.source[begin + 2 : close].rstrip(), self.open.pop()
        if found and found.lower() != tag.name:
            expected = f'expected "</{tag.name}>", found "</{found}>"'
            where = len(self.source[:begin].encode())
            raise self._broken(f"Unmatched end tag at byte offset {where}, {expected}")
        self.at = close + 1
        self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        entity = self._entity(tag)
        if entity is not None and entity.length:
            self.entities.append(entity)

    def _entity(self, tag: _OpenTag) -> Entity | None:
        kind, length = _TYPES[tag.name], self.length - tag.offset
        if tag.name == "a":
            return _link(tag.attributes.get("href", ""), tag.offset, length)
        if tag.name == "tg-emoji":
            emoji = tag.attributes.get("emoji-id")
            return Entity(kind, tag.offset, length, custom_emoji_id=emoji) if emoji else None
        if tag.name == "blockquote" and "expandable" in tag.attributes:
            return Entity("expandable_blockquote", tag.offset, length)
        if tag.name == "code" and self.open and self.open[-1].name == "pre":
            language = tag.attributes.get("class", "").removeprefix("language-") or None
            self.open[-1].attributes["language"] = language or ""
            return None
        if tag.name == "pre":
            return Entity(kind, tag.offset, length, language=tag.attributes.get("language") or None)
        return Entity(kind, tag.offset, length)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    valid = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if valid else match.group()


def _link(url: str, offset: int, length: int) -> Entity | None:
    """Return the link; one that leads nowhere is dropped in silence, as Telegram does."""
    user = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if user:
        return Entity("text_mention", offset, length, user_id=int(user.group(1)))
    if re.match(r"(?:https?://|tg://)[^\s/]+", url):
        return Entity("text_link", offset, length, url=url)
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", url):
        return Entity("text_link", offset, length, url=f"http://{url}/")
    return None


def parse_html(source: str) -> Formatted:
    """Read a text of parse mode HTML.

    Raises ApiError with Telegram's own words; its offsets count UTF-8 bytes.
    """
    return _Reader(source).read()
