"""What the chat page is shown: JSON made for reading, not the Bot API's."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from bot.sandbox.people import User
    from bot.sandbox.world import World

_LOCAL = ZoneInfo("Asia/Shanghai")
_MOST_MESSAGES = 200
_MOST_UNREAD = 99


def local_iso(moment: datetime) -> str:
    """Return an instant as local time with its offset, to the second."""
    return moment.astimezone(_LOCAL).isoformat(timespec="seconds")


def sees(user_id: int, chat: Chat) -> bool:
    """Tell whether a person sees what happens in a chat."""
    return chat.id == user_id if chat.private else chat.member(user_id) is not None


def chat_list(
    world: World, user: User, read: dict[tuple[int, int], int]
) -> list[dict[str, object]]:
    """Return the private chat first, then the groups a person is or was in."""
    groups = [
        chat
        for chat in world.chats.values()
        if not chat.private and user.id in chat.members and chat.migrated_to is None
    ]
    private = world.chats[user.id]
    return [
        _chat(world, chat, user, read.get((user.id, chat.id), 0)) for chat in (private, *groups)
    ]


def history(chat: Chat, user_id: int, topic: int | None) -> list[dict[str, object]]:
    """Return the newest messages of a chat or topic, oldest first."""
    newest = (
        message
        for message in reversed(chat.messages.values())
        if topic is None or message.thread == topic
    )
    return [message_view(each, user_id) for each in reversed(list(islice(newest, _MOST_MESSAGES)))]


def message_view(message: Message, user_id: int) -> dict[str, object]:
    """Return a message as the page shows it to one person."""
    author = message.author
    return {
        "id": message.id,
        "chat": message.chat.id,
        "topic": message.thread if message.in_topic else None,
        "from": {"id": author.id, "name": author.first_name, "is_bot": message.sender.is_bot},
        "anonymous": message.anonymous,
        "date": local_iso(message.date),
        "edited": local_iso(message.edited) if message.edited else None,
        "html": message.html,
        "text": message.content.text,
        "reply_to": _quoted(message.reply_to),
        **_file(message),
        "buttons": _buttons(message),
        "service": message.service.text if message.service else None,
        "reactions": _reactions(message),
        "deleted": message.deleted,
        "mine": message.sender.id == user_id,
    }


def _chat(world: World, chat: Chat, user: User, read_up_to: int) -> dict[str, object]:
    member, bot_member = chat.member(user.id), chat.member(world.bot.id)
    return {
        "id": chat.id,
        "type": chat.type,
        "title": world.bot.first_name if chat.private else chat.title,
        "is_forum": chat.is_forum,
        "topics": [{"id": number, "name": name} for number, name in chat.topics.items()],
        "member": chat.private or member is not None,
        "members": 2 if chat.private else len(chat.present()),
        "started": chat.started,
        "blocked": chat.blocked,
        "is_admin": member is not None and member.is_admin,
        "bot_member": chat.private or bot_member is not None,
        "unread": sum(1 for _ in islice(_unread(chat, user, read_up_to), _MOST_UNREAD)),
    }


def _unread(chat: Chat, user: User, read_up_to: int) -> Iterator[Message]:
    for message in reversed(chat.messages.values()):
        if message.id <= read_up_to:
            return
        if message.sender is not user:
            yield message


def _quoted(message: Message | None) -> dict[str, object] | None:
    if message is None:
        return None
    text = message.text or (message.file.name if message.file else "")
    return {"id": message.id, "name": message.author.first_name, "text": text}


def _file(message: Message) -> dict[str, object]:
    file = message.file
    if file is None:
        return {"document": None, "photo": None}
    url = f"/page/file/{file.id}"
    if file.size is not None:
        width, height = file.size
        return {"document": None, "photo": {"url": url, "width": width, "height": height}}
    return {"document": {"name": file.name, "size": len(file.data), "url": url}, "photo": None}


def _buttons(message: Message) -> list[list[dict[str, object]]]:
    rows = message.keyboard.rows if message.keyboard else ()
    return [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in rows]


def _reactions(message: Message) -> list[dict[str, object]]:
    counts = Counter(emoji for given in message.reactions.values() for emoji in given)
    return [{"emoji": emoji, "count": count} for emoji, count in counts.items()]
