"""The queue: order, leases, newest edits, and nothing lost or said twice unmarked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bot.domain.outgoing import Button, Detour, Manner, Outgoing, Priority, Queued
from bot.storage.tables import outbox as outbox_table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.storage.database import Database
    from bot.storage.outbox import Outbox

GROUP = -1001234567890
OTHER = 7_500_000_001
WAITING = outbox_table.c.state == "waiting"


@pytest.fixture
async def outbox(database: Database) -> AsyncIterator[Outbox]:
    """The outbox, in a transaction that lasts as long as the test."""
    async with database.write() as tx:
        yield tx.outbox


def said(key: str, chat_id: int = GROUP, *, post: str = "", text: str = "") -> Outgoing:
    return Outgoing(chat_id, key, text, post=post, manner=Manner.PUT if post else Manner.SEND)


async def claim_keys(outbox: Outbox, now: datetime, *busy: int) -> list[str]:
    return [queued.message.key for queued in await outbox.claim(now, 10, busy)]


async def claim_one(outbox: Outbox, now: datetime) -> Queued:
    (queued,) = await outbox.claim(now, 10)
    return queued


async def test_what_is_claimed_is_what_was_said(outbox: Outbox, now: datetime) -> None:
    message = Outgoing(
        chat_id=GROUP,
        key="u1.0",
        text="<b>线索</b>",
        thread_id=9,
        buttons=((Button("签收", "1:s:12"), Button("全文", url="https://example.org")), ()),
        priority=Priority.NAG,
        manner=Manner.PUT,
        post="card/12",
        reply_to=77,
        press="press",
        detour=Detour(GROUP, 3, "请私聊机器人。"),
        forget=True,
    )
    await outbox.add(message, now)
    queued = await claim_one(outbox, now)
    assert queued == Queued(
        queued.id, message, attempts=1, repeated=False, message_id=None, queued_at=now
    )


async def test_a_key_is_queued_once_for_ever(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("once", text="first"), now)
    await outbox.add(said("once", text="second"), now)
    queued = await claim_one(outbox, now)
    assert queued.message.text == "first"
    await outbox.sent(queued, 1, now)
    await outbox.add(said("once"), now)
    assert await outbox.claim(now, 10) == []


async def test_a_newer_edit_overtakes_those_that_wait(outbox: Outbox, now: datetime) -> None:
    for number in range(3):
        await outbox.add(said(f"edit-{number}", post="card/1"), now)
    await outbox.add(said("another card", OTHER, post="card/2"), now)
    assert await claim_keys(outbox, now) == ["edit-2", "another card"]
    assert (await outbox.counts())["superseded"] == 2


async def test_an_edit_queued_again_does_not_overtake_itself(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("edit", post="card/1"), now)
    await outbox.add(said("edit", post="card/1"), now)
    assert await claim_keys(outbox, now) == ["edit"]


async def test_an_old_edit_queued_again_does_not_overtake_a_newer(
    outbox: Outbox, now: datetime
) -> None:
    await outbox.add(said("old", post="card/1"), now)
    await outbox.add(said("new", post="card/1"), now)
    await outbox.add(said("old", post="card/1"), now)
    assert await claim_keys(outbox, now) == ["new"]


async def test_a_chat_gets_one_message_after_the_other(outbox: Outbox, now: datetime) -> None:
    for key in ("first", "second"):
        await outbox.add(said(key), now)
    await outbox.add(said("elsewhere", OTHER), now)
    assert await claim_keys(outbox, now) == ["first", "elsewhere"]
    assert await claim_keys(outbox, now, GROUP, OTHER) == []
    assert await claim_keys(outbox, now, OTHER) == ["second"]


async def test_answers_go_before_nags(outbox: Outbox, now: datetime) -> None:
    for priority in reversed(Priority):
        await outbox.add(replace(said(f"group {priority}"), priority=priority), now)
        await outbox.add(replace(said(f"private {priority}", OTHER), priority=priority), now)
    assert await claim_keys(outbox, now) == ["group 0", "private 0"]
    assert await claim_keys(outbox, now) == ["group 1", "private 1"]


async def test_no_more_is_claimed_than_asked(outbox: Outbox, now: datetime) -> None:
    for chat in range(5):
        await outbox.add(said(f"to {chat}", chat + 1), now)
    assert len(await outbox.claim(now, 3)) == 3
    assert len(await outbox.claim(now, 3)) == 2


async def test_of_nags_only_a_few_are_claimed_and_answers_all_the_same(
    outbox: Outbox, now: datetime
) -> None:
    for chat in range(1, 4):
        await outbox.add(replace(said(f"nag {chat}", chat), priority=Priority.NAG), now)
        await outbox.add(said(f"answer {chat}", 10 + chat), now)
    claimed = await outbox.claim(now, 10, nags=1)
    assert [q.message.key for q in claimed] == ["answer 1", "answer 2", "answer 3", "nag 1"]
    assert await outbox.claim(now, 10, nags=0) == []
    assert await claim_keys(outbox, now) == ["nag 2", "nag 3"]


async def test_while_the_first_must_wait_so_does_the_rest(outbox: Outbox, now: datetime) -> None:
    later = now + timedelta(seconds=30)
    await outbox.add(said("first"), now)
    await outbox.add(said("second"), now)
    await outbox.put_back(await claim_one(outbox, now), "429", later, perhaps_sent=False)

    assert await claim_keys(outbox, now) == []
    assert await outbox.next_instant((OTHER,)) == now
    assert await claim_keys(outbox, later) == ["first"]


async def test_nothing_waits_for_nobody(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("first"), now)
    assert await outbox.next_instant() == now
    assert await outbox.next_instant((GROUP,)) is None


async def test_an_attempt_is_counted_and_a_doubt_is_kept(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("first"), now)
    await outbox.put_back(await claim_one(outbox, now), "timeout", now, perhaps_sent=True)
    await outbox.put_back(await claim_one(outbox, now), "429", now, perhaps_sent=False)
    third = await claim_one(outbox, now)
    assert (third.attempts, third.repeated) == (3, True)


async def test_what_a_dead_sender_held_is_said_again_and_marked(
    outbox: Outbox, now: datetime
) -> None:
    for key in ("held", "next"):
        await outbox.add(said(key), now)
    await outbox.claim(now, 1)
    assert await outbox.recover(now) == 1
    assert await outbox.recover(now) == 0
    again = await claim_one(outbox, now)
    assert (again.message.key, again.repeated) == ("held", True)


async def test_an_edit_put_back_gives_way_to_a_newer(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("old", post="card/1"), now)
    old = await claim_one(outbox, now)
    await outbox.add(said("new", post="card/1"), now)
    await outbox.put_back(old, "timeout", now, perhaps_sent=True)
    assert await claim_keys(outbox, now) == ["new"]


@pytest.mark.parametrize("returns", ["before", "after", "never"])
async def test_what_overtakes_a_message_that_was_perhaps_sent_says_so(
    outbox: Outbox, now: datetime, returns: str
) -> None:
    await outbox.add(said("old", post="card/1"), now)
    old = await claim_one(outbox, now)
    if returns == "before":
        await outbox.put_back(old, "timeout", now, perhaps_sent=True)
    await outbox.add(said("new", post="card/1"), now)
    if returns == "after":
        await outbox.put_back(old, "timeout", now, perhaps_sent=True)
    if returns == "never":
        assert await outbox.recover(now) == 1
    new = await claim_one(outbox, now)
    assert (new.message.key, new.repeated) == ("new", True)
    assert (await outbox.counts())["superseded"] == 1


async def test_what_overtakes_a_message_that_did_not_arrive_says_nothing(
    outbox: Outbox, now: datetime
) -> None:
    await outbox.add(said("old", post="card/1"), now)
    await outbox.put_back(await claim_one(outbox, now), "429", now, perhaps_sent=False)
    await outbox.add(said("new", post="card/1"), now)
    assert not (await claim_one(outbox, now)).repeated


async def test_a_claim_that_a_dead_process_still_commits_is_waited_for(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await tx.outbox.add(said("held"), now)

    async def recover() -> int:
        async with database.write() as tx:
            return await tx.outbox.recover(now)

    async with database.write() as dying:
        await dying.outbox.claim(now, 1)
        recovered = asyncio.create_task(recover())
        await asyncio.sleep(0.1)
        assert not recovered.done()
    assert await recovered == 1


async def test_a_look_that_stands_already_needs_no_edit(outbox: Outbox, now: datetime) -> None:
    button = ((Button("签收", "1:s:12"),),)
    looks = (("一", ()), ("一", ()), ("二", ()), ("二", button), ("二", button), ("一", ()))
    told = []
    for serial, (text, buttons) in enumerate(looks):
        await outbox.add(replace(said(f"{serial}", post="p", text=text), buttons=buttons), now)
        queued = await claim_one(outbox, now)
        told.append(queued.unchanged)
        await outbox.sent(queued, 501, now)
    assert told == [False, True, False, False, True, False]


@pytest.mark.parametrize("dies", [True, False])
async def test_after_an_edit_that_perhaps_arrived_the_former_look_is_sent_again(
    outbox: Outbox, now: datetime, *, dies: bool
) -> None:
    await outbox.add(said("first", post="p", text="一"), now)
    await outbox.sent(await claim_one(outbox, now), 501, now)
    await outbox.add(said("second", post="p", text="二"), now)
    edit = await claim_one(outbox, now)
    if dies:
        await outbox.recover(now)
    else:
        await outbox.put_back(edit, "timeout", now, perhaps_sent=True)
    await outbox.add(said("third", post="p", text="一"), now)
    assert not (await claim_one(outbox, now)).unchanged


async def test_a_message_that_bears_the_mark_looks_otherwise(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("first", post="p", text="一"), now)
    await outbox.put_back(await claim_one(outbox, now), "timeout", now, perhaps_sent=True)
    await outbox.sent(await claim_one(outbox, now), 501, now)
    await outbox.add(said("second", post="p", text="一"), now)
    assert not (await claim_one(outbox, now)).unchanged


async def test_a_message_withdrawn_under_way_does_not_come_back(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await tx.outbox.add(said("card", post="card/1"), now)
        under_way = await claim_one(tx.outbox, now)
        await tx.chats.withdraw_cards(GROUP)
        await tx.outbox.put_back(under_way, "429", now, perhaps_sent=True)
        assert await tx.outbox.claim(now, 10) == []


async def test_a_post_is_edited_where_it_stands(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("first", post="card/1"), now)
    await outbox.sent(await claim_one(outbox, now), 501, now)
    await outbox.add(said("second", post="card/1"), now)
    edit = await claim_one(outbox, now)
    assert edit.message_id == 501

    await outbox.forget_post("card/1")
    await outbox.put_back(edit, "message to edit not found", now, perhaps_sent=False)
    assert (await claim_one(outbox, now)).message_id is None


async def test_what_a_stranger_was_told_leaves_no_row(outbox: Outbox, now: datetime) -> None:
    await outbox.add(replace(said("hello", OTHER), forget=True), now)
    await outbox.sent(await claim_one(outbox, now), 1, now)
    assert await outbox.counts() == {}


async def test_a_failure_is_counted_and_not_tried_again(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("first"), now)
    await outbox.failed(await claim_one(outbox, now), "x" * 500, now)
    assert await outbox.claim(now, 10) == []
    assert await outbox.counts() == {"failed": 1}


async def test_what_cannot_be_read_keeps_no_words(database: Database, now: datetime) -> None:
    words = "刘某某"
    buttons = ((Button(words, "1:s:12"),),)
    message = Outgoing(GROUP, "first", text=words, buttons=buttons, detour=Detour(GROUP, 0, words))
    async with database.write() as tx:
        await tx.outbox.add(message, now)
        await tx.connection.execute(update(outbox_table).where(WAITING).values(manner="fax"))
        assert await tx.outbox.claim(now, 10) == []
        (row,) = (await tx.connection.execute(select(outbox_table))).all()
    assert (row.state, row.trouble) == ("failed", "unreadable")
    assert words not in str(row)


async def test_a_newer_edit_takes_the_place_of_one_given_up(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("old", post="card/1"), now)
    await outbox.put_back(await claim_one(outbox, now), "timeout", now, perhaps_sent=True)
    await outbox.failed(await claim_one(outbox, now), "not enough rights", now)
    await outbox.add(said("another card", OTHER, post="card/2"), now)
    assert (await outbox.counts())["failed"] == 1
    await outbox.add(said("new", post="card/1"), now)
    assert await outbox.counts() == {"superseded": 1, "waiting": 2}
    _, new = await outbox.claim(now, 10)
    assert (new.message.key, new.repeated) == ("new", True)


async def test_an_edit_given_up_after_a_newer_was_queued_is_overtaken(
    outbox: Outbox, now: datetime
) -> None:
    await outbox.add(said("old", post="card/1"), now)
    old = await claim_one(outbox, now)
    await outbox.add(said("new", post="card/1"), now)
    await outbox.failed(old, "not enough rights", now)
    assert await outbox.counts() == {"superseded": 1, "waiting": 1}


async def test_the_queue_knows_since_when_it_waits_and_what_was_perhaps_said_twice(
    outbox: Outbox, now: datetime
) -> None:
    assert (await outbox.waiting_since(), await outbox.doubts()) == (None, (0, None))
    for minutes in (2, 0, 1):
        await outbox.add(said(f"{minutes}"), now + timedelta(minutes=minutes))
    assert await outbox.waiting_since() == now
    later = now + timedelta(minutes=5)
    await outbox.put_back(await claim_one(outbox, later), "timeout", now, perhaps_sent=True)
    assert await outbox.doubts() == (0, None), "it was said once at most so far"
    await outbox.sent(await claim_one(outbox, later), 501, later)
    assert await outbox.doubts() == (1, later)


async def test_only_what_was_settled_long_ago_is_forgotten(outbox: Outbox, now: datetime) -> None:
    for key in ("sent", "failed", "waiting"):
        await outbox.add(said(key), now)
    await outbox.sent(await claim_one(outbox, now), 1, now)
    await outbox.failed(await claim_one(outbox, now), "blocked", now)
    await outbox.prune(now)
    assert (await outbox.counts())["sent"] == 1
    await outbox.prune(now + timedelta(days=1))
    assert await outbox.counts() == {"failed": 1, "waiting": 1}


async def test_what_was_overtaken_is_forgotten_in_time(outbox: Outbox, now: datetime) -> None:
    await outbox.add(said("old", post="card/1"), now)
    old = await claim_one(outbox, now)
    await outbox.add(said("new", post="card/1"), now)
    await outbox.put_back(old, "429", now, perhaps_sent=False)
    await outbox.prune(now + timedelta(days=1))
    assert await outbox.counts() == {"waiting": 1}


async def test_what_an_applicant_no_longer_asks_leaves_no_row(
    outbox: Outbox, now: datetime
) -> None:
    await outbox.add(replace(said("first", post="join/1/2"), forget=True), now)
    await outbox.add(replace(said("second", post="join/1/2"), forget=True), now)
    assert await outbox.counts() == {"waiting": 1}


async def test_what_was_queued_while_the_clock_ran_ahead_is_said_once_it_is_set_back(
    outbox: Outbox, now: datetime
) -> None:
    await outbox.add(said("ahead"), now + timedelta(hours=3))
    assert await claim_keys(outbox, now) == []
    await outbox.set_back(now)
    assert await claim_keys(outbox, now) == ["ahead"]
