"""The keys of the messages that the bot says to groups of itself: made and read here only.

Such a key tells the day, whether the week is told, the place, and the moment: a group that was
unbound and bound again, or a clock that was set back, gives a second word a key of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.storage.chats import OF_ITSELF

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.storage.chats import Chat

GROUP_KEY = OF_ITSELF
"""What every such key begins with."""
_WEEK, _DAY = "week", "day"


def group_key(chat: Chat, now: datetime, *, weekly: bool) -> str:
    """The key of what is said to a group now; `weekly`: what the week brings is in it."""
    what = _WEEK if weekly else _DAY
    return f"{said_on(local_date(now))}{what}/{chat.chat_id}/{chat.thread_id}/{now.timestamp()}"


def said_on(day: date) -> str:
    """What the keys of a day begin with."""
    return f"{GROUP_KEY}{day.isoformat()}/"


def said_with(key: str) -> str:
    """What the keys of all that groups are told on the day of one message begin with."""
    return f"{GROUP_KEY}{key.split('/')[1]}/"


def tells_week(key: str) -> bool:
    """Tell whether what the week brings is in a message."""
    return key.split("/")[2] == _WEEK


def was_said_in(key: str, chat: Chat) -> bool:
    """Tell whether a message was said in this very place, however it was bound then."""
    return key.split("/")[3:5] == [str(chat.chat_id), str(chat.thread_id)]
