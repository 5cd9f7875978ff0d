"""How the bot is: gathered from one transaction, and sober whatever the clock does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI
from bot.domain.outgoing import Outgoing
from bot.domain.people import Role, Side
from bot.services.desk import Desk
from bot.services.health import DOWN, REMEMBERED, STALE, STUCK, Need, look
from bot.services.pulse import Pulse, Spread
from bot.services.unheard import Silence, SilentOrgan, Why
from bot.storage.chats import Chat
from bot.storage.heartbeats import Gap
from reminders.ticker import EVERY
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Protocol

    from bot.services.desk import Books
    from bot.services.health import Health
    from bot.storage.database import Database
    from tests.conftest import Hire
    from tests.services.advising import Advice

    class Looked(Protocol):
        """The type of the fixture `looked`."""

        def __call__(self, now: datetime, pulse: Pulse | None = None) -> Awaitable[Health]: ...


SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
GROUP = -1001234567890


@pytest.fixture
async def office(database: Database, people: Hire, now: datetime) -> Database:
    """An office in which nothing ails."""
    await people(None, Role.ADMIN, "孙伟")
    await people()
    async with database.write() as tx:
        await tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side)), 1, now)
        await tx.heartbeats.beat(now)
    return database


@pytest.fixture
def looked(database: Database, books: Books) -> Looked:
    """What is seen at a moment: `await looked(now)`."""

    async def see(now: datetime, pulse: Pulse | None = None) -> Health:
        async with database.read() as tx:
            return await look(await Desk.open(tx, books, now, "look"), pulse)

    return see


def serving() -> Pulse:
    pulse = Pulse()
    pulse.begin()
    return pulse


def test_a_few_ticks_may_be_late_before_it_is_stale() -> None:
    assert timedelta(seconds=4 * EVERY) <= STALE < DOWN


async def test_an_office_in_which_nothing_ails(
    office: Database, now: datetime, looked: Looked
) -> None:
    health = await looked(now + SECOND)
    assert health.needs == ()
    assert (health.ticked, health.tick_age, health.gap) == (now, SECOND, None)
    assert (health.waiting, health.sent, health.failed, health.waited) == (0, 0, 0, timedelta())
    assert (health.repeated, health.last_repeated) == (0, None)
    assert (health.groups, len(health.people), len(health.admins)) == (1, 2, 1)
    assert (health.missing_year, health.days_known) == (None, 295)
    assert health.size > 0
    assert not health.well, "this process does not serve"


async def test_organs_of_the_groups_that_lack_somebody_are_no_alarm(
    office: Database, people: Hire, now: datetime, looked: Looked
) -> None:
    """The office file names a dozen organs more, which sit in no group."""
    health = await looked(now)
    assert health.without_liaison == ("鄂城区检察院", "鄂城区林长办")
    assert health.without_leader == ("鄂城区检察院", "鄂城分局")
    await people("jcy-ec", Role.DEPUTY)
    await people("jcy-ec", Role.LEADER)
    health = await looked(now)
    assert health.without_liaison == ("鄂城区林长办",)
    assert health.without_leader == ("鄂城分局",)
    assert health.needs == ()


async def test_an_office_in_which_everything_ails(
    database: Database, people: Hire, now: datetime, looked: Looked
) -> None:
    await people(reachable=False)
    async with database.write() as tx:
        for number, key in enumerate(("lost", "repeated", "waiting")):
            await tx.outbox.add(Outgoing(7000 + number, key, "话"), now)
        lost, repeated, _ = await tx.outbox.claim(now, 3)
        await tx.outbox.recover(now)
        await tx.outbox.failed(lost, "Chat not found", now)
        await tx.outbox.sent(repeated, 1, now)
        await tx.updates.take(1, now, "unreadable: KeyError")
    later = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI)
    health = await looked(later)
    assert health.needs == tuple(need for need in Need if need not in {Need.FILES, Need.UNHEARD})
    assert [(each.at, each.whom) for each in health.given_up] == [(now, "")]
    assert (health.repeated, health.last_repeated) == (1, now)
    assert (health.missing_year, health.waited) == (2027, later - now)
    assert [person.name for person in health.unreachable] == ["王敏"]


async def test_what_neither_people_nor_groups_are_reminded_of(
    advice: Advice, database: Database, books: Books, looked: Looked
) -> None:
    bell = Bell(database, books)
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    async with advice.on("04-13") as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "华容群", "420703", frozenset(Side)), 1, d.now)
        await d.tx.people.mark_reachable(7002, d.now, reachable=False)
    assert Need.UNHEARD not in (await looked(moment("06-11"))).needs
    for day in ("06-12", "06-15"):  # two stages of one matter
        await bell.tick(day)
        health = await looked(moment(day))
        assert Need.UNHEARD in health.needs
        silence = Silence(Why.OUT_OF_REACH)
        assert health.unheard == (SilentOrgan("鄂城分局", (advice.record.number,), silence),)
        assert health.matters_unheard == 1
    async with advice.on("06-15") as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side)), 1, d.now)
    assert Need.UNHEARD not in (await looked(moment("06-15"))).needs, "the group will be told"


async def test_a_tick_that_is_old_is_missed(
    office: Database, now: datetime, looked: Looked
) -> None:
    for age, needs in ((STALE - SECOND, ()), (STALE, (Need.TICK,)), (9 * DAY, (Need.TICK,))):
        assert (await looked(now + age)).needs == needs


async def test_what_leads_knows_its_ticks_by_a_clock_that_nobody_moves(
    office: Database, now: datetime, monkeypatch: pytest.MonkeyPatch, looked: Looked
) -> None:
    seconds = 1000.0
    monkeypatch.setattr("bot.services.pulse.monotonic", lambda: seconds)
    pulse = serving()
    for moved in (-400 * DAY, 60 * DAY):
        health = await looked(now + moved, pulse)
        assert (health.tick_age, health.well, Need.TICK in health.needs) == (None, False, False)
    pulse.tick(0.1)
    seconds += 60
    for moved in (-400 * DAY, timedelta(), 60 * DAY):
        health = await looked(now + moved, pulse)
        assert (health.tick_age, health.well) == (MINUTE, True)
        assert Need.TICK not in health.needs
    seconds += 60  # and the wall clock stands still
    health = await looked(now, pulse)
    assert (health.tick_age, health.well, health.needs) == (STALE, False, (Need.TICK,))
    pulse.end()
    assert (await looked(now, pulse)).tick_age == timedelta(), "another may tick now"
    pulse.begin()
    assert (await looked(now, pulse)).tick_age is None


async def test_a_process_that_only_reads_is_sober_after_a_clock_went_back(
    office: Database, now: datetime, looked: Looked
) -> None:
    assert (await looked(now - MINUTE)).tick_age == timedelta(), "clocks differ a little"
    health = await looked(now - DAY)
    assert health.tick_age is None
    assert Need.TICK in health.needs
    async with office.write() as tx:
        await tx.heartbeats.beat(now - DAY)
    assert (await looked(now - DAY)).needs == ()


async def test_a_message_queued_before_a_clock_went_back_has_not_waited(
    office: Database, now: datetime, looked: Looked
) -> None:
    async with office.write() as tx:
        await tx.outbox.add(Outgoing(GROUP, "k", "话"), now)
    waits = {age: (await looked(now + age)).waited for age in (-DAY, MINUTE, STUCK)}
    assert waits == {-DAY: timedelta(), MINUTE: MINUTE, STUCK: STUCK}


async def test_it_is_told_for_a_while_that_the_bot_was_down(
    office: Database, now: datetime, looked: Looked
) -> None:
    back = now + 2 * DAY
    async with office.write() as tx:
        await tx.heartbeats.resume(back, DOWN)
        await tx.heartbeats.beat(back)
    gap = Gap(now, back)
    for at, told in (
        (back, gap),
        (back + REMEMBERED - SECOND, gap),
        (back + REMEMBERED, None),
        (back - SECOND, None),  # a clock that was far ahead when the bot started
    ):
        assert (await looked(at)).gap == told


def test_durations_are_counted_up_to_each_bound() -> None:
    spread = Spread(1, 5)
    for seconds in (-3600, 0.5, 1, 2, 5, 90):
        spread.note(seconds)
    assert spread.counts == [3, 2, 1]
    assert spread.total == 98.5
