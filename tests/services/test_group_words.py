"""What groups are told of: decided once for all that are alike, and read anew as it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count, product
from typing import TYPE_CHECKING

import pytest

from bot.domain.people import Role, Side, Status
from bot.services import group_words
from bot.services.cards import belongs, home_groups, homes
from bot.services.group_words import words_for
from bot.services.ledger import move_record
from bot.services.places import left_group
from bot.services.unheard import told_nowhere
from bot.storage.chats import Chat
from reminders.dispatcher import BATCH
from tests.services.advising import needs
from tests.services.in_groups import BOTH, BUREAU, DISTRICT, GROUP, bind, words
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.domain.records import Record
    from bot.services.desk import Desk
    from bot.services.group_words import Bulletin, Word
    from bot.storage.chats import Audience
    from bot.storage.database import Database
    from tests.conftest import Hire
    from tests.services.advising import Advice

    Meanwhile = Callable[[Desk, Advice], Awaitable[None]]

ALL = frozenset(Side)
OTHER, CITY = "420703", "420700"


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


async def answer(desk: Desk, owed: Advice) -> None:
    record, given = owed.record, needs("reply", {"replied_on": desk.today.isoformat()})
    await move_record(desk, owed.bureau, record, "reply", given, version=record.version)


async def unbind(desk: Desk, _: Advice) -> None:
    await desk.tx.chats.unbind(GROUP.chat_id)


async def bind_elsewhere(desk: Desk, _: Advice) -> None:
    await desk.tx.chats.bind(replace(GROUP, district=OTHER), 1, desk.now)


async def come_back(desk: Desk, _: Advice) -> None:
    await desk.tx.people.mark_reachable(BUREAU, desk.now, reachable=True)


async def nothing(_: Desk, __: Advice) -> None:
    pass


@pytest.fixture
def quicker(
    owed: Advice, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Meanwhile], Awaitable[dict[int, str]]]:
    """What groups are told on the day a reply is due, when the bureau cannot be reached.

    Somebody does something after the bot has found out what to say, and before it says it.
    """

    async def heard(meanwhile: Meanwhile) -> dict[int, str]:
        await bind(owed, GROUP)
        async with owed.on("06-12") as d:
            await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)

        async def too_late(desk: Desk, told: Bulletin, chats: Sequence[Chat]) -> list[Word]:
            await meanwhile(desk, owed)
            return await words_for(desk, told, chats)

        monkeypatch.setattr("reminders.dispatcher.words_for", too_late)
        return words(await bell.ring("06-15"))

    return heard


@pytest.mark.parametrize(
    ("meanwhile", "names", "warns"),
    [(nothing, True, True), (answer, False, False), (come_back, True, False)],
)
async def test_what_is_said_is_as_it_is_when_it_is_said(
    owed: Advice,
    bell: Bell,
    quicker: Callable[[Meanwhile], Awaitable[dict[int, str]]],
    meanwhile: Meanwhile,
    names: bool,
    warns: bool,
) -> None:
    week, _, warning = (await quicker(meanwhile))[GROUP.chat_id].partition("⚠️")
    assert (owed.record.number in week) is names
    assert ("本周无到期事项" in week) is not names
    assert (owed.record.number in warning) is warns
    private = [m.text for m in await bell.ring("06-15", "09:01") if m.chat_id == BUREAU]
    reminded = any(owed.record.number in text for text in private)
    assert reminded is (meanwhile is come_back), "who can be told is told"


@pytest.mark.parametrize(("meanwhile", "told"), [(nothing, True), (answer, False)])
async def test_every_group_at_home_is_told_until_it_is_answered(
    owed: Advice,
    bell: Bell,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Meanwhile,
    told: bool,
) -> None:
    """One transaction does not speak to all; before the next, what it said has arrived."""
    await bind(owed, *(replace(GROUP, chat_id=-200 - n) for n in range(BATCH + 2)))
    async with owed.on("06-09") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    await bell.ring("06-09")
    calls = count()

    async def after_the_first(desk: Desk, known: Bulletin, chats: Sequence[Chat]) -> list[Word]:
        if next(calls) == 1:
            for queued in await desk.tx.outbox.claim(desk.now, 100):
                await desk.tx.outbox.sent(queued, 1, desk.now)
            await meanwhile(desk, owed)
        return await words_for(desk, known, chats)

    monkeypatch.setattr("reminders.dispatcher.words_for", after_the_first)
    said = words(await bell.ring("06-12"))
    assert said.keys() == ({-201, -200} if told else set())
    assert all(owed.record.number in text for text in said.values())


@pytest.mark.parametrize("meanwhile", [unbind, bind_elsewhere])
async def test_nothing_is_said_where_a_group_is_another_s_by_now(
    quicker: Callable[[Meanwhile], Awaitable[dict[int, str]]], meanwhile: Meanwhile
) -> None:
    assert not await quicker(meanwhile)


@pytest.mark.parametrize("died", [True, False])
@pytest.mark.parametrize("again", [("06-15", "10:01"), ("06-16", "09:00")])
async def test_a_week_that_was_perhaps_told_says_so_when_it_is_told_again(
    owed: Advice, bell: Bell, database: Database, died: bool, again: tuple[str, str]
) -> None:
    """The bot dies in the middle of sending, or knows nothing of a send; every tick is a start."""
    await bind(owed, GROUP)
    await bell.deliver("06-15", "08:00")
    await bell.tick("06-15")
    async with database.write() as tx:
        (week,) = [q for q in await tx.outbox.claim(moment("06-15"), 9) if q.message.chat_id < 0]
        if died:
            await tx.outbox.recover(moment("06-15"))
        else:
            await tx.outbox.put_back(week, "TimedOut", moment("06-15"), perhaps_sent=True)
    if again[0] != "06-15":
        await bell.tick("06-15", "17:31")
    await bell.tick(*again)
    assert await weeks_waiting(database, *again) == [True]
    await bell.deliver(*again)
    await bell.tick("06-22")
    assert await weeks_waiting(database, "06-22") == [False], "a new week was never told"


async def weeks_waiting(database: Database, day: str, hour: str = "09:00") -> list[bool]:
    """Of the weeks that wait to be told, whether each says that it is perhaps repeated."""
    async with database.write() as tx:
        claimed = await tx.outbox.claim(moment(day, hour), 9)
        for queued in claimed:
            await tx.outbox.put_back(queued, "", moment(day, hour), perhaps_sent=False)
    return [queued.repeated for queued in claimed if "本周到期" in queued.message.text]


async def test_a_week_taken_back_is_told_to_what_became_of_its_group(
    owed: Advice, bell: Bell, database: Database
) -> None:
    await bind(owed, GROUP)
    await bell.deliver("06-15", "08:00")
    await bell.tick("06-15")
    async with database.write() as tx:
        await tx.chats.move(GROUP.chat_id, -100_88)
    await bell.tick("06-15", "10:01")
    assert words(await bell.deliver("06-15", "10:01")).keys() == {-100_88}


async def leave(d: Desk, owed: Advice) -> None:
    await d.tx.people.change(owed.bureau.person_id, status=Status.LEFT.value)


async def go_away(d: Desk, owed: Advice) -> None:
    first, last = date(2026, 6, 8), date(2026, 7, 3)
    await d.tx.absences.put(owed.bureau.person_id, first, last, None, d.now, shown=True)


async def block(d: Desk, _: Advice) -> None:
    await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (leave, "尚无联络员，请该单位人员发送 /join 登记。"),
        (go_away, "联络员外出，最早7月3日结束。急办的，请该单位另派人员发送 /join 登记。"),
        (block, "联络员收不到私聊，请打开与机器人的私聊，点“开始”。"),
    ],
)
async def test_a_group_is_told_why_nobody_can_be_and_what_to_do(
    owed: Advice, bell: Bell, lost: Meanwhile, why: str
) -> None:
    await bind(owed, GROUP)
    async with owed.on("06-09") as d:
        await lost(d, owed)
    text = words(await bell.ring("06-12"))[GROUP.chat_id]
    assert text.endswith(f"鄂城分局：{owed.record.number}\n　{why}")
    assert owed.bureau.name not in text


async def test_who_is_there_and_out_of_reach_is_what_is_mended_first(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    """The other is away: to wait for them, or to put somebody else on the roster, is not needed."""
    await bind(owed, GROUP)
    await people("zrzy-ec", Role.DEPUTY, "赵强", reachable=False)
    async with owed.on("06-09") as d:
        await go_away(d, owed)
    assert "联络员收不到私聊" in words(await bell.ring("06-12"))[GROUP.chat_id]


async def test_what_a_group_was_about_to_hear_is_not_lost_with_it(owed: Advice, bell: Bell) -> None:
    await bind(owed, GROUP)
    async with owed.on("06-12") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    await bell.deliver("06-12", "08:00")
    await bell.tick("06-12")
    async with owed.on("06-12") as d:
        await left_group(d, GROUP.chat_id)
        assert [each.record for each in await told_nowhere(d)] == [owed.record]
    await bind(owed, replace(GROUP, chat_id=-100_88))
    assert owed.record.number in words(await bell.ring("06-12", "10:01"))[-100_88]
