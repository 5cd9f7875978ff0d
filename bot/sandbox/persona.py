"""A person with a client: what people do, each act making the update Telegram would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.entities import Formatted
from bot.sandbox.errors import SandboxError
from bot.sandbox.messages import Service

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat, Status
    from bot.sandbox.happenings import Toast
    from bot.sandbox.messages import Message
    from bot.sandbox.people import User
    from bot.sandbox.world import World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


class Persona:
    """One person; `chat` is a Chat, its id, or None for the private chat with the bot.

    What no client would allow raises SandboxError.
    """

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self.user = user
        self.id = user.id
        self.name = user.first_name

    def __repr__(self) -> str:
        return f"Persona({self.id}, {self.name})"

    @property
    def private(self) -> Chat:
        """Return the private chat with the bot."""
        return self._world.chats[self.id]

    @property
    def toasts(self) -> list[Toast]:
        """Return the answers to pressed buttons, oldest first."""
        return self._world.toasts[self.id]

    # Writing.

    def write(
        self,
        chat: Chat | int | None,
        text: str,
        *,
        reply_to: Message | None = None,
        topic: int | None = None,
        anonymous: bool = False,
    ) -> Message:
        """Write a text; commands, links and mentions are marked as clients mark them."""
        content = Formatted(text).trimmed().with_detected()
        if not content.text:
            raise SandboxError("不能发送空消息")
        if content.length > TEXT_LIMIT:
            raise SandboxError("消息超过 4096 字")
        place = self._place(chat, topic, reply_to, anonymous=anonymous)
        return self._world.post(
            place, self.user, content, reply_to=reply_to, topic=topic, anonymous=anonymous
        )

    def send_file(
        self,
        chat: Chat | int | None,
        data: bytes,
        name: str,
        *,
        caption: str = "",
        photo: bool = False,
        reply_to: Message | None = None,
        topic: int | None = None,
    ) -> Message:
        """Send a document, or a picture as a photo."""
        content = Formatted(caption).trimmed().with_detected()
        if content.length > CAPTION_LIMIT:
            raise SandboxError("附言超过 1024 字")
        if not data:
            raise SandboxError("不能发送空文件")
        place = self._place(chat, topic, reply_to)
        file = self._world.files.add(data, name, photo=photo)
        return self._world.post(
            place, self.user, content, file=file, reply_to=reply_to, topic=topic
        )

    def start(self, payload: str = "") -> Message:
        """Press Start in the private chat, perhaps by a link that carries a payload."""
        return self.write(None, f"/start {payload}".strip())

    def edit(self, message: Message, text: str) -> Message:
        """Change an own message."""
        if message.sender is not self.user or message.deleted or message.service:
            raise SandboxError("只能修改自己发的消息")
        content = Formatted(text).trimmed().with_detected()
        if not content.text and message.file is None:
            raise SandboxError("不能改成空消息")
        self._world.edit(message, content, message.keyboard)
        return message

    def press(self, message: Message, label_or_data: str, *, forged: bool = False) -> str:
        """Press a button by its text or data and return the callback id.

        A forged press sends any data at all, as a changed client could.
        """
        self._require_presence(message.chat)
        if message.deleted:
            raise SandboxError("消息已被删除")
        if forged:
            return self._world.press(self.user, message, label_or_data).id
        for button in message.buttons:
            if button.data is not None and label_or_data in (button.label, button.data):
                return self._world.press(self.user, message, button.data).id
        raise SandboxError(f"消息下没有按钮“{label_or_data}”，现有：{'、'.join(message.labels)}")

    def react(self, message: Message, *emoji: str) -> None:
        """Leave these reactions on a message and take back all others."""
        self._require_presence(message.chat)
        self._world.react(message, self.user, list(emoji))

    # Coming and going.

    def block(self) -> None:
        """Block the bot."""
        self._world.set_blocked(self.private, blocked=True)

    def unblock(self) -> None:
        """Unblock the bot."""
        self._world.set_blocked(self.private, blocked=False)

    def leave(self, chat: Chat | int) -> None:
        """Leave a group."""
        place = self._group(chat)
        note = Service({"left_chat_member": self.user.json()}, f"{self.name} 退出了群组")
        self._world.post(place, self.user, service=note)
        self._world.set_status(place, self.user, "left", self.user)

    def add(self, chat: Chat | int, other: Persona) -> None:
        """Add somebody to a group."""
        self._bring(self._group(chat), other.user)

    def add_bot(self, chat: Chat | int) -> None:
        """Add the bot to a group."""
        self._bring(self._group(chat), self._world.bot)

    def remove(self, chat: Chat | int, other: Persona) -> None:
        """Remove somebody from a group."""
        self._put_out(self._group(chat), other.user)

    def remove_bot(self, chat: Chat | int) -> None:
        """Remove the bot from a group."""
        self._put_out(self._group(chat), self._world.bot)

    def promote(self, chat: Chat | int, other: Persona | None = None) -> None:
        """Make somebody, or the bot, an administrator of a group."""
        self._set(self._group(chat), other.user if other else self._world.bot, "administrator")

    def demote(self, chat: Chat | int, other: Persona | None = None) -> None:
        """Make an administrator an ordinary member again."""
        self._set(self._group(chat), other.user if other else self._world.bot, "member")

    # Reading.

    def reads(self, chat: Chat | int | None = None) -> list[Message]:
        """Return what this person sees in a chat, oldest first, with current texts."""
        place = self._world.chats[chat] if isinstance(chat, int) else chat or self.private
        if place is not self.private and not place.member(self.id):
            return []
        return list(place.messages.values())

    # Rules of the client.

    def _place(
        self,
        chat: Chat | int | None,
        topic: int | None,
        reply_to: Message | None,
        *,
        anonymous: bool = False,
    ) -> Chat:
        place = self._world.chats.get(chat) if isinstance(chat, int) else chat or self.private
        if place is None:
            raise SandboxError("没有这个会话")
        self._require_presence(place)
        if topic is not None and topic not in place.topics:
            raise SandboxError("没有这个话题")
        if reply_to is not None and (reply_to.chat is not place or reply_to.deleted):
            raise SandboxError("要回复的消息不在这个会话里")
        member = place.member(self.id)
        if anonymous and not (member and member.is_admin):
            raise SandboxError("只有管理员可以匿名发言")
        if place.private:
            place.started = True
        return place

    def _group(self, chat: Chat | int) -> Chat:
        place = self._world.chats.get(chat) if isinstance(chat, int) else chat
        if place is None or place.private:
            raise SandboxError("没有这个群组")
        self._require_presence(place)
        return place

    def _require_presence(self, place: Chat) -> None:
        if place.private:
            if place is not self.private:
                raise SandboxError("这是别人的私聊")
            if place.blocked:
                raise SandboxError("已停用机器人，请先恢复")
        elif place.migrated_to is not None:
            raise SandboxError("本群已升级，请到新群发言")
        elif place.member(self.id) is None:
            raise SandboxError(f"{self.name} 不在群组“{place.title}”中")

    def _bring(self, place: Chat, newcomer: User) -> None:
        if place.member(newcomer.id):
            raise SandboxError(f"{newcomer.first_name} 已在群中")
        self._world.set_status(place, newcomer, "member", self.user)
        self._world.known.add(newcomer.id)
        note = Service(
            {"new_chat_members": [newcomer.json()]}, f"{self.name} 邀请 {newcomer.first_name} 入群"
        )
        self._world.post(place, self.user, service=note)

    def _put_out(self, place: Chat, other: User) -> None:
        if not place.member(other.id):
            raise SandboxError(f"{other.first_name} 不在群中")
        note = Service(
            {"left_chat_member": other.json()}, f"{self.name} 将 {other.first_name} 移出群组"
        )
        self._world.set_status(place, other, "kicked", self.user)
        self._world.post(place, self.user, service=note)

    def _set(self, place: Chat, other: User, status: Status) -> None:
        if not place.member(other.id):
            raise SandboxError(f"{other.first_name} 不在群中")
        self._world.set_status(place, other, status, self.user)
