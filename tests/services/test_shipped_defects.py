"""Defects that the best of comparable systems shipped (FEATURES), one test each, in their order.

Those that only the messenger itself can show stand in `tests/edge/test_shipped_defects.py`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.domain.calendar import SHANGHAI
from bot.domain.outgoing import Manner
from bot.domain.people import Role, Side
from bot.services.group_keys import GROUP_KEY
from bot.services.planning import NAG_KEY
from bot.services.pulse import Pulse
from bot.services.putting_off import act_on, put_off_until
from bot.storage.chats import Chat
from bot.storage.database import Database
from bot.storage.records import Records
from bot.storage.tables import duties, outbox, posts
from reminders.dispatcher import Dispatcher
from reminders.ticker import Ticker
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from bot.domain.outgoing import Outgoing
    from bot.domain.records import Nag, Record
    from bot.services.desk import Books
    from tests.conftest import Hire
    from tests.services.advising import Advice

BUREAU = 7002
"""The chat of the bureau's liaison."""
GROUP = -100_77


class Hands:
    """A clock's hands, which a test puts."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def nags(said: Iterable[Outgoing]) -> dict[int, str]:
    """The reminders among what was said, by chat."""
    return {m.chat_id: m.text for m in said if m.key.startswith(NAG_KEY)}


def words(said: Iterable[Outgoing]) -> list[str]:
    """What was said to the group of the bot itself."""
    return [m.text for m in said if m.key.startswith(GROUP_KEY)]


async def another(owed: Advice) -> Record:
    """One more recommendation with the same dates; returns the one before."""
    first = owed.record
    await owed.file("04-13", advice_number="鄂州检行建〔2026〕6号", issued_on="2026-04-13")
    await owed.take("04-13", "serve", served_on="2026-04-13")
    await owed.take("04-13", "confirm_receipt")
    await owed.take("04-13", "check")
    return first


async def bound(owed: Advice) -> None:
    async with owed.on("04-13") as d:
        await d.tx.chats.bind(Chat(GROUP, 0, "鄂城群", "420704", frozenset(Side)), 1, d.now)


async def newest_nag(owed: Advice, record: Record | None = None) -> Nag:
    """The bureau's newest reminder, of the record or of any."""
    async with owed.desk() as d:
        found = [await d.tx.nags.get(nag_id) for nag_id in range(1, 60)]
        known = await d.tx.duties.by_id({nag.duty_id for nag in found if nag})
    wanted = [n for n in found if n and n.person_id == owed.bureau.person_id]
    if record is not None:
        wanted = [n for n in wanted if known[n.duty_id].record_id == record.id]
    return wanted[-1]


async def put_off(owed: Advice, nag: Nag, day: str, until: str) -> None:
    async with owed.on(day) as d:
        await put_off_until(d, owed.bureau, nag.id, int(moment(until).timestamp()), BUREAU)


async def test_defect_01_missed_one_offs_are_not_deleted_at_start(
    owed: Advice, bell: Bell, database: Database, books: Books
) -> None:
    await bell.deliver("06-05", "18:00")
    ticker = Ticker(database, books, Hands(moment("06-10", "10:00")), lambda: None, Pulse())
    await ticker.tick()  # a first tick, with all its cleaning up
    (text,) = nags(await bell.deliver("06-10", "10:00")).values()
    assert "还有5天" in text
    assert "〔迟发〕" in text


async def test_defect_02_the_loop_survives_an_exception(
    owed: Advice, bell: Bell, database: Database, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object) -> None:
        raise RuntimeError("an exception")

    await bell.deliver("06-08", "08:00")
    clock = Hands(moment("06-08"))
    ticker = Ticker(database, books, clock, lambda: None, Pulse())
    with monkeypatch.context() as patch:
        patch.setattr("reminders.dispatcher.redirect", stumble)
        patch.setattr("reminders.ticker.TICK_WORK", (stumble,))
        await ticker.tick()
        assert not nags(await bell.deliver("06-08"))
    clock.at = moment("06-08", "09:01")
    await ticker.tick()
    assert nags(await bell.deliver("06-08", "09:01"))


async def test_defect_04_a_restart_remembers_the_nags_of_open_records(
    owed: Advice, database_url: str, database: Database, books: Books
) -> None:
    await Bell(database, books).ring("06-08")
    after = Database(database_url)
    try:
        bell = Bell(after, books)
        assert not nags(await bell.ring("06-08", "09:30")), "what was said is not said again"
        assert nags(await bell.ring("06-12")), "and what is to be said is"
    finally:
        await after.close()


