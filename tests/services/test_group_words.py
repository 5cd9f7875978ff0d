"""What groups are told of: decided once for all that are alike, and read anew as it is said."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from bot.domain.people import Side
from bot.services import group_words
from bot.services.cards import belongs, home_groups, homes
from bot.storage.chats import Chat
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from bot.domain.outgoing import Outgoing
    from bot.domain.records import Record
    from bot.services.desk import Books, Desk
    from bot.storage.chats import Audience
    from bot.storage.database import Database
    from tests.services.advising import Advice

BUREAU = 7002
"""The chat of the bureau's liaison."""
BOTH, ALL = frozenset({Side.PROCURATORATE, Side.RESOURCES}), frozenset(Side)
DISTRICT, OTHER, CITY = "420704", "420703", "420700"
GROUP = Chat(-100_77, 0, "鄂城群", DISTRICT, BOTH)


@pytest.fixture
def bell(database: Database, books: Books) -> Bell:
    return Bell(database, books)


@pytest.fixture
async def owed(advice: Advice) -> Advice:
    """A recommendation served on 13 April and checked: the reply is due on Monday, 15 June."""
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    return advice


async def bind(owed: Advice, *chats: Chat) -> None:
    async with owed.on("04-13") as d:
        for chat in chats:
            await d.tx.chats.bind(chat, 1, d.now)


def words(said: list[Outgoing]) -> dict[int, str]:
    """What groups were told, by chat."""
    return {each.chat_id: each.text for each in said if each.key.startswith("group/")}


async def test_a_matter_is_at_home_where_its_card_is(owed: Advice) -> None:
    chats = [
        Chat(-100 - n, 0, "群", district, sides)
        for n, (district, sides) in enumerate(product((OTHER, DISTRICT, CITY), (BOTH, ALL)))
    ]
    matters = [
        replace(owed.record, district=district, sides=sides)
        for district in (DISTRICT, OTHER, CITY, "420702")
        for sides in (BOTH, ALL, BOTH - {Side.RESOURCES})
    ]
    told = set()
    for chat in chats:
        await bind(owed, chat)
        async with owed.desk() as d:
            audiences = await d.tx.chats.audiences()
            for matter in matters:
                there = {each.audience for each in await home_groups(d, matter)}
                assert set(homes(d, audiences, matter)) == there
                told.add(len(there))
    assert told == {0, 1, 2}


async def test_of_alike_groups_only_one_is_asked_what_it_hears(
    owed: Advice, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Audience, int]] = []

    def counted(desk: Desk, audience: Audience, record: Record) -> bool:
        asked.append((audience, record.id))
        return belongs(desk, audience, record)

    monkeypatch.setattr(group_words, "belongs", counted)
    alike = [replace(GROUP, chat_id=-200 - n) for n in range(25)]
    others = [replace(GROUP, chat_id=-300 - n, district=OTHER) for n in range(25)]
    await bind(owed, *alike, *others, replace(GROUP, chat_id=-400, district=CITY))
    said = words(await bell.ring("06-15"))
    assert len(said) == 51
    told = {chat_id for chat_id, text in said.items() if owed.record.number in text}
    assert told == {-400, *(chat.chat_id for chat in alike)}
    assert len(asked) == len(set(asked)) == 3
