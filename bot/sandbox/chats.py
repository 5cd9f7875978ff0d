"""Chats and who is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.messages import Message
    from bot.sandbox.people import User

ChatType = Literal["private", "group", "supergroup"]
Status = Literal["creator", "administrator", "member", "left", "kicked"]

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_send_welcome_messages",
)
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
)
_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


@dataclass(frozen=True, slots=True)
class Member:
    """One person's standing in a chat; past members stay known as left or kicked."""

    user: User
    status: Status = "member"

    @property
    def present(self) -> bool:
        """Tell whether the person is in the chat."""
        return self.status not in ("left", "kicked")

    @property
    def is_admin(self) -> bool:
        """Tell whether the person may delete what others wrote and write as the group."""
        return self.status in ("creator", "administrator")

    def json(self) -> dict[str, object]:
        """Return a Bot API ChatMember."""
        member: dict[str, object] = {"user": self.user.json(), "status": self.status}
        if self.status == "creator":
            member["is_anonymous"] = False
        elif self.status == "administrator":
            member |= {"can_be_edited": False, "is_anonymous": False}
            member |= dict.fromkeys(_RIGHTS, True)
        elif self.status == "kicked":
            member["until_date"] = 0
        return member


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat with the bot, or a group; messages by id, oldest first."""

    id: int
    type: ChatType
    ids: Iterator[int]
    title: str = ""
    peer: User | None = None
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: Message | None = None
    migrated_to: Chat | None = None
    started: bool = False
    blocked: bool = False

    def json(self) -> dict[str, object]:
        """Return a Bot API Chat."""
        chat: dict[str, object] = {"id": self.id, "type": self.type}
        if self.peer is not None:
            chat["first_name"] = self.peer.first_name
            if self.peer.username:
                chat["username"] = self.peer.username
        else:
            chat["title"] = self.title
        if self.is_forum:
            chat["is_forum"] = True
        return chat

    def full_json(self) -> dict[str, object]:
        """Return a Bot API ChatFullInfo."""
        full = self.json() | {"accent_color_id": self.id % 7, "max_reaction_count": 11}
        full["accepted_gift_types"] = dict.fromkeys(_GIFTS, False)
        if self.type != "private":
            full["permissions"] = dict.fromkeys(_PERMISSIONS, True)
        if self.pinned is not None:
            full["pinned_message"] = self.pinned.json(nested=False)
        return full

    @property
    def private(self) -> bool:
        """Tell whether this is one person's chat with the bot."""
        return self.type == "private"

    def member(self, user_id: int) -> Member | None:
        """Return the standing of a person who is in the chat now."""
        member = self.members.get(user_id)
        return member if member and member.present else None

    def present(self) -> list[Member]:
        """Return everybody who is in the chat now."""
        return [member for member in self.members.values() if member.present]


class Numbering:
    """Ids of chats and messages.

    A supergroup counts its own messages; private chats and basic groups share one count.
    """

    def __init__(self) -> None:
        self._shared = count(1)
        self._groups = count(1)
        self._supergroups = count(1)
        self._people = count(1001)

    def person(self) -> int:
        """Return a new user id."""
        return next(self._people)

    def chat(self, kind: ChatType) -> int:
        """Return a new id of a group."""
        if kind == "supergroup":
            return -1_001_000_000_000 - next(self._supergroups)
        return -4_000_000 - next(self._groups)

    def messages(self, kind: ChatType) -> Iterator[int]:
        """Return the sequence from which a chat numbers its messages."""
        return count(1) if kind == "supergroup" else self._shared
