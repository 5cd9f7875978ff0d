"""Formatted text: entities counted in UTF-16 units, as Telegram counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Entity:
    """One stretch of formatted text; `offset` and `length` are UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user_id: int | None = None
    language: str | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        """Return the offset just behind the stretch."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, ordered as Telegram orders them."""

    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def length(self) -> int:
        """Return the length in UTF-16 units, which is what Telegram limits."""
        return utf16_len(self.text)

    def trimmed(self) -> Formatted:
        """Cut white space at both ends, as Telegram does with every text it accepts."""
        text = self.text.replace("\r", "")
        cut = utf16_len(text) - utf16_len(text.lstrip(_SPACE))
        text = text.strip(_SPACE)
        size = utf16_len(text)
        kept = (_clipped(entity, cut, size) for entity in self.entities)
        return Formatted(text, ordered(entity for entity in kept if entity.length > 0))

    def with_detected(self, bot_username: str | None = None) -> Formatted:
        """Add the entities every client detects by itself: commands, mentions, links, tags."""
        taken = [(e.offset, e.end) for e in self.entities if e.type in _OPAQUE]
        found = [
            entity
            for entity in detect(self.text)
            if not any(start < entity.end and entity.offset < end for start, end in taken)
        ]
        return Formatted(self.text, ordered({*self.entities, *found}))

    def html(self) -> str:
        """Render as escaped HTML; line breaks stay line breaks."""
        return "".join(_render(self))


_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})
_DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>，。；、！？（）《》“”]+)"
    r"|(?<![\w/@#])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/@])"
    r"|(?<![\w@.])(?P<email>[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})"
    r"|(?<![\w@/])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?!\w)"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
)
_SPACE = " \n\t\v\f"


def utf16_len(text: str) -> int:
    """Count UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """Cut a stretch given in UTF-16 units."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def ordered(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Sort outer before inner, first before last."""
    return tuple(sorted(set(entities), key=lambda e: (e.offset, -e.length, e.type)))


def detect(text: str) -> Iterator[Entity]:
    """Find what a client marks in plain text."""
    for match in _DETECTED.finditer(text):
        kind = match.lastgroup or ""
        found = match.group().rstrip(".,;:!?)'\"") if kind == "url" else match.group()
        yield Entity(kind, utf16_len(text[: match.start()]), utf16_len(found))


def _clipped(entity: Entity, cut: int, size: int) -> Entity:
    start = min(max(entity.offset - cut, 0), size)
    end = min(max(entity.end - cut, 0), size)
    return replace(entity, offset=start, length=end - start)


_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


def _opening(entity: Entity, covered: str) -> str:
    if entity.type in ("url", "text_link"):
        return f'<a href="{escape(entity.url or covered)}" rel="noreferrer" target="_blank">'
    if entity.type in _TAGS:
        return f"<{_TAGS[entity.type]}>"
    return f'<span class="{escape(entity.type)}">'


def _closing(entity: Entity) -> str:
    if entity.type in ("url", "text_link"):
        return "</a>"
    return f"</{_TAGS.get(entity.type, 'span')}>"


def _render(formatted: Formatted) -> Iterator[str]:
    """Walk from boundary to boundary, closing and reopening what overlaps."""
    text, entities = formatted.text, formatted.entities
    bounds = {0, formatted.length, *(e.offset for e in entities), *(e.end for e in entities)}
    for start, end in pairwise(sorted(bounds)):
        covering = [e for e in entities if e.offset <= start and end <= e.end]
        yield from (_opening(e, utf16_slice(text, e.offset, e.length)) for e in covering)
        yield escape(utf16_slice(text, start, end - start), quote=False)
        yield from (_closing(e) for e in reversed(covering))
