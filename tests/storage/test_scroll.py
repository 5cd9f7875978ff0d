"""How far a group has scrolled below a post, whatever ids its messages bear."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.outgoing import Manner, Outgoing
from bot.storage.tables import scrolls

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database, Tx

BASIC, SUPER = -4_512_345_678, -1_002_345_678_901
POST = "card/1/x/0"
keys = map(str, count())


async def say(tx: Tx, now: datetime, place: tuple[int, int], message_id: int, post: str) -> None:
    chat_id, thread_id = place
    manner = Manner.PUT if post else Manner.SEND
    await tx.outbox.add(Outgoing(chat_id, next(keys), "", thread_id, manner=manner, post=post), now)
    (queued,) = await tx.outbox.claim(now, 1)
    await tx.outbox.sent(queued, message_id, now)


@pytest.mark.parametrize(
    ("place", "heard", "far"),
    [
        ((SUPER, 0), [11, 50], True),
        ((SUPER, 0), [11, 49], False),
        ((SUPER, 0), [60, 12, 11], True),
        ((BASIC, 0), [500, 900], False),
        ((BASIC, 0), [*range(100, 140)], True),
        ((BASIC, 0), [*range(100, 139)], False),
        ((BASIC, 0), [100, 100, 99] * 20, False),
        ((SUPER, 7), [500, 900], False),
        ((SUPER, 7), [*range(100, 140)], True),
    ],
    ids=str,
)
async def test_a_place_counts_what_it_knows_to_stand_below(
    database: Database, now: datetime, place: tuple[int, int], heard: list[int], *, far: bool
) -> None:
    """A supergroup's ids tell of unheard messages too; elsewhere ids are shared with others."""
    async with database.write() as tx:
        await say(tx, now, place, 10, POST)
        for message_id in heard:
            await tx.scroll.heard(*place, message_id)
        assert await tx.scroll.leave(POST, 39) is far
        assert (await tx.chats.post(POST) is None) is far


@pytest.mark.parametrize("place", [(SUPER, 0), (BASIC, 0), (SUPER, 7)], ids=str)
async def test_what_the_bot_says_counts_and_what_it_edits_does_not(
    database: Database, now: datetime, place: tuple[int, int]
) -> None:
    async with database.write() as tx:
        await say(tx, now, place, 10, POST)
        for message_id in (11, 12):
            await say(tx, now, place, message_id, "")
        await say(tx, now, place, 10, POST)
        assert not await tx.scroll.leave(POST, 2)
        assert await tx.scroll.leave(POST, 1)


async def test_the_old_place_is_told_once_and_the_new_one_counts_anew(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await say(tx, now, (SUPER, 0), 10, POST)
        await tx.scroll.heard(SUPER, 0, 99)
        assert await tx.scroll.leave(POST, 40)
        assert not await tx.scroll.leave(POST, 40)
        await say(tx, now, (SUPER, 0), 100, POST)
        assert [await tx.scroll.left(POST) for _ in range(2)] == [10, None]
        assert await tx.chats.post(POST) == (SUPER, 100)
        assert not await tx.scroll.leave(POST, 0)


async def test_other_places_scroll_by_themselves(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        for place in ((SUPER, 0), (SUPER, 7), (BASIC, 0)):
            await say(tx, now, place, 10, f"card/1{place}")
        await tx.scroll.heard(SUPER, 7, 11)
        await tx.scroll.heard(SUPER, 7, 12)
        left = [
            await tx.scroll.leave(f"card/1{p}", 1) for p in ((SUPER, 0), (SUPER, 7), (BASIC, 0))
        ]
    assert left == [False, True, False]


async def rows(tx: Tx) -> list[int]:
    return list((await tx.connection.scalars(select(scrolls.c.chat_id))).all())


async def test_nothing_is_kept_of_places_without_posts(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await tx.scroll.heard(SUPER, 0, 11)
        await say(tx, now, (SUPER, 0), 12, "")
        await say(tx, now, (7001, 0), 12, POST)
        assert await rows(tx) == []


async def test_a_group_that_is_untied_or_upgraded_begins_anew(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await say(tx, now, (BASIC, 0), 5000, POST)
        await tx.chats.move(BASIC, SUPER)
        assert await rows(tx) == []
        await say(tx, now, (SUPER, 0), 3, POST)
        assert not await tx.scroll.leave(POST, 0)
        await tx.chats.unbind(SUPER, 0)
        assert await rows(tx) == []


@pytest.mark.parametrize("manner", [Manner.DELETE, Manner.AMEND])
async def test_no_message_of_a_new_group_is_taken_for_one_of_the_old(
    database: Database, now: datetime, manner: Manner
) -> None:
    async with database.write() as tx:
        await tx.outbox.add(Outgoing(BASIC, "touch", "", manner=manner, reply_to=10), now)
        await tx.outbox.add(Outgoing(BASIC, "say", "好"), now)
        await tx.chats.move(BASIC, SUPER)
        assert [queued.message.key for queued in await tx.outbox.claim(now, 9)] == ["say"]


async def test_an_edit_under_way_does_not_bring_an_old_place_back(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await say(tx, now, (SUPER, 0), 10, POST)
        await tx.scroll.heard(SUPER, 0, 99)
        await tx.outbox.add(Outgoing(SUPER, "edit", "二", manner=Manner.PUT, post=POST), now)
        (edit,) = await tx.outbox.claim(now, 1)
        assert await tx.scroll.leave(POST, 40)
        await tx.outbox.sent(edit, 10, now)
        await tx.outbox.add(Outgoing(SUPER, "anew", "三", manner=Manner.PUT, post=POST), now)
        (anew,) = await tx.outbox.claim(now, 1)
        assert anew.message_id is None
        await tx.outbox.sent(anew, 100, now)
        assert await tx.scroll.left(POST) == 10


@pytest.mark.parametrize("becomes", ["another", "withdrawn"])
async def test_a_post_that_arrives_is_called_what_it_is_called_by_then(
    database: Database, now: datetime, becomes: str
) -> None:
    async with database.write() as tx:
        await tx.outbox.add(Outgoing(SUPER, "new", "一", manner=Manner.PUT, post=POST), now)
        (new,) = await tx.outbox.claim(now, 1)
        if becomes == "another":
            await tx.outbox.rename_post(POST, "filed/1")
        else:
            await tx.chats.withdraw_cards(SUPER)
        await tx.outbox.sent(new, 10, now)
        assert await tx.chats.post(POST) is None
        assert (await tx.chats.post("filed/1") is not None) == (becomes == "another")
