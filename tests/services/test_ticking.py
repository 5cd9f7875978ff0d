"""A reminder that stands keeps pace with what is done; it is never sent a second time for that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, or_, select, update

from bot.domain.outgoing import Manner
from bot.domain.people import Place, Role
from bot.domain.records import Outcome
from bot.services import buttons, nag_items, nag_lists, ticking
from bot.services.delivery import arrived
from bot.services.desk import Desk
from bot.services.housekeeping import KEPT_REMINDERS, forget_old
from bot.services.nag_lists import SHOWN
from bot.services.planning import NAG_KEY
from bot.services.putting_off import ask_until, put_off_until
from bot.services.roster import leave
from bot.storage.nags import ASKED
from bot.storage.tables import nags, posts
from tests.services.reminding import Bell, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.kinds.lifecycle import Move
    from bot.domain.outgoing import Keyboard, Outgoing, Queued
    from bot.domain.people import Actor
    from bot.domain.records import Duty, Record
    from bot.services.desk import Books
    from bot.services.nag_items import Item
    from bot.storage.database import Database
    from tests.conftest import Act, Hire
    from tests.services.advising import Advice

PROSECUTOR, BUREAU = 7001, 7002
"""The chats of the two who carry the recommendations on."""


@pytest.fixture
async def owed(advice: Advice) -> Advice:
    """Two recommendations of 13 April, checked at once: the replies are due on 15 June."""
    await serve(advice, 5)
    await serve(advice, 6)
    return advice


async def serve(advice: Advice, serial: int) -> Record:
    await advice.file("04-13", advice_number=f"鄂州检行建〔2026〕{serial}号")
    await advice.take("04-13", "serve", "confirm_receipt", "check")
    return advice.record


def lists(bell: Bell, chat: int = BUREAU) -> list[Outgoing]:
    """The reminders as they stand in a chat, the oldest first."""
    return [each for each in bell.chats[chat].values() if each.post.startswith(NAG_KEY)]


def labels(message: Outgoing) -> list[str]:
    return [button.label for row in message.buttons for button in row]


def amended(said: list[Outgoing]) -> list[Outgoing]:
    return [each for each in said if each.manner is Manner.AMEND]


async def test_what_is_met_is_ticked_off_and_only_its_buttons_go(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    (before,) = lists(bell)
    done, other = "检察建议〔2026〕2号", "检察建议〔2026〕1号"
    assert [label.split()[-1] for label in labels(before)] == [other, "稍后提醒", done, "稍后提醒"]
    await owed.take("06-11", "reply", replied_on="2026-06-11")
    said = await bell.deliver("06-11", "10:01")
    assert len(amended(said)) == 1
    assert not [each for each in said if each.key.startswith(NAG_KEY)], "nothing is sent anew"
    (after,) = lists(bell)
    assert f"✓ {done}　书面回复：已办理" in after.text
    assert labels(after) == [f"登记书面回复 {other}", "稍后提醒"]
    assert "6月15日到期，还有7天" in after.text, "the rest stays as it was said that day"
    assert after.text.startswith("<b>办理提醒</b>　2026年6月8日")


async def test_when_all_is_done_nothing_is_left_to_press(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    second = owed.record
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    async with owed.desk() as d:
        first = await d.tx.records.get(second.id - 1)
    owed.filed = first
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    said = await bell.deliver("06-08", "10:01")
    assert len(amended(said)) == 1, "of two edits that wait only the newest is sent"
    (after,) = lists(bell)
    assert after.text.count("：已办理") == 2
    assert not after.buttons
    assert "以上事项均已处理" in after.text


async def test_a_date_that_moves_is_told_in_the_reminder(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    await owed.correct("06-09", owed.prosecutor, served_on="2026-04-20")
    await owed.correct("06-09", owed.bureau, received_on="2026-04-20")
    await bell.deliver("06-09", "10:01")
    (after,) = lists(bell)
    assert "－ 检察建议〔2026〕2号　书面回复：已改期至6月22日" in after.text
    assert "登记书面回复 检察建议〔2026〕2号" not in labels(after)


async def test_what_is_owed_no_more_or_again_says_so(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    await owed.take("06-09", "reply", replied_on="2026-06-09")
    await bell.deliver("06-09", "10:01")
    assert "2号　书面回复：已办理" in lists(bell)[0].text
    await owed.take("06-10", "return_reply")
    await bell.deliver("06-10", "10:01")
    assert "2号　书面回复：仍须办理，6月15日到期" in lists(bell)[0].text
    assert "已处理" not in lists(bell)[0].text
    await owed.take("06-10", "withdraw")
    await bell.deliver("06-10", "10:02")
    assert "2号　书面回复：不再需要办理" in lists(bell)[0].text


async def test_who_puts_it_off_reads_until_when_and_nobody_else_does(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    deputy = await people("zrzy-ec", Role.DEPUTY, "赵强")
    await bell.ring("06-11")
    await bell.ring("06-12")
    await put_off(owed, "06-12", "06-15", lists(bell)[-1], 0)
    assert len(amended(await bell.deliver("06-12", "10:01"))) == 1
    after = lists(bell)[-1]
    assert "－ 检察建议〔2026〕1号　书面回复：稍后提醒（6月15日 09:00）" in after.text
    assert labels(after) == ["登记书面回复 检察建议〔2026〕2号", "稍后提醒"]
    assert len(labels(lists(bell, deputy.user_id)[-1])) == 4
    await owed.take("06-12", "reply", replied_on="2026-06-12")
    await bell.deliver("06-12", "10:02")
    assert "稍后提醒（6月15日 09:00）" in lists(bell)[-1].text, (
        "that it is put off is not forgotten"
    )
    await bell.ring("06-15")
    assert "登记书面回复 检察建议〔2026〕1号" in labels(lists(bell)[-1])


async def under_way(bell: Bell, database: Database) -> Queued:
    """The bureau's list of 8 June, which the sender has in hand."""
    await bell.deliver("06-08", "08:00")
    await bell.tick("06-08")
    async with database.write() as tx:
        (queued,) = await tx.outbox.claim(moment("06-08"), 5)
    return queued


