"""The world of the sandbox: everybody, every chat, every message."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from bot.sandbox.callbacks import Callback
from bot.sandbox.chats import Chat, Member, Numbering
from bot.sandbox.entities import Formatted
from bot.sandbox.errors import SandboxError
from bot.sandbox.files import FileStore
from bot.sandbox.happenings import Deleted, Edited, Rearranged, Toast, Written
from bot.sandbox.hearing import hears, is_in
from bot.sandbox.messages import Message, Service
from bot.sandbox.people import User
from bot.sandbox.profile import Profile
from bot.sandbox.signal import Signal
from bot.sandbox.updates import UpdateQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from bot.sandbox.chats import ChatType, Status
    from bot.sandbox.clock import SandboxClock
    from bot.sandbox.files import StoredFile
    from bot.sandbox.happenings import Happening
    from bot.sandbox.keyboards import Keyboard


#: Stands for the topic that the message itself opens.
_NEW = -1


class World:
    """All state; every change goes through here and becomes an update where Telegram makes one."""

    def __init__(self, clock: SandboxClock, bot: User, seed: int = 0) -> None:
        self.clock = clock
        self.bot = bot
        #: With privacy on, the bot hears in groups only what is meant for it.
        self.privacy = False
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, Callback] = {}
        self.toasts: dict[int, list[Toast]] = {}
        self.known: set[int] = {bot.id}
        self.files = FileStore()
        self.profile = Profile()
        self.changed = Signal()
        self.updates = UpdateQueue(self.changed, seed)
        self.listeners: list[Callable[[Happening], None]] = []
        self._numbers = Numbering()
        self._random = Random(seed)  # noqa: S311 (repeatable ids, not secrets)

    def now(self) -> datetime:
        """Return the instant a message written now carries: whole seconds."""
        return self.clock.now().replace(microsecond=0)

    def emit(self, happening: Happening) -> None:
        """Tell everybody who looks on."""
        for listener in tuple(self.listeners):
            listener(happening)
        self.changed.ring()

    # People and chats.

    def add_user(self, name: str, user_id: int | None, username: str | None, post: str) -> User:
        """Register a person, who thereby has a private chat with the bot, not yet started."""
        user = User(
            user_id if user_id is not None else self._numbers.person(),
            name,
            username=username,
            language_code="zh-hans",
            post=post,
        )
        if user.id in self.users:
            raise ValueError(f"user {user.id} exists")
        self.users[user.id] = user
        self.toasts[user.id] = []
        ids = self._numbers.messages("private")
        self.chats[user.id] = Chat(user.id, "private", ids, peer=user)
        self.emit(Rearranged())
        return user

    def add_group(
        self, title: str, members: Iterable[User], kind: ChatType, *, forum: bool = False
    ) -> Chat:
        """Found a group; the first member is its creator."""
        ids = self._numbers.messages(kind)
        chat = Chat(self._numbers.chat(kind), kind, ids, title=title, is_forum=forum)
        for user in members:
            status: Status = "member" if chat.members else "creator"
            chat.members[user.id] = Member(user, status)
        self.chats[chat.id] = chat
        self.emit(Rearranged())
        return chat

    def set_status(self, chat: Chat, user: User, status: Status, by: User) -> None:
        """Let somebody come, go or rise; the bot hears of itself, and as admin of others."""
        old = chat.members.get(user.id, Member(user, "left"))
        new = chat.members[user.id] = Member(user, status)
        change = self._member_change(chat, by, old, new)
        bot = chat.member(self.bot.id)
        if user is self.bot:
            self._tell("my_chat_member", change, by)
        elif bot and bot.is_admin:
            self._tell("chat_member", change, by)
        self.emit(Rearranged())

    def set_blocked(self, chat: Chat, *, blocked: bool) -> None:
        """Let a person block the bot in their private chat, or unblock it."""
        if chat.peer is None or chat.blocked == blocked:
            return
        chat.blocked = blocked
        member, kicked = Member(self.bot), Member(self.bot, "kicked")
        old, new = (member, kicked) if blocked else (kicked, member)
        change = self._member_change(chat, chat.peer, old, new)
        self._tell("my_chat_member", change, chat.peer)
        self.emit(Rearranged())

    def enrol_bot(self, chat: Chat) -> None:
        """Let the bot have been in a group all along, so that nothing is announced."""
        chat.members[self.bot.id] = Member(self.bot)
        self.emit(Rearranged())

    def open_topic(self, chat: Chat, name: str) -> int:
        """Open a topic of a forum; its thread id is the id of the message that opens it."""
        if not chat.is_forum:
            raise SandboxError("只有话题群组可以开设话题")
        created = {"name": name, "icon_color": 7322096}
        note = Service({"forum_topic_created": created}, f"开设话题：{name}")
        message = self.post(chat, _creator(chat), service=note, topic=_NEW)
        chat.topics[message.id] = name
        self.emit(Rearranged())
        return message.id

    def upgrade(self, chat: Chat) -> Chat:
        """Turn a basic group into a supergroup, which has a new id."""
        if chat.type != "group" or chat.migrated_to:
            raise SandboxError("只有普通群组可以升级")
        by = _creator(chat)
        new = self.add_group(chat.title, (), "supergroup")
        new.members = dict(chat.members)
        note = Service({"migrate_to_chat_id": new.id}, "本群已升级为超级群组")
        self.post(chat, by, service=note)
        chat.migrated_to = new
        back = Service({"migrate_from_chat_id": chat.id}, "由普通群组升级而来")
        self.post(new, by, service=back)
        self.emit(Rearranged())
        return new

    # Messages.

    def post(
        self,
        chat: Chat,
        sender: User,
        content: Formatted | None = None,
        *,
        file: StoredFile | None = None,
        keyboard: Keyboard | None = None,
        reply_to: Message | None = None,
        topic: int | None = None,
        anonymous: bool = False,
        service: Service | None = None,
    ) -> Message:
        """Put a message into a chat, and tell the bot if it hears it."""
        message = Message(
            chat,
            next(chat.ids),
            self.now(),
            sender,
            content or Formatted(""),
            file=file,
            keyboard=keyboard,
            reply_to=reply_to,
            anonymous=anonymous,
            service=service,
        )
        _thread(message, topic)
        chat.messages[message.id] = message
        self._announce("message", message)
        self.emit(Written(message))
        return message

    def edit(self, message: Message, content: Formatted, keyboard: Keyboard | None) -> None:
        """Change a message in place."""
        message.content, message.keyboard = content, keyboard
        message.edited = self.now()
        self._announce("edited_message", message)
        self.emit(Edited(message))

    def delete(self, message: Message) -> None:
        """Take a message away for everybody."""
        del message.chat.messages[message.id]
        message.deleted = True
        self.emit(Deleted(message))

    def react(self, message: Message, user: User, emoji: list[str]) -> None:
        """Replace the reactions of one person, or of the bot, on a message."""
        old = message.reactions.get(user.id, [])
        message.reactions[user.id] = emoji
        if user is not self.bot and is_in(self.bot, message.chat):
            change: dict[str, object] = {
                "chat": message.chat.json(),
                "message_id": message.id,
                "user": user.json(),
                "date": int(self.now().timestamp()),
                "old_reaction": [{"type": "emoji", "emoji": each} for each in old],
                "new_reaction": [{"type": "emoji", "emoji": each} for each in emoji],
            }
            self._tell("message_reaction", change, user)
        self.emit(Edited(message))

    def press(self, user: User, message: Message, data: str) -> Callback:
        """Press a button, or pretend to: the data is passed on as it is."""
        callback = Callback(
            str(self._random.getrandbits(63)), user, message, data, self.clock.now()
        )
        self.callbacks[callback.id] = callback
        query: dict[str, object] = {
            "id": callback.id,
            "from": user.json(),
            "message": self.render(message),
            "chat_instance": str(-message.chat.id * 7919),
            "data": data,
        }
        self._tell("callback_query", query, user)
        self.changed.ring()
        return callback

    def answer(self, callback: Callback, text: str, url: str | None, *, alert: bool) -> None:
        """Show the answer to whoever pressed; a client shows only the first."""
        if callback.answered:
            return
        callback.answered = True
        toast = Toast(callback.user, text, alert, url, callback.id)
        self.toasts[callback.user.id].append(toast)
        self.emit(toast)

    def render(self, message: Message) -> dict[str, object]:
        """Return a Bot API Message."""
        return message.json(users=self.users)

    # What the bot hears.

    def _member_change(self, chat: Chat, by: User, old: Member, new: Member) -> dict[str, object]:
        return {
            "chat": chat.json(),
            "from": by.json(),
            "date": int(self.now().timestamp()),
            "old_chat_member": old.json(),
            "new_chat_member": new.json(),
        }

    def _announce(self, kind: str, message: Message) -> None:
        if message.sender is not self.bot and hears(self.bot, message, privacy=self.privacy):
            self._tell(kind, self.render(message), message.sender)

    def _tell(self, kind: str, payload: dict[str, object], source: User) -> None:
        self.known.add(source.id)
        self.updates.add(kind, payload)


def _creator(chat: Chat) -> User:
    return next(member.user for member in chat.members.values() if member.status == "creator")


def _thread(message: Message, topic: int | None) -> None:
    """Put a message into its topic; outside forums a reply opens a thread of its own."""
    reply_to = message.reply_to
    if message.chat.is_forum:
        thread = (
            message.id
            if topic == _NEW
            else topic
            if topic is not None
            else reply_to.thread
            if reply_to
            else None
        )
        message.thread, message.in_topic = thread, thread is not None
    elif message.chat.type == "supergroup" and reply_to is not None:
        message.thread = reply_to.thread or reply_to.id
