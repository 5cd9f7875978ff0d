"""Methods that put something into a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.access import writable_chat
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.files import UPLOAD_LIMIT
from bot.sandbox.happenings import Typing
from bot.sandbox.keyboards import read_markup
from bot.sandbox.messages import Service
from bot.sandbox.texts import read_caption, read_text

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.files import StoredFile
    from bot.sandbox.messages import Message
    from bot.sandbox.params import Params, Upload
    from bot.sandbox.world import World

_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


def send_message(world: World, params: Params) -> object:
    """Send a text."""
    content = read_text(world, params)
    _check_preview(params)
    keyboard = read_markup(params.decoded("reply_markup", "reply keyboard markup"))
    chat = writable_chat(world, params)
    topic, reply_to = _topic(chat, params), _reply_to(chat, params)
    message = world.post(
        chat, world.bot, content, keyboard=keyboard, reply_to=reply_to, topic=topic
    )
    return world.render(message)


def send_document(world: World, params: Params) -> object:
    """Send any file."""
    return _send_file(world, params, "document", photo=False)


def send_photo(world: World, params: Params) -> object:
    """Send a picture."""
    return _send_file(world, params, "photo", photo=True)


def send_chat_action(world: World, params: Params) -> object:
    """Show for some seconds that the bot is at work."""
    if params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(world, params)
    _topic(chat, params)
    world.emit(Typing(chat))
    return True


def pin_chat_message(world: World, params: Params) -> object:
    """Pin a message; in a group only as administrator."""
    chat = writable_chat(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    member = chat.member(world.bot.id)
    if not chat.private and not (member and member.is_admin):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    chat.pinned = message
    note = Service(
        {"pinned_message": message.json(nested=False, users=world.users)}, "置顶了一条消息"
    )
    world.post(chat, world.bot, service=note, topic=message.thread if chat.is_forum else None)
    return True


def _send_file(world: World, params: Params, name: str, *, photo: bool) -> object:
    content = read_caption(world, params)
    keyboard = read_markup(params.decoded("reply_markup", "reply keyboard markup"))
    chat = writable_chat(world, params)
    topic, reply_to = _topic(chat, params), _reply_to(chat, params)
    file = _file(world, params, name, photo=photo)
    message = world.post(
        chat, world.bot, content, file=file, keyboard=keyboard, reply_to=reply_to, topic=topic
    )
    return world.render(message)


def _file(world: World, params: Params, name: str, *, photo: bool) -> StoredFile:
    """Return the file: a part of the request, or one that was sent before."""
    named = params.text(name)
    part = named.removeprefix("attach://") if named.startswith("attach://") else name
    upload = params.uploads.get(part)
    if upload is not None:
        return world.files.add(_checked(upload), upload.name, photo=photo)
    if not named:
        raise bad_request(f"there is no {name} in the request")
    if named.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    known = world.files.get(named)
    if known is None:
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    if known.is_photo != photo:
        raise bad_request("type of file mismatch")
    return known


def _checked(upload: Upload) -> bytes:
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > UPLOAD_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    return upload.data


def _topic(chat: Chat, params: Params) -> int | None:
    topic = params.integer("message_thread_id")
    if not topic:
        return None
    if topic not in chat.topics:
        raise bad_request("message thread not found")
    return topic


def _reply_to(chat: Chat, params: Params) -> Message | None:
    """Return the message replied to, named in the new way or in the old one."""
    number, optional = params.integer("reply_to_message_id"), "allow_sending_without_reply"
    lenient = params.flag(optional)
    reply = params.mapping("reply_parameters", "reply parameters")
    if reply is not None:
        if "message_id" not in reply:
            raise bad_request('can\'t find field "message_id"')
        number, lenient = _number(reply["message_id"]), bool(reply.get(optional))
    if not number:
        return None
    message = chat.messages.get(number)
    if message is None and not lenient:
        raise bad_request("message to be replied not found")
    return message


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise bad_request('field "message_id" must be of type Number')
    return value


def _check_preview(params: Params) -> None:
    options = params.mapping("link_preview_options", "link preview options") or {}
    for name in ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text"):
        if not isinstance(options.get(name, False), bool):
            raise bad_request(f'field "{name}" must be of type Boolean')