async def put_off(owed: Advice, day: str, until: str, message: Outgoing, *rows: int) -> None:
    """The bureau puts off what stands in some rows of a list, to the morning of a day."""
    for row in rows:
        nag_id = buttons.read(message.buttons[row][1].data).number(0)
        async with owed.on(day) as d:
            await put_off_until(d, owed.bureau, nag_id, int(moment(until).timestamp()), BUREAU)


async def test_what_was_put_off_stays_in_its_list_when_it_is_met(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    await put_off(owed, "06-08", "06-11", lists(bell)[0], 1)
    await owed.take("06-09", "reply", replied_on="2026-06-09")
    await bell.ring("06-09")
    (after,) = lists(bell)
    assert "2号　书面回复：已办理" in after.text
    assert labels(after) == ["登记书面回复 检察建议〔2026〕1号", "稍后提醒"]


async def test_what_was_put_off_and_is_told_again_is_counted_in_its_first_list(
    owed: Advice, bell: Bell
) -> None:
    await bell.ring("06-08")
    await put_off(owed, "06-08", "06-09", lists(bell)[0], 0)
    await bell.ring("06-09")
    await owed.take("06-09", "reply", replied_on="2026-06-09")
    await bell.deliver("06-09", "10:01")
    first, second = lists(bell)
    assert "2号　书面回复：已办理" in first.text
    assert "另有1件已另行提醒。" in first.text
    assert "均已处理" not in first.text, "one of them waits, and another list tells of it"
    assert labels(second) == ["登记书面回复 检察建议〔2026〕1号", "稍后提醒"]


async def test_what_is_done_while_a_reminder_is_under_way_is_ticked_off_as_it_arrives(
    owed: Advice, bell: Bell, database: Database, books: Books
) -> None:
    queued = await under_way(bell, database)
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    assert not amended(await bell.deliver("06-08", "10:01"))
    async with database.write() as tx:
        await arrived(await Desk.open(tx, books, moment("06-08", "10:02"), "late"), queued, 77)
    (edit,) = amended(await bell.deliver("06-08", "10:03"))
    assert (edit.reply_to, edit.chat_id) == (77, BUREAU)
    assert "2号　书面回复：已办理" in edit.text


async def test_what_is_put_off_before_its_reminder_is_known_to_have_arrived_is_ticked_off(
    owed: Advice, bell: Bell, database: Database, books: Books
) -> None:
    queued = await under_way(bell, database)
    await put_off(owed, "06-08", "06-09", queued.message, 0)
    async with database.write() as tx:
        await arrived(await Desk.open(tx, books, moment("06-08", "10:02"), "late"), queued, 77)
    (edit,) = amended(await bell.deliver("06-08", "10:03"))
    assert "1号　书面回复：稍后提醒（6月9日 09:00）" in edit.text


@pytest.mark.parametrize("dies_first", [True, False])
async def test_what_is_put_off_is_not_said_again_because_a_sender_died(
    owed: Advice, bell: Bell, database: Database, *, dies_first: bool
) -> None:
    queued = await under_way(bell, database)
    if not dies_first:
        await put_off(owed, "06-08", "06-09", queued.message, 0, 1)
    async with database.write() as tx:
        await tx.outbox.recover(moment("06-08", "09:02"))
    if dies_first:
        await put_off(owed, "06-08", "06-09", queued.message, 0, 1)
    await bell.tick("06-08", "09:03")
    said = await bell.deliver("06-08", "09:03")
    assert not [each for each in said if each.key.startswith(NAG_KEY)]


async def test_what_says_that_it_may_be_a_repetition_goes_on_to_say_so(
    owed: Advice, bell: Bell, database: Database
) -> None:
    queued = await under_way(bell, database)
    async with database.write() as tx:
        await tx.outbox.put_back(queued, "TimedOut", moment("06-08"), perhaps_sent=True)
    await bell.deliver("06-08", "09:01")
    await put_off(owed, "06-08", "06-09", lists(bell)[0], 0)
    await bell.ring("06-09")
    async with owed.on("06-16") as d:
        await forget_old(d)
        first = await d.tx.records.get(owed.record.id - 1)
    await owed.take("06-16", "reply", replied_on="2026-06-16")
    edits = amended(await bell.deliver("06-16", "10:01"))
    assert [each.text.endswith("（此条可能重复发送）") for each in edits] == [True]
    owed.filed = first
    await owed.take("06-16", "reply", replied_on="2026-06-16")
    (edit,) = amended(await bell.deliver("06-16", "10:02"))
    assert not edit.text.endswith("（此条可能重复发送）"), "the list of 9 June said so once"


async def test_older_reminders_are_ticked_off_too_but_not_without_end(
    owed: Advice, bell: Bell
) -> None:
    days = ("06-16", "06-17", "06-18", "06-22", "06-23")
    for day in days:
        await bell.ring(day)
    assert len(lists(bell)) == len(days)
    await owed.take("06-24", "reply", replied_on="2026-06-24")
    await bell.deliver("06-24", "10:01")
    ticked = ["已办理" in each.text for each in lists(bell)]
    assert ticked == [False, False, True, True, True]


async def test_of_several_records_at_once_each_is_ticked_off_where_it_stands(
    advice: Advice, bell: Bell
) -> None:
    filed = []
    for serial, day in enumerate(("04-13", "04-16", "04-17", "04-20"), start=5):
        await advice.deliver(day, advice_number=f"鄂州检行建〔2026〕{serial}号")
        filed.append(await advice.take(day, "check"))
    for day in ("05-29", "06-01", "06-02", "06-05"):
        await bell.ring(day)
    async with advice.on("06-05") as d:
        for record in filed:
            event = await d.tx.events.last_id()
            await d.tx.duties.close(record.id, ["reply"], event, Outcome.MET)
        await ticking.tick_off(d, [record.id for record in filed])
    await bell.deliver("06-05", "10:01")
    assert ["已办理" in each.text for each in lists(bell)] == [True] * len(filed)


async def test_what_cannot_be_put_into_words_stops_neither_the_rest_nor_anybody_s_step(
    owed: Advice, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, bad = nag_items.step_among, owed.record.id - 1

    def step_among(
        desk: Desk, actor: Actor, duty: Duty, record: Record, duties: Sequence[Duty]
    ) -> Move | None:
        if record.id == bad:
            raise KeyError
        return real(desk, actor, duty, record, duties)

    await serve(owed, 7)
    monkeypatch.setattr(nag_items, "step_among", step_among)
    await bell.ring("06-08")
    (message,) = lists(bell)
    assert [label.split()[-1] for label in labels(message)[::2]] == [
        "检察建议〔2026〕2号",
        "检察建议〔2026〕3号",
    ]
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    await bell.deliver("06-08", "10:01")
    assert "3号　书面回复：已办理" in lists(bell)[0].text


async def test_a_list_that_cannot_be_edited_undoes_nobody_s_step(
    owed: Advice, bell: Bell, people: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people("zrzy-ec", name="陈明")
    await bell.ring("06-12")
    real, calls = nag_lists.keyboard_of, count()

    def keyboard_of(desk: Desk, items: Sequence[Item]) -> Keyboard:
        if not next(calls):
            raise KeyError
        return real(desk, items)

    monkeypatch.setattr(ticking, "keyboard_of", keyboard_of)
    await owed.take("06-12", "reply", replied_on="2026-06-12")
    assert len(amended(await bell.deliver("06-12", "10:01"))) == 1
    assert "reply" not in await owed.owed()


async def test_for_whom_its_reader_stood_in_that_day_a_list_goes_on_to_say(
    owed: Advice, bell: Bell, people: Hire
) -> None:
    other = await people("zrzy-ec", name="陈明")
    days = date(2026, 6, 8), date(2026, 6, 9)
    async with owed.on("06-08") as d:
        await d.tx.absences.put(owed.bureau.person_id, *days, None, d.now, shown=True)
    await bell.ring("06-08")
    await owed.take("06-11", "reply", replied_on="2026-06-11")
    await bell.deliver("06-11", "10:01")
    assert "（代王敏）" in lists(bell, other.user_id)[0].text


async def test_after_a_month_a_reminder_is_left_as_it_is(owed: Advice, bell: Bell) -> None:
    await bell.ring("05-15")
    await owed.take("06-15", "reply", replied_on="2026-06-15")
    assert not amended(await bell.deliver("06-15", "10:01"))


async def test_a_reminder_that_still_waits_is_said_anew_and_not_edited(
    owed: Advice, bell: Bell
) -> None:
    await bell.deliver("06-08")
    await bell.tick("06-08")
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    assert not lists(bell)
    await bell.ring("06-08", "10:01")
    (only,) = lists(bell)
    assert "检察建议〔2026〕2号" not in only.text


async def test_who_is_not_entitled_any_more_is_told_nothing_new(
    owed: Advice, bell: Bell, people: Hire, actor: Act
) -> None:
    await bell.ring("06-08")
    async with owed.on("06-08") as d:
        await d.tx.people.change(owed.bureau.person_id, organ="zrzy-hr")
    owed.bureau = actor(await people("zrzy-ec", name="陈明"))
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    assert not amended(await bell.deliver("06-08", "10:01"))


async def test_who_left_is_told_nothing_new(owed: Advice, bell: Bell, people: Hire) -> None:
    other = await people("zrzy-ec", name="陈明")
    await bell.ring("06-12")
    await owed.take("06-12", "reply", replied_on="2026-06-12")
    async with owed.on("06-12") as d:
        await leave(d, owed.bureau, owed.bureau.person_id, Place(BUREAU, private=True))
    said = amended(await bell.deliver("06-12", "10:01"))
    assert {each.chat_id for each in said} == {other.user_id}, "not even what waited to be edited"


async def test_more_than_a_dozen_are_one_message_that_counts_the_rest(
    owed: Advice, bell: Bell
) -> None:
    for serial in range(7, 7 + SHOWN):
        await serve(owed, serial)
    said = [each for each in await bell.ring("06-08") if each.key.startswith(NAG_KEY)]
    (message,) = said
    assert message.text.count("书面回复") == SHOWN
    assert "另有2件：🟡 2件" in message.text
    assert len(message.buttons) == SHOWN + 1
    assert labels(message)[-1] == "查看全部待办"
    assert not [each for each in await bell.ring("06-08", "10:00") if each.key.startswith(NAG_KEY)]
    await owed.take("06-08", "reply", replied_on="2026-06-08")
    await bell.deliver("06-08", "10:01")
    (after,) = lists(bell)
    assert "另有1件：🟡 1件" in after.text, "what is done of the rest is counted no more"


async def test_where_a_reminder_stands_is_forgotten_with_it(owed: Advice, bell: Bell) -> None:
    await bell.ring("06-08")
    nag_id = buttons.read(lists(bell)[0].buttons[0][1].data).number(0)
    async with owed.on("06-08") as d:
        await ask_until(d, owed.bureau, nag_id, BUREAU)
    await bell.deliver("06-08", "10:01")
    here = select(posts.c.name).where(
        or_(posts.c.name.startswith(NAG_KEY), posts.c.name.startswith(ASKED))
    )
    async with owed.on("06-08") as d:
        for later, kept in ((d, 2), (replace(d, now=d.now + KEPT_REMINDERS), 0)):
            await forget_old(later)
            assert len((await d.tx.connection.execute(here)).all()) == kept


async def test_a_list_of_an_older_version_stops_no_step(owed: Advice, bell: Bell) -> None:
    """Its key tells no hour that is read today, and it stands under no name."""
    await bell.ring("06-08")
    old = "nag/1/t1780880400.0/lists2"
    async with owed.desk() as d:
        await d.tx.connection.execute(update(nags).values(message=old, told_in=old))
        await d.tx.connection.execute(delete(posts).where(posts.c.name.startswith(NAG_KEY)))
    await owed.take("06-11", "reply", replied_on="2026-06-11")
    assert owed.record.state == "replied"
    assert not amended(await bell.deliver("06-11", "10:01"))
