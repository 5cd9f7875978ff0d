"""What groups are to hear of itself is not lost: not with a group, a clock, a topic or a send."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.delivery import postponed, topic_gone, undeliverable
from bot.services.desk import Desk
from bot.services.group_words import speak, words_for
from bot.services.places import left_group
from bot.services.unheard import told_nowhere
from tests.services.in_groups import BUREAU, GROUP, bind, words
from tests.services.reminding import moment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.domain.outgoing import Queued
    from bot.services.desk import Books
    from bot.services.group_words import Bulletin, Word
    from bot.storage.chats import Chat
    from bot.storage.database import Database
    from tests.services.advising import Advice
    from tests.services.reminding import Bell

    Fate = Callable[[Desk, Queued], Awaitable[None]]

ANOTHER = replace(GROUP, chat_id=-100_88)


@pytest.fixture
async def silent(owed: Advice) -> Advice:
    """What is owed when nobody can be told of it in private; the group is told on 12 June."""
    async with owed.on("06-09") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    return owed


async def one_more(owed: Advice, day: str) -> None:
    """Something more that nobody can be told in private."""
    async with owed.on(day) as d:
        (duty,) = await d.tx.duties.open_of(owed.record.id)
        await d.tx.nags.add(duty.id, 99, [0], d.now)


async def test_a_group_bound_anew_on_one_day_is_told_what_is_new(
    silent: Advice, bell: Bell
) -> None:
    await bind(silent, GROUP)
    assert words(await bell.ring("06-12"))
    async with silent.on("06-12") as d:
        await left_group(d, GROUP.chat_id)
    await bind(silent, GROUP)
    assert not any("⚠️" in text for text in words(await bell.ring("06-12", "10:00")).values())
    async with silent.on("06-12") as d:
        await left_group(d, GROUP.chat_id)
    await bind(silent, GROUP)
    await one_more(silent, "06-12")
    assert silent.record.number in words(await bell.ring("06-12", "10:30"))[GROUP.chat_id]


async def lost_topic(desk: Desk, queued: Queued) -> None:
    await topic_gone(desk, queued, "message thread not found")


async def lost_answer(desk: Desk, queued: Queued) -> None:
    await left_group(desk, queued.message.chat_id)
    await postponed(desk, queued, "TimedOut", perhaps_sent=True)


async def lost_right(desk: Desk, queued: Queued) -> None:
    await left_group(desk, queued.message.chat_id)
    await undeliverable(desk, queued, "not enough rights", away=False)


@pytest.mark.parametrize("fate", [lost_topic, lost_answer, lost_right])
async def test_what_was_under_way_when_its_place_was_lost_is_told_in_another(
    silent: Advice, bell: Bell, database: Database, books: Books, fate: Fate
) -> None:
    await bind(silent, replace(GROUP, thread_id=5))
    await bell.deliver("06-12", "08:00")
    await bell.tick("06-12")
    async with database.write() as tx:
        (queued,) = [q for q in await tx.outbox.claim(moment("06-12"), 9) if q.message.chat_id < 0]
    async with database.write() as tx:
        await fate(await Desk.open(tx, books, moment("06-12"), "lost"), queued)
    await bind(silent, ANOTHER)
    await bell.tick("06-12", "10:01")
    (word,) = await waiting(database, "06-12", "10:01")
    assert silent.record.number in word.message.text
    assert word.repeated is (fate is lost_answer)


async def waiting(database: Database, day: str, hour: str) -> list[Queued]:
    """What groups are about to be told."""
    async with database.write() as tx:
        claimed = await tx.outbox.claim(moment(day, hour), 99)
    return [each for each in claimed if each.message.chat_id < 0]


async def test_a_clock_that_ran_ahead_costs_no_group_a_word(
    silent: Advice, bell: Bell, database: Database
) -> None:
    """It shows 18 June for a while."""
    await bind(silent, GROUP)
    await bell.ring("06-08")
    assert words(await bell.ring("06-18"))
    await bell.tick("06-10")
    (this,) = await waiting(database, "06-10", "09:00")
    assert "6月10日至6月14日" in this.message.text
    assert this.repeated, "nobody knows any more whether it was told"
    assert silent.record.number in words(await bell.ring("06-12"))[GROUP.chat_id]
    assert "6月15日至6月21日" in words(await bell.ring("06-15"))[GROUP.chat_id]
    assert silent.record.number in words(await bell.ring("06-18", "09:05"))[GROUP.chat_id]


async def test_a_group_whose_word_failed_is_told_later_in_the_day(
    silent: Advice, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bind(silent, GROUP, ANOTHER)

    async def stumble(desk: Desk, word: Word) -> None:
        if word.chat == GROUP:
            raise RuntimeError("one bad group")
        await speak(desk, word)

    monkeypatch.setattr("reminders.dispatcher.speak", stumble)
    assert words(await bell.ring("06-12")).keys() == {ANOTHER.chat_id}
    monkeypatch.undo()
    again = words(await bell.ring("06-12", "09:01"))
    assert again.keys() == {GROUP.chat_id}
    assert silent.record.number in again[GROUP.chat_id]


async def test_what_another_group_has_heard_says_so_when_it_is_told_again(
    silent: Advice, bell: Bell, database: Database
) -> None:
    """Of two groups the one that is told last cannot be written to."""
    await bind(silent, GROUP, ANOTHER)
    await bell.ring("06-09")
    bell.blocked = {GROUP.chat_id}
    assert words(await bell.ring("06-12")).keys() == {ANOTHER.chat_id}
    await bell.tick("06-15")
    again = {q.message.chat_id: q for q in await waiting(database, "06-15", "09:00")}
    assert silent.record.number in again[ANOTHER.chat_id].message.text
    assert again[ANOTHER.chat_id].repeated


async def test_a_week_under_way_does_not_name_what_is_met_by_then(owed: Advice, bell: Bell) -> None:
    await bind(owed, GROUP, replace(ANOTHER, district="420703"))
    await bell.deliver("06-15", "08:00")
    await bell.tick("06-15")
    await owed.take("06-15", "reply", replied_on="2026-06-15")
    assert words(await bell.deliver("06-15", "10:01")).keys() == {ANOTHER.chat_id}
    assert "本周无到期事项" in words(await bell.ring("06-15", "10:01"))[GROUP.chat_id]


async def test_a_group_unbound_while_it_is_spoken_to_hears_nothing(
    silent: Advice,
    bell: Bell,
    database: Database,
    books: Books,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another process unties it after the bot has read what to say, and before it has said it."""
    await bind(silent, GROUP)
    others: list[asyncio.Task[None]] = []

    async def leave() -> None:
        async with database.write() as tx:
            await left_group(await Desk.open(tx, books, moment("06-12"), "left"), GROUP.chat_id)

    async def meanwhile(desk: Desk, told: Bulletin, chats: Sequence[Chat]) -> list[Word]:
        read = await words_for(desk, told, chats)
        others.append(asyncio.create_task(leave()))
        await asyncio.sleep(0.2)
        return read

    monkeypatch.setattr("reminders.dispatcher.words_for", meanwhile)
    await bell.tick("06-12")
    await asyncio.gather(*others)
    assert not words(await bell.deliver("06-12"))
    async with silent.on("06-12") as d:
        assert [each.record for each in await told_nowhere(d)] == [silent.record]
