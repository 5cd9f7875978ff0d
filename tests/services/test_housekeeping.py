"""What is done by the hour: the day's digest, drafts out of time, old rows."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.calendar import SHANGHAI
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side
from bot.services.forms import Said, open_form
from bot.services.housekeeping import close_day, expire_drafts, forget_old, next_instant
from bot.services.ledger import file_record, move_record
from bot.services.lights import refresh_lights
from bot.services.previews import draft_post
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

LINE = {"category": "2C", "route": "transfer", "summary": "张某某非法占地"}


@pytest.fixture
def deliver(deliver_early: Deliver) -> Deliver:
    return deliver_early


def at(desk: OpenDesk, day: int, hour: int, minute: int = 0) -> OpenDesk:
    """A desk at an hour of March 2026; the 9th is a Monday."""

    @asynccontextmanager
    async def later() -> AsyncIterator[Desk]:
        async with desk() as d:
            yield replace(d, now=datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI))

    return later


async def file(desk: OpenDesk, act: Act, person: Person) -> Record:
    async with desk() as d:
        return await file_record(d, act(person), LEAD, "420704", LINE)


async def close(desk: OpenDesk) -> None:
    async with desk() as d:
        await close_day(d)


@pytest.mark.parametrize(
    ("day", "hour", "minute", "closes"),
    [
        (9, 10, 0, False),
        (9, 16, 59, False),
        (9, 17, 0, True),
        (9, 17, 29, True),
        (14, 17, 10, False),
        (15, 17, 10, False),
    ],
)
async def test_the_digest_is_written_at_the_end_of_a_working_day(
    people: Hire, desk: OpenDesk, actor: Act, day: int, hour: int, minute: int, closes: bool
) -> None:
    await file(desk, actor, await people())
    await close(at(desk, day, hour, minute))
    async with desk() as d:
        assert bool(await d.tx.events.digests()) == closes


async def test_a_day_without_events_has_no_digest(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await close(at(desk, 9, 17))
    await file(desk, actor, await people())
    for day in (10, 11):
        await close(at(desk, day, 17))
    async with desk() as d:
        assert [when.day for when, _, _ in await d.tx.events.digests()] == [10]


async def test_every_side_gets_the_code_over_all_heads_once_a_day(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender = await people("zrzy-ec")
    told = [sender, await people("zrzy"), await people("jcy"), await people("lzb-ec")]
    await people("jcy-ec", reachable=False)
    await people("jcy", Role.LEADER)
    await people(None, Role.ADMIN)
    await file(desk, actor, sender)
    await deliver()
    evening = at(desk, 9, 17, 5)
    async with desk() as d:
        streams, code = await d.tx.events.heads_code(await d.tx.events.last_id())
    for _ in range(2):
        await close(evening)
    said = await deliver()
    assert {m.chat_id for m in said} == {person.user_id for person in told}
    assert len(said) == len(told)
    for message in said:
        assert f"共 {streams} 份办理记录" in message.text
        assert code in message.text.replace("\n", "").replace(" ", "")
    async with desk() as d:
        assert [c for _, _, c in await d.tx.events.digests()] == [code]


async def test_what_happens_after_the_digest_stands_in_the_next_days(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    person = await people()
    record = await file(desk, actor, person)
    await close(at(desk, 9, 17))
    async with desk() as d:
        await move_record(d, actor(person), record, "withdraw", {}, version=1)
    await close(at(desk, 9, 17, 20))
    await close(at(desk, 10, 17))
    async with desk() as d:
        codes = [code for _, _, code in await d.tx.events.digests()]
    assert len(set(codes)) == 2


async def test_a_side_gets_two_digests_at_most_the_city_first(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    district = await people("zrzy-ec")
    city = [await people("zrzy"), await people("zrzy", Role.DEPUTY)]
    await file(desk, actor, district)
    await deliver()
    await close(at(desk, 9, 17))
    assert {m.chat_id for m in await deliver()} == {person.user_id for person in city}


async def test_a_side_that_nobody_can_be_reached_of_gets_the_digest_in_its_groups(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender = await people("zrzy-ec")
    await people("jcy", reachable=False)
    land = frozenset({Side.PROCURATORATE, Side.RESOURCES})
    async with desk() as d:
        await d.tx.chats.bind(Chat(-100_1, 5, "鄂城群", "420704", land), sender.id, d.now)
        forest = Chat(-100_2, 0, "林长群", "420704", frozenset({Side.FORESTRY, Side.RESOURCES}))
        await d.tx.chats.bind(forest, sender.id, d.now)
    await file(desk, actor, sender)
    await deliver()
    for minute in (0, 1):
        await close(at(desk, 9, 17, minute))
    said = await deliver()
    assert sorted((m.chat_id, m.thread_id) for m in said) == [
        (-100_2, 0),
        (-100_1, 5),
        (sender.user_id, 0),
    ]
    assert all("台账存证" in m.text for m in said)


async def test_nothing_is_planned_in_an_empty_office(desk: OpenDesk) -> None:
    async with desk() as d:
        assert await next_instant(d) is None


async def planned(desk: OpenDesk) -> datetime | None:
    async with desk() as d:
        return await next_instant(d)


@pytest.mark.parametrize(
    ("day", "hour", "stop"),
    [
        (9, 10, datetime(2026, 3, 9, 17, tzinfo=SHANGHAI)),
        (10, 18, datetime(2026, 3, 11, 17, tzinfo=SHANGHAI)),
        (14, 10, datetime(2026, 3, 16, 17, tzinfo=SHANGHAI)),
    ],
)
async def test_the_next_digest_is_planned(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, day: int, hour: int, stop: datetime
) -> None:
    person = await people()
    record = await file(desk, actor, person)
    async with desk() as d:
        await move_record(d, actor(person), record, "withdraw", {}, version=1)
    await deliver()
    assert await planned(at(desk, day, hour)) == stop
    await close(at(desk, stop.day, stop.hour))
    async with desk() as d:
        assert len(await d.tx.events.digests()) == 1
    await deliver()
    assert await planned(at(desk, stop.day, stop.hour)) is None


async def test_the_day_a_light_turns_is_planned(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    async with desk() as d:
        await d.tx.chats.bind(
            Chat(-100_1, 0, "鄂城群", "420704", frozenset(Side)), person.id, d.now
        )
    await file(desk, actor, person)
    await deliver()
    await close(at(desk, 9, 17))
    await deliver()
    stop = await planned(at(desk, 11, 18))
    assert stop == datetime(2026, 3, 12, tzinfo=SHANGHAI), "two working days to sign are over"
    async with at(desk, 12, 0)() as d:
        await refresh_lights(d)
    (card,) = await deliver()
    assert "逾期" in card.text


async def test_the_next_reminder_and_the_groups_week_are_planned(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    assert await planned(at(desk, 9, 18)) is None
    async with desk() as d:
        await d.tx.chats.bind(Chat(-100_1, 0, "鄂城群", "420704", frozenset(Side)), 1, d.now)
    week = datetime(2026, 3, 16, 9, tzinfo=SHANGHAI)
    assert await planned(at(desk, 9, 18)) == week, "a Monday"
    await file(desk, actor, person)
    await deliver()
    await close(at(desk, 9, 17))
    await deliver()
    day_before = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
    assert await planned(at(desk, 9, 18)) == day_before, "two working days to sign"


async def test_a_drafts_end_is_planned_in_office_hours(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    place = Place(person.user_id, private=True)
    async with at(desk, 9, 12)() as d:
        draft = await open_form(d, actor(person), LEAD, place, Said("2C"))
    await deliver()
    stop = await planned(desk)
    assert stop == datetime(2026, 4, 8, 14, 30, tzinfo=SHANGHAI)
    for moment, left in ((stop - timedelta(minutes=1), True), (stop, False)):
        async with desk() as d:
            await expire_drafts(replace(d, now=moment))
            assert (await d.tx.drafts.get(draft.id) is not None) == left


async def test_a_message_that_must_wait_is_planned(
    people: Hire, desk: OpenDesk, now: datetime
) -> None:
    person = await people()
    async with desk() as d:
        await d.say(person.user_id, text="等一等")
        (queued,) = await d.tx.outbox.claim(now, 1)
        later = now + timedelta(minutes=3)
        await d.tx.outbox.put_back(queued, "flood", later, perhaps_sent=False)
        assert await next_instant(d) == later
        assert await next_instant(replace(d, now=later)) is None, "it is being sent"


async def test_a_draft_out_of_time_is_thrown_away_with_a_word(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, now: datetime
) -> None:
    person = await people()
    async with desk() as d:
        draft = await open_form(
            d, actor(person), LEAD, Place(person.user_id, private=True), Said("2C")
        )
    await deliver()
    for days, left in ((29, True), (30, False), (31, False)):
        async with desk() as d:
            await expire_drafts(replace(d, now=now + timedelta(days=days)))
        async with desk() as d:
            assert (await d.tx.drafts.get(draft.id) is not None) == left
    (word,) = await deliver()
    assert word.post == draft_post(draft)
    assert "已超过30天未提交，已清除，没有登记任何内容" in word.text
    assert word.buttons == ()


async def test_old_messages_and_updates_are_forgotten(
    people: Hire, desk: OpenDesk, deliver: Deliver, rows: CountRows, now: datetime
) -> None:
    person = await people()
    async with desk() as d:
        await d.say(person.user_id, text="旧话")
        for update_id in (11, 12):
            await d.tx.updates.take(update_id, d.now)
    await deliver()
    async with desk() as d:
        await d.say(person.user_id, text="还没有发出")
    for days, left in ((6, 4), (8, 1)):
        async with desk() as d:
            await forget_old(replace(d, now=now + timedelta(days=days)))
        counted = await rows()
        assert counted["outbox"] + counted.get("updates", 0) == left
