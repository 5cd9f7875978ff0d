"""What people have heard of the bot in a year, and where it is not what was foretold."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.calendar import SHANGHAI, local_instant
from bot.services import group_words, nag_lists
from bot.services.unasked import Sort
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.sandbox.messages import Message

REPEATED = "（此条可能重复发送）"
ITEM = re.compile(r"^(?:🟢|🟡|🔴|✓|－) (?P<number>\S+)　(?P<title>[^（，：\n]+)", re.MULTILINE)
"""What a list names, be it done by now or not."""
OF_ITSELF = ("办理提醒", "已逾期事项", "本周到期事项", "⚠️ 以下事项的提醒未能送达")
NUMBER = re.compile(r"(?:线索|检察建议)〔\d{4}〕\d+号")
Heard = dict[tuple[datetime, int], list[tuple[str, str]]]
"""What is said, to the minute when and in which chat: the numbers and titles it names."""
Told = set[tuple[datetime, int, Sort]]
"""The same of what reminds of nothing."""
OTHERS = {
    "这份草稿已超过": Sort.DRAFT,
    "台账存证": Sort.DIGEST,
    "有新情况需要处理": Sort.ALERT,
}
"""How that begins."""


def minute(moment: datetime) -> datetime:
    """A moment without its seconds."""
    return moment.astimezone(SHANGHAI).replace(second=0, microsecond=0)


def is_of_itself(message: Message) -> bool:
    """Tell whether the bot said something of itself: a list of reminders, or a group's word."""
    return words_of(message).startswith(OF_ITSELF)


def words_of(message: Message) -> str:
    """What a message says, be it repeated or not."""
    return message.text.removeprefix(REPEATED).lstrip()


def chat_of(to: Person | Chat) -> int:
    """Where somebody, or a group, hears something."""
    return to.chat_id if isinstance(to, Chat) else to.user_id


def items_in(message: Message) -> list[tuple[str, str]]:
    """The numbers that a message names, and with each what is owed; to a group it may not say."""
    if message.chat.id < 0:
        return [(number, "") for number in NUMBER.findall(message.text)]
    return [(found["number"], found["title"]) for found in ITEM.finditer(message.text)]


def differences(arrived: Heard, foretold: Heard) -> list[object]:
    """Where what arrived is not what was foretold; a list, or a word, has room for so many."""
    found: list[object] = [*(arrived.keys() ^ foretold.keys())]
    for place in arrived.keys() & foretold.keys():
        if place[1] > 0:
            named, due = set(arrived[place]), set(foretold[place])
            same = named == due or (named < due and len(named) == nag_lists.SHOWN)
        else:
            heard, expected = ({n for n, _ in items[place]} for items in (arrived, foretold))
            full = len(foretold[place]) > group_words.DATES
            same = heard <= expected and (full or heard == expected)
        if not same:
            found.append((place, arrived[place], foretold[place]))
    return found


def at(day: date, hour: int, minutes: int = 0) -> datetime:
    """An hour of a day in China."""
    return local_instant(day, datetime.min.time()) + timedelta(hours=hour, minutes=minutes)