async def test_defect_05_putting_off_does_not_rewrite_the_cadence(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    async with owed.desk() as d:
        (before,) = await d.tx.duties.open_of(owed.record.id)
    await put_off(owed, await newest_nag(owed), "06-08", "06-11")
    async with owed.desk() as d:
        assert await d.tx.duties.open_of(owed.record.id) == [before]
    assert nags(await bell.ring("06-11"))
    assert nags(await bell.ring("06-12"))
    assert nags(await bell.ring("06-15"))


async def test_defect_06_a_late_tick_loses_nothing(owed: Advice, bell: Bell) -> None:
    assert nags(await bell.ring("06-08", "17:29"))
    assert "〔迟发〕" in nags(await bell.ring("06-12", "11:29"))[BUREAU]


async def test_defect_07_what_is_said_late_does_not_count_for_the_day_it_is_said(
    owed: Advice, bell: Bell
) -> None:
    """A stage is told from another by its own name, not by the day, in China or elsewhere."""
    assert "还有4天" in nags(await bell.ring("06-11", "17:29"))[BUREAU], "D-7, four days late"
    assert "还有3天" in nags(await bell.ring("06-12"))[BUREAU], "D-3 and D-1, on its own day"
    assert "今天到期" in nags(await bell.ring("06-15"))[BUREAU]


async def test_defect_08_a_skipped_due_day_is_caught_up(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-12")
    assert "已逾期1天" in nags(await bell.ring("06-16"))[BUREAU]
    assert "已逾期9天" in nags(await bell.ring("06-24"))[BUREAU]


async def test_defect_09_what_has_changed_is_said_again_though_it_was_said(
    owed: Advice, bell: Bell
) -> None:
    assert "6月15日到期，还有7天" in nags(await bell.ring("06-08"))[BUREAU]
    await owed.correct("06-08", owed.prosecutor, served_on="2026-04-16")
    await owed.correct("06-08", owed.bureau, received_on="2026-04-16")
    again = nags(await bell.ring("06-09"))[BUREAU]
    assert "6月16日到期（原为6月15日），还有7天" in again


async def test_defect_10_nothing_new_is_said_at_night_or_on_a_rest_day(
    owed: Advice, bell: Bell, database: Database, books: Books, people: Hire
) -> None:
    """All that a tick does is looked at; a card may change its light where it stands."""
    await people("zrzy-ec", Role.LEADER, "钱进")
    await bound(owed)
    await bell.deliver("05-13", "18:00")
    clock = Hands(moment("05-13", "18:00"))
    ticker = Ticker(database, books, clock, lambda: None, Pulse())
    while clock.at < moment("06-22", "23:00"):
        clock.at += timedelta(hours=1)
        await ticker.tick()
        said = await _new_messages(database)
        await bell.deliver(f"{clock.at:%m-%d}", f"{clock.at:%H:%M}")
        if said:
            async with owed.on("05-13") as d:
                assert d.office.hours.is_open(clock.at, d.calendar), (clock.at, said)


async def _new_messages(database: Database) -> list[str]:
    """The keys of what waits to be said and is no edit of something that stands."""
    async with database.read() as tx:
        rows = await tx.connection.execute(
            select(outbox.c.key)
            .outerjoin(posts, posts.c.name == outbox.c.post)
            .where(outbox.c.state == "waiting", posts.c.name.is_(None))
            .where(outbox.c.manner.not_in([Manner.AMEND.value, Manner.DELETE.value]))
        )
    return [row.key for row in rows]


async def test_defect_11_nothing_is_said_after_the_answer(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    """Neither to people nor, of what reaches nobody, to the group; the rest is said anew."""
    await bound(owed)
    first = await another(owed)
    async with owed.on("06-08") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    await bell.deliver("06-08", "08:00")
    await bell.tick("06-08")
    second, owed.filed = owed.record, first
    await owed.take("06-08", "reply")
    await bell.tick("06-08", "10:01")
    (word,) = words(await bell.deliver("06-08", "10:01"))
    assert "本周到期事项" in word
    assert second.number in word
    assert first.number not in word
    assert not words(await bell.ring("06-09"))


async def test_defect_12_one_bad_record_does_not_abort_the_run(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    """A row that a newer version wrote, and this one cannot put into words."""
    await bound(owed)
    first = await another(owed)
    async with owed.desk() as d:
        bad = duties.c.record_id == first.id
        await d.tx.connection.execute(update(duties).where(bad).values(code="unheard-of"))
    await bell.deliver("06-08", "08:00")
    assert (await bell.tick("06-08")).failed == 1, "what is left out is no success"
    said = await bell.deliver("06-08")
    assert owed.record.number in nags(said)[BUREAU]
    assert first.number not in nags(said)[BUREAU]
    week = await bell.tick("06-15")
    (word,) = words(await bell.deliver("06-15"))
    assert owed.record.number in word
    assert week.failed == 2, "left out of the list and of the word"


async def test_defect_13_a_failed_look_up_is_no_deletion(
    owed: Advice, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> dict[int, Record]:
        raise ConnectionError("the database is away")

    await bell.deliver("06-08", "08:00")
    with monkeypatch.context() as patch:
        patch.setattr(Records, "by_id", fail)
        assert (await bell.tick("06-08")).failed
    assert nags(await bell.ring("06-08", "09:01"))


async def test_defect_15_an_answer_goes_to_the_matter_whose_reminder_was_pressed(
    owed: Advice, bell: Bell
) -> None:
    first = await another(owed)
    await bell.ring("06-08")
    second = owed.record
    for record in (second, first):
        nag = await newest_nag(owed, record)
        async with owed.on("06-08") as d:
            await act_on(d, owed.bureau, nag.id)
            drafts = [*await d.tx.drafts.of_record(record.id)]
        assert [draft.move for draft in drafts] == ["reply"]


async def test_defect_16_what_was_said_of_the_old_date_is_not_kept_for_the_new(
    owed: Advice, bell: Bell
) -> None:
    """There are no meetings yet; nearest to an answer to an invitation comes a reminder put off.

    Once the date has moved it binds nobody: the new date is reminded of from its own stages.
    """
    await bell.ring("06-08")
    await put_off(owed, await newest_nag(owed), "06-08", "06-11")
    await owed.correct("06-09", owed.prosecutor, served_on="2026-04-20")
    await owed.correct("06-09", owed.bureau, received_on="2026-04-20")
    assert not nags(await bell.ring("06-11"))
    assert "6月22日到期（原为6月15日），还有7天" in nags(await bell.ring("06-15"))[BUREAU]


async def test_defect_18_the_new_year_raises_nothing(
    advice: Advice, bell: Bell, database: Database, books: Books
) -> None:
    """Of 2027 nobody knows the holidays yet: dates are provisional, and reminders go out."""
    await advice.deliver("11-09")
    await advice.take("11-09", "check")
    await bell.deliver("11-09", "18:00")
    dispatcher = Dispatcher(database, books)
    at = datetime(2026, 12, 21, 9, tzinfo=SHANGHAI)
    texts: list[str] = []
    while at.date() < date(2027, 1, 20):
        await dispatcher.run(at)
        assert not dispatcher.failed
        async with database.read() as tx:  # what is not sent in time is taken back the next day
            said = await tx.connection.execute(select(outbox.c.text, outbox.c.key))
        texts += [row.text for row in said if row.key.startswith(NAG_KEY)]
        at += timedelta(days=1)
    assert any("1月11日到期（暂定），还有3天" in text for text in texts)
    assert any("已逾期1天" in text for text in texts)


async def test_defect_19_who_joins_late_is_told_what_waits_for_their_organ(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    """Nobody is invited to anything yet; nearest comes a reminder that reached nobody."""
    async with owed.on("06-05") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=False)
    assert not nags(await bell.ring("06-08"))
    late = await people("zrzy-ec", name="陈明")
    assert list(nags(await bell.ring("06-08", "15:00"))) == [late.user_id]
    assert list(nags(await bell.ring("06-12"))) == [late.user_id]


async def test_defect_20_an_answer_to_one_matter_leaves_all_others_alone(
    owed: Advice, bell: Bell
) -> None:
    """There are no subscriptions yet; nearest come the lines of one list."""
    first = await another(owed)
    await bell.ring("06-08")
    await put_off(owed, await newest_nag(owed, first), "06-08", "06-11")
    second, owed.filed = owed.record, first
    assert first.number in nags(await bell.ring("06-11"))[BUREAU]
    await owed.take("06-11", "reply")
    text = nags(await bell.ring("06-12"))[BUREAU]
    assert second.number in text
    assert first.number not in text


async def test_defect_21_a_failed_send_is_not_stamped_as_sent(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    bell.blocked.add(BUREAU)
    await bell.deliver("06-05", "18:00")
    async with owed.on("06-05") as d:
        await d.tx.people.mark_reachable(BUREAU, d.now, reachable=True)
    await bell.tick("06-08")
    assert not await bell.deliver("06-08")
    async with owed.desk() as d:
        assert "reminded" not in {e.name for e in await d.tx.events.of_record(owed.record.id)}
        assert (await d.tx.outbox.counts())["failed"]
    deputy = await people("zrzy-ec", Role.DEPUTY, "赵强")
    assert list(nags(await bell.ring("06-08", "09:01"))) == [deputy.user_id]


async def test_defect_22_it_is_told_whether_a_date_is_the_first_or_a_later_one(
    owed: Advice, bell: Bell
) -> None:
    assert "原为" not in nags(await bell.ring("06-08"))[BUREAU]
    await owed.correct("06-09", owed.prosecutor, served_on="2026-04-20")
    await owed.correct("06-09", owed.bureau, received_on="2026-04-20")
    assert "6月22日到期（原为6月15日）" in nags(await bell.ring("06-15"))[BUREAU]
    assert "原为6月15日" in await owed.card("06-15")
