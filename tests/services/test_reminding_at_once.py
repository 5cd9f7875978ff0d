"""Two PostgreSQL transactions at once: no reminder says what the other has just made untrue."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.domain.people import Place
from bot.domain.records import Outcome
from bot.services import buttons
from bot.services.delivery import postponed
from bot.services.desk import Desk
from bot.services.ledger import move_record
from bot.services.nag_lists import remind
from bot.services.planning import NAG_KEY, recall, silence
from bot.services.putting_off import put_off_until
from bot.services.roster import leave
from reminders.dispatcher import Dispatcher
from tests.services.advising import needs
from tests.services.reminding import Bell, moment
from tests.services.test_ticking import BUREAU, lists, serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.outgoing import Outgoing, Queued
    from bot.services.desk import Books
    from bot.storage.database import Database
    from tests.conftest import Hire
    from tests.services.advising import Advice

    Work = Callable[[Desk], Awaitable[None]]
    AtOnce = Callable[[Work, Work], Awaitable[None]]

NOW = moment("06-08", "09:01")


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """SQLite has one writer."""
    return postgres_url


@pytest.fixture
async def owed(advice: Advice) -> Advice:
    """Two recommendations of 13 April, checked at once: the replies are due on 15 June."""
    await serve(advice, 5)
    await serve(advice, 6)
    return advice


@pytest.fixture
def at_once(database: Database, books: Books) -> AtOnce:
    """Do two things, the second while the first is done and not committed yet."""

    async def do(work: Work, cause: str, then: Callable[[], Awaitable[None]] | None = None) -> None:
        async with database.write() as tx:
            await work(await Desk.open(tx, books, NOW, cause))
            if then is not None:
                await then()

    async def both(first: Work, second: Work) -> None:
        tasks: list[asyncio.Task[None]] = []

        async def meanwhile() -> None:
            tasks.append(asyncio.create_task(do(second, "second")))
            await asyncio.wait(tasks, timeout=0.5)

        await do(first, "first", meanwhile)
        await asyncio.gather(*tasks)

    return both


def reply(owed: Advice) -> Work:
    """The bureau answers the second recommendation."""

    async def step(d: Desk) -> None:
        given = needs("reply", {"replied_on": "2026-06-08"})
        record = owed.record
        await move_record(d, owed.bureau, record, "reply", given, version=record.version)

    return step


async def under_way(bell: Bell, database: Database) -> Queued:
    """The bureau's list of 8 June, which the sender has in hand."""
    await bell.deliver("06-08", "08:00")
    await bell.tick("06-08")
    async with database.write() as tx:
        (queued,) = await tx.outbox.claim(moment("06-08"), 5)
    assert queued.message.chat_id == BUREAU
    return queued


def nags(said: list[Outgoing]) -> list[str]:
    return [each.text for each in said if each.key.startswith(NAG_KEY)]


async def test_what_is_answered_while_its_reminder_is_put_back_is_not_said(
    owed: Advice, bell: Bell, database: Database, at_once: AtOnce
) -> None:
    queued = await under_way(bell, database)

    async def put_back(d: Desk) -> None:
        await postponed(d, queued, "TimedOut", perhaps_sent=True)

    await at_once(reply(owed), put_back)
    assert not nags(await bell.deliver("06-08", "09:02"))


async def test_what_is_answered_while_a_dead_sender_s_reminder_is_put_back_is_not_said(
    owed: Advice, bell: Bell, database: Database, at_once: AtOnce
) -> None:
    await under_way(bell, database)

    async def answer(d: Desk) -> None:
        """As far as a step has come before it says anything."""
        event = await d.tx.events.last_id()
        ended = await d.tx.duties.close(owed.record.id, ["reply"], event, Outcome.MET)
        await silence(d, ended)

    async def start_anew(d: Desk) -> None:
        await d.tx.outbox.recover(d.now)
        await recall(d)

    await at_once(answer, start_anew)
    assert not nags(await bell.deliver("06-08", "09:02"))


@pytest.mark.parametrize("leaves_first", [True, False])
async def test_who_leaves_while_they_are_reminded_is_not(
    owed: Advice,
    bell: Bell,
    people: Hire,
    monkeypatch: pytest.MonkeyPatch,
    at_once: AtOnce,
    *,
    leaves_first: bool,
) -> None:
    await people("zrzy-ec", name="陈明")
    await bell.deliver("06-08", "08:00")
    with monkeypatch.context() as patch:
        patch.setattr(Dispatcher, "_remind", Dispatcher._speak)
        await bell.tick("06-08")  # handed on, and not said yet

    async def go(d: Desk) -> None:
        await leave(d, owed.bureau, owed.bureau.person_id, Place(BUREAU, private=True))

    async def say(d: Desk) -> None:
        await remind(d, owed.bureau.person_id)

    await (at_once(go, say) if leaves_first else at_once(say, go))
    said = await bell.ring("06-08", "09:02")
    assert [each.chat_id for each in said if each.key.startswith(NAG_KEY)] == [7003]


async def test_of_two_edits_of_a_list_at_once_the_later_one_tells_of_both(
    owed: Advice, bell: Bell, at_once: AtOnce
) -> None:
    await bell.ring("06-08")
    nag_id = buttons.read(lists(bell)[-1].buttons[0][1].data).number(0)

    async def put_off(d: Desk) -> None:
        until = int(moment("06-09").timestamp())
        await put_off_until(d, owed.bureau, nag_id, until, BUREAU)

    await at_once(reply(owed), put_off)
    await bell.deliver("06-08", "09:02")
    (after,) = lists(bell)
    assert "2号　书面回复：已办理" in after.text
    assert "1号　书面回复：稍后提醒（6月9日 09:00）" in after.text
