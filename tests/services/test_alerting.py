"""The word to administrators: once, in office hours, and only when something is new."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count, product
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI
from bot.domain.outgoing import Outgoing, Priority
from bot.domain.people import Role, Status
from bot.services.alerting import alert_admins, alerts_ahead, next_alert
from bot.services.delivery import undeliverable
from bot.services.desk import Desk
from bot.services.health import DOWN
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.services.desk import Books
    from bot.storage.database import Database, Tx
    from tests.conftest import Hire
    from tests.services.advising import Advice

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BLOCKED = "Forbidden: bot was blocked by the user"
KEYS = (f"k{number}" for number in count())
NOVEMBER = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI)
"""A Monday."""


class Days:
    """The office on one day after the other."""

    def __init__(self, database: Database, books: Books, now: datetime) -> None:
        self.database = database
        self.books = books
        self.now = now

    async def word(self) -> dict[int, str]:
        """Tick, and tick again; returns what each administrator gets."""
        said: dict[int, str] = {}
        for _ in range(2):
            async with self.database.write() as tx:
                await alert_admins(await self.desk_of(tx))
                while batch := await tx.outbox.claim(self.now, 100):
                    for queued in batch:
                        message = queued.message
                        assert message.priority is Priority.NAG
                        assert message.chat_id not in said, "one word a day"
                        said[message.chat_id] = message.text
                        await tx.outbox.sent(queued, 501, self.now)
        return said

    async def next(self) -> datetime | None:
        async with self.database.read() as tx:
            return await next_alert(await self.desk_of(tx))

    async def desk_of(self, tx: Tx) -> Desk:
        return await Desk.open(tx, self.books, self.now, f"t{self.now.timestamp()}")

    async def give_up(self, person: Person, *, away: bool = False) -> None:
        async with self.database.write() as tx:
            await tx.outbox.add(Outgoing(person.user_id, next(KEYS), "刘某某"), self.now)
            (queued,) = await tx.outbox.claim(self.now, 1)
            await undeliverable(await self.desk_of(tx), queued, BLOCKED, away=away)


@pytest.fixture
def days(database: Database, books: Books, now: datetime) -> Days:
    return Days(database, books, now)


@pytest.fixture
async def admin(people: Hire) -> Person:
    return await people(None, Role.ADMIN, "孙伟")


async def test_nothing_new_nothing_said(days: Days, admin: Person, people: Hire) -> None:
    await people(name="赵立", reachable=False)  # never was
    assert await days.word() == {}
    assert await days.next() is None


async def test_what_was_given_up_is_told_once(days: Days, admin: Person, people: Hire) -> None:
    reader = await people()
    await days.give_up(reader)
    (text,) = (await days.word()).values()
    assert "1条消息未能送达" in text
    assert "刘某某" not in text
    for _ in range(3):
        days.now += DAY
        assert await days.word() == {}
    await days.give_up(reader)
    assert "1条消息未能送达" in (await days.word())[admin.user_id]


async def test_what_is_new_again_is_told_again(days: Days, admin: Person, people: Hire) -> None:
    await days.give_up(await people())
    assert await days.word()
    async with days.database.write() as tx:
        await tx.undelivered.say_again(1, days.now)
        (queued,) = await tx.outbox.claim(days.now, 1)
        await undeliverable(await days.desk_of(tx), queued, BLOCKED, away=False)
    assert await days.word() == {}, "today has had its word"
    days.now += DAY
    assert await days.word()


async def test_somebody_who_is_lost_twice_is_told_twice(
    days: Days, admin: Person, people: Hire
) -> None:
    reader = await people(name="李静")
    await days.give_up(reader, away=True)
    text = (await days.word())[admin.user_id]
    assert "1人收不到私聊了：李静" in text
    days.now += DAY
    async with days.database.write() as tx:
        await tx.people.mark_reachable(reader.user_id, days.now, reachable=True)
        await tx.people.mark_reachable(reader.user_id, days.now + MINUTE, reachable=False)
    text = (await days.word())[admin.user_id]
    assert "李静" in text
    assert "未能送达" not in text
    days.now += DAY
    assert await days.word() == {}


async def test_that_the_bot_was_down_is_told_once(days: Days, admin: Person) -> None:
    friday = datetime(2026, 11, 20, 9, 10, tzinfo=SHANGHAI)
    sunday, monday = friday + 2 * DAY - 39 * MINUTE, friday + 3 * DAY
    async with days.database.write() as tx:
        await tx.heartbeats.beat(friday)
        await tx.heartbeats.resume(sunday, DOWN)
        await tx.heartbeats.beat(sunday)
        await tx.alarms.tell(["calendar/2027"], sunday)
    days.now = sunday
    assert await days.word() == {}, "on Sunday nobody is disturbed"
    assert await days.next() == monday - 10 * MINUTE
    days.now = monday
    text = (await days.word())[admin.user_id]
    assert "机器人曾停运：11月20日 09:10 至 11月22日 08:31。停运超过一天" in text
    days.now += DAY
    assert await days.word() == {}


async def test_what_nobody_is_reminded_of_is_told_once_by_number_and_organ(
    days: Days, admin: Person, advice: Advice
) -> None:
    bell = Bell(days.database, days.books)
    await advice.deliver("04-13")
    await advice.take("04-13", "check")
    async with advice.on("04-13") as d:
        await d.tx.people.change(advice.bureau.person_id, status=Status.LEFT.value)
    await bell.ring("06-12")
    days.now = moment("06-12", "10:00")
    (text,) = (await days.word()).values()
    assert f"也没有群可以告知：\n　鄂城分局：{advice.record.number}\n" in text
    assert "催告" not in text
    for day in ("06-15", "06-16"):  # later stages of the same matter
        await bell.ring(day)
        days.now = moment(day, "10:00")
        assert admin.user_id not in await days.word()


async def test_rest_days_are_missed_when_due_a_week_before_the_year_and_weekly_in_it(
    days: Days, admin: Person
) -> None:
    told: dict[str, str] = {}
    for day in range(-2, 79):
        days.now = NOVEMBER + day * DAY
        if said := await days.word():
            told[f"{days.now:%m-%d}"] = said[admin.user_id]
    assert list(told) == ["11-02", "12-25", "01-04", "01-11", "01-18"], "all of them working days"
    assert "尚未导入2027年放假安排" in told["12-25"]
    assert "今年的放假安排仍未导入" in told["01-04"]


async def test_the_words_that_can_be_known_are_foretold(
    days: Days, admin: Person, people: Hire
) -> None:
    """One a day: what Thursday's word was too early for comes with Friday's missing notice."""
    days.now = NOVEMBER + 51 * DAY
    assert await days.word()
    days.now += DAY
    for again in (True, False):
        await days.give_up(await people())
        assert bool(await days.word()) is again
    async with days.database.read() as tx:
        ahead = await alerts_ahead(await days.desk_of(tx), days.now + 20 * DAY, {})
    assert {f"{at:%m-%d}": year for at, year in ahead.items()} == {
        "12-25": 2027,
        "01-04": 2027,
        "01-11": 2027,
    }
    told = []
    for day, hour in product(range(53, 73), (-1, 0)):
        days.now = NOVEMBER + timedelta(days=day, hours=hour)
        if await days.word():
            told.append(days.now)
    assert told == [*ahead]


async def test_the_word_waits_for_office_hours(days: Days, admin: Person, people: Hire) -> None:
    await days.give_up(await people())
    monday = days.now
    for hour, said in ((-2, False), (3, False), (8, False), (-1, True)):
        days.now = monday + timedelta(hours=hour)
        assert bool(await days.word()) is said, hour


async def test_every_administrator_who_can_be_reached_gets_it(
    days: Days, people: Hire, admin: Person
) -> None:
    other = await people(None, Role.ADMIN, "周正")
    await people(None, Role.ADMIN, "吴超", reachable=False)
    await days.give_up(await people())
    assert (await days.word()).keys() == {admin.user_id, other.user_id}


async def test_it_stays_new_until_somebody_can_be_told(days: Days, people: Hire) -> None:
    admin = await people(None, Role.ADMIN, "孙伟", reachable=False)
    await days.give_up(await people())
    assert await days.word() == {}
    assert await days.next() is None
    async with days.database.write() as tx:
        await tx.people.mark_reachable(admin.user_id, days.now, reachable=True)
    assert await days.word()


async def test_a_clock_moved_forward_and_back_tells_nothing_twice_and_loses_nothing(
    days: Days, admin: Person, people: Hire
) -> None:
    reader, today = await people(), days.now
    await days.give_up(reader)
    days.now = NOVEMBER
    text = (await days.word())[admin.user_id]
    assert "1条消息未能送达" in text
    assert "2027年放假安排" in text
    days.now = today
    assert await days.word() == {}
    await days.give_up(reader)
    assert await days.word(), "a new one is told on the day it is now"
    days.now = NOVEMBER - MINUTE
    await days.give_up(reader)
    assert await days.word() == {}, "that day has had its word"
    days.now = NOVEMBER + DAY
    assert "1条消息未能送达" in (await days.word())[admin.user_id]


async def test_what_is_over_is_forgotten(days: Days, admin: Person, people: Hire) -> None:
    reader = await people()
    for _ in range(3):
        await days.give_up(reader)
        await days.word()
        days.now += 21 * DAY
    async with days.database.write() as tx:
        await tx.undelivered.prune(days.now)
    await days.word()
    async with days.database.read() as tx:
        assert sorted(await tx.alarms.told()) == ["word/2026-04-20"]
