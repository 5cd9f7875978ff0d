"""The text or caption of a request, parsed and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.entities import Entity, Formatted, ordered
from bot.sandbox.errors import bad_request
from bot.sandbox.markup_html import parse_html

if TYPE_CHECKING:
    from bot.sandbox.params import Params
    from bot.sandbox.world import World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_STYLES = frozenset(
    [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "blockquote",
        "expandable_blockquote",
    ]
)
_AUTOMATIC = frozenset(
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"]
)


def read_text(world: World, params: Params) -> Formatted:
    """Return the text of a message: never empty, at most 4096 UTF-16 units."""
    content = _read(world, params, "text", "entities")
    if not content.text:
        raise bad_request("message text is empty")
    if content.length > TEXT_LIMIT:
        raise bad_request("message is too long")
    return content


def read_caption(world: World, params: Params) -> Formatted:
    """Return a caption: perhaps empty, at most 1024 UTF-16 units."""
    content = _read(world, params, "caption", "caption_entities")
    if content.length > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return content


def _read(world: World, params: Params, name: str, entities_name: str) -> Formatted:
    text, mode = params.text(name), params.text("parse_mode").lower()
    if not _is_unicode(text):
        raise bad_request("strings must be encoded in UTF-8")
    if mode == "html":
        content = parse_html(text)
    elif mode:
        # MarkdownV2 exists at Telegram; nothing here speaks it, so it is refused as unknown.
        raise bad_request("unsupported parse_mode")
    else:
        listed = params.sequence(entities_name, "entities") or []
        content = Formatted(text, ordered(_explicit(listed, text, world)))
    kept = tuple(e for e in content.entities if e.user_id is None or e.user_id in world.known)
    return Formatted(content.text, kept).trimmed().with_detected()


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _explicit(listed: list[object], text: str, world: World) -> list[Entity]:
    starts = _symbol_starts(text)
    found = [_entity(each, world) for each in listed]
    for entity in found:
        _check_place(entity, starts)
    return [entity for entity in found if entity.type in _STYLES and entity.length]


def _symbol_starts(text: str) -> set[int]:
    """Return every UTF-16 offset at which a symbol begins, and the end of the text."""
    starts, at = {0}, 0
    for character in text:
        at += 2 if ord(character) > 0xFFFF else 1
        starts.add(at)
    return starts


def _entity(value: object, world: World) -> Entity:
    problem = "can't parse MessageEntity: "
    if not isinstance(value, dict):
        raise bad_request(problem + "expected an Object")
    kind, offset, length = value.get("type"), value.get("offset"), value.get("length")
    if kind not in _STYLES | _AUTOMATIC:
        raise bad_request(problem + "Unsupported type specified")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request(problem + 'Field "offset" must be of type Number')
    return Entity(
        kind,
        offset,
        length,
        url=_link(value) if kind == "text_link" else None,
        user_id=_mentioned(value, world) if kind == "text_mention" else None,
        language=value.get("language") if kind == "pre" else None,
        custom_emoji_id=_emoji(value) if kind == "custom_emoji" else None,
    )


def _link(value: dict[str, object]) -> str:
    url = str(value.get("url") or "")
    if not url:
        raise bad_request("entity URL '' is invalid: URL host is empty")
    if "." not in url and not url.startswith("tg://"):
        raise bad_request(f"entity URL '{url}' is invalid: Wrong HTTP URL")
    return url


def _mentioned(value: dict[str, object], world: World) -> int:
    user = value.get("user")
    number = user.get("id") if isinstance(user, dict) else None
    if not isinstance(number, int) or number not in world.known:
        raise bad_request("user not found")
    return number


def _emoji(value: dict[str, object]) -> str:
    number = str(value.get("custom_emoji_id") or "")
    if not number.isdecimal():
        field = 'Field "custom_emoji_id" must be a valid Number'
        raise bad_request(f"can't parse MessageEntity: {field}")
    return number


def _check_place(entity: Entity, starts: set[int]) -> None:
    begin, end, size = entity.offset, entity.end, max(starts)
    if begin < 0:
        raise bad_request(f"receive an entity with incorrect offset {begin}")
    if entity.length < 0:
        raise bad_request(f"receive an entity with incorrect length {entity.length}")
    if begin > size:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {begin}")
    where = f"entity beginning at UTF-16 offset {begin} ends"
    if end > size:
        raise bad_request(f"{where} after the end of the text at UTF-16 offset {end}")
    if begin not in starts:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {begin}")
    if end not in starts:
        raise bad_request(f"{where} in a middle of a UTF-16 symbol at UTF-16 offset {end}")
