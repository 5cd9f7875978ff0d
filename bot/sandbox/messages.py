"""Messages as they stand now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.entities import Formatted
from bot.sandbox.people import ANONYMOUS_ADMIN

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.chats import Chat
    from bot.sandbox.entities import Entity
    from bot.sandbox.files import StoredFile
    from bot.sandbox.keyboards import Button, Keyboard
    from bot.sandbox.people import User


@dataclass(frozen=True, slots=True)
class Service:
    """What a message says when it reports an event instead of carrying a text."""

    fields: dict[str, object]
    text: str


@dataclass(slots=True, eq=False)
class Message:
    """One message of a chat; edits change it in place."""

    chat: Chat
    id: int
    date: datetime
    sender: User
    content: Formatted = field(default_factory=lambda: Formatted(""))
    file: StoredFile | None = None
    keyboard: Keyboard | None = None
    reply_to: Message | None = None
    thread: int | None = None
    in_topic: bool = False
    anonymous: bool = False
    edited: datetime | None = None
    service: Service | None = None
    deleted: bool = False
    reactions: dict[int, list[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the current text or caption; of a service message, its Chinese sentence."""
        return self.service.text if self.service else self.content.text

    @property
    def html(self) -> str:
        """Return the current text as escaped HTML."""
        return self.content.html()

    @property
    def author(self) -> User:
        """Return the sender that others see."""
        return ANONYMOUS_ADMIN if self.anonymous else self.sender

    @property
    def buttons(self) -> list[Button]:
        """Return the buttons under the message, in reading order."""
        return self.keyboard.buttons() if self.keyboard else []

    @property
    def labels(self) -> list[str]:
        """Return the texts on the buttons."""
        return [button.label for button in self.buttons]

    @property
    def data(self) -> bytes | None:
        """Return the bytes of the file it carries."""
        return self.file.data if self.file else None

    def json(
        self, *, nested: bool = True, users: dict[int, User] | None = None
    ) -> dict[str, object]:
        """Return a Bot API Message; a reply shows the message replied to, but only one deep."""
        body: dict[str, object] = {
            "message_id": self.id,
            "date": int(self.date.timestamp()),
            "chat": self.chat.json(),
            "from": self.author.json(),
        }
        if self.anonymous:
            body["sender_chat"] = self.chat.json()
        if self.thread is not None:
            body["message_thread_id"] = self.thread
        if self.in_topic:
            body["is_topic_message"] = True
        if self.edited is not None:
            body["edit_date"] = int(self.edited.timestamp())
        if nested and self.reply_to is not None:
            body["reply_to_message"] = self.reply_to.json(nested=False, users=users)
        if self.keyboard is not None:
            body["reply_markup"] = self.keyboard.json()
        return body | self._content_json(users or {})

    def _content_json(self, users: dict[int, User]) -> dict[str, object]:
        if self.service is not None:
            return self.service.fields
        entities = [entity_json(entity, users) for entity in self.content.entities]
        if self.file is None:
            return {"text": self.content.text} | ({"entities": entities} if entities else {})
        body = self.file.message_json()
        if self.content.text:
            body["caption"] = self.content.text
        if entities:
            body["caption_entities"] = entities
        return body


def entity_json(entity: Entity, users: dict[int, User]) -> dict[str, object]:
    """Return a Bot API MessageEntity."""
    body: dict[str, object] = {
        "type": entity.type,
        "offset": entity.offset,
        "length": entity.length,
    }
    if entity.type == "text_link":
        body["url"] = entity.url
    if entity.user_id is not None:
        body["user"] = users[entity.user_id].json()
    if entity.language:
        body["language"] = entity.language
    if entity.custom_emoji_id:
        body["custom_emoji_id"] = entity.custom_emoji_id
    return body
