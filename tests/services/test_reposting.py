"""A card out of sight is posted anew by whoever changes the record, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Manner
from bot.domain.people import Side
from bot.services.acknowledging import acknowledge
from bot.services.delivery import arrived, undeliverable
from bot.services.ledger import file_record, move_record
from bot.services.lights import refresh_lights
from bot.services.reposting import FAR
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain.outgoing import Outgoing, Queued
    from bot.domain.people import Person
    from bot.domain.records import Record
    from tests.conftest import Act, Hire, OpenDesk

    Deliver = Callable[[], Awaitable[list[Outgoing]]]

BASIC, SUPER = -4_512_345_678, -1_002_345_678_901
PLACES = {"basic": (BASIC, 0), "super": (SUPER, 0), "topic": (SUPER, 7)}
MOVED = "线索〔2026〕1号 的最新卡片已移到下方。"


@pytest.fixture
def ids() -> count[int]:
    """The ids of messages yet to come."""
    return count(100)


@pytest.fixture
def deliver(desk: OpenDesk, ids: count[int]) -> Deliver:
    """Send all that waits, as the sender does: what is edited keeps its id."""

    async def send_all() -> list[Outgoing]:
        said: list[Outgoing] = []
        async with desk() as d:
            while batch := await d.tx.outbox.claim(d.now, 100):
                for queued in batch:
                    await arrived(d, queued, _id(queued, ids))
                    said.append(queued.message)
        return [message for message in said if message.chat_id < 0]

    return send_all


def _id(queued: Queued, ids: count[int]) -> int | None:
    if queued.message.manner is Manner.AMEND:
        return None
    return queued.message_id or next(ids)


async def filed(
    desk: OpenDesk, act: Act, people: Hire, place: tuple[int, int], **more: str
) -> tuple[Record, Person]:
    sender, receiver = await people(), await people("jcy-ec", name="李静", reachable=False)
    async with desk() as d:
        chat = Chat(*place, "群", "420704", frozenset(Side))
        await d.tx.chats.bind(chat, 1, d.now)
        data = {"category": "2C", "route": "transfer", "summary": "某村占地", **more}
        return await file_record(d, act(sender), LEAD, "420704", data), receiver


async def talk(desk: OpenDesk, ids: count[int], place: tuple[int, int], times: int = FAR) -> None:
    """People go on talking in the group."""
    async with desk() as d:
        for _ in range(times):
            await d.tx.scroll.heard(*place, next(ids))


async def step(desk: OpenDesk, act: Act, person: Person, record: Record, move: str) -> Record:
    async with desk() as d:
        return await move_record(d, act(person), record, move, {}, version=record.version)


async def standing(desk: OpenDesk, place: tuple[int, int]) -> int | None:
    async with desk() as d:
        post = await d.tx.chats.post(f"card/1/{place[0]}/{place[1]}")
    return post[1] if post else None


@pytest.mark.parametrize("sort", PLACES)
async def test_out_of_sight_it_is_posted_anew_and_the_old_one_says_so(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int], sort: str
) -> None:
    place = PLACES[sort]
    record, receiver = await filed(desk, actor, people, place)
    await deliver()
    old = await standing(desk, place)
    await talk(desk, ids, place, FAR + 1)
    await step(desk, actor, receiver, record, "sign")
    card, pointer = await deliver()
    new = await standing(desk, place)
    assert old
    assert new
    assert new > old + FAR
    assert "已签收" in card.text
    assert (pointer.text, pointer.manner, pointer.reply_to) == (MOVED, Manner.AMEND, old)
    addresses = {
        "basic": [],
        "super": [f"https://t.me/c/2345678901/{new}"],
        "topic": [f"https://t.me/c/2345678901/7/{new}"],
    }
    assert [b.url for row in pointer.buttons for b in row] == addresses[sort]
    assert (pointer.chat_id, pointer.thread_id) == place


@pytest.mark.parametrize("sort", PLACES)
async def test_in_sight_it_is_edited_where_it_stands(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int], sort: str
) -> None:
    place = PLACES[sort]
    record, receiver = await filed(desk, actor, people, place)
    said = await deliver()
    old = await standing(desk, place)
    await talk(desk, ids, place, FAR - len(said))
    await step(desk, actor, receiver, record, "sign")
    (card,) = await deliver()
    assert (card.manner, await standing(desk, place)) == (Manner.PUT, old)


async def test_neither_a_light_nor_a_reading_moves_it(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int]
) -> None:
    place = PLACES["super"]
    record, _ = await filed(desk, actor, people, place, category="F")
    forest = await people("lzb-ec", name="林川")
    await deliver()
    old = await standing(desk, place)
    await talk(desk, ids, place, 9 * FAR)
    async with desk() as d:
        await acknowledge(d, actor(forest), record)
    (read,) = await deliver()
    async with desk() as d:
        (duty,) = await d.tx.duties.open_of(record.id)
        late = replace(d, now=d.now + timedelta(days=9))
        assert duty.due < late.today
        await refresh_lights(late)
    async with desk() as d:
        (turned,) = await d.tx.outbox.claim(d.now + timedelta(days=9), 9)
    assert "已阅：鄂城区林长办" in read.text
    assert "已逾期" in turned.message.text
    assert turned.message_id == await standing(desk, place) == old


async def test_what_changes_before_the_new_card_is_sent_is_on_the_one_new_card(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int]
) -> None:
    place = PLACES["super"]
    record, receiver = await filed(desk, actor, people, place)
    await deliver()
    await talk(desk, ids, place, FAR + 1)
    record = await step(desk, actor, receiver, record, "sign")
    await step(desk, actor, receiver, record, "review")
    card, pointer = await deliver()
    assert "审查中" in card.text
    assert pointer.text == MOVED


async def test_a_crash_before_the_new_card_arrived_leaves_the_old_one_as_it_was(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int]
) -> None:
    place = PLACES["super"]
    record, receiver = await filed(desk, actor, people, place)
    await deliver()
    await talk(desk, ids, place, FAR + 1)
    await step(desk, actor, receiver, record, "sign")
    async with desk() as d:
        (under_way,) = await d.tx.outbox.claim(d.now, 9)
        assert "已签收" in under_way.message.text
    async with desk() as d:
        assert await d.tx.outbox.recover(d.now) == 1
    card, pointer = await deliver()
    assert ("已签收" in card.text, pointer.text) == (True, MOVED)


async def test_a_new_card_that_is_refused_is_tried_again_at_the_next_step(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int]
) -> None:
    place = PLACES["super"]
    record, receiver = await filed(desk, actor, people, place)
    await deliver()
    old = await standing(desk, place)
    await talk(desk, ids, place, FAR + 1)
    record = await step(desk, actor, receiver, record, "sign")
    async with desk() as d:
        (refused,) = await d.tx.outbox.claim(d.now, 9)
        await undeliverable(d, refused, "not enough rights", away=False)
    assert await deliver() == []
    await step(desk, actor, receiver, record, "review")
    card, pointer = await deliver()
    assert "审查中" in card.text
    assert pointer.reply_to == old


async def test_moved_again_each_old_card_points_to_the_one_after_it(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, ids: count[int]
) -> None:
    place = PLACES["super"]
    record, receiver = await filed(desk, actor, people, place)
    await deliver()
    chain = [await standing(desk, place)]
    for move in ("sign", "review"):
        await talk(desk, ids, place, FAR + 1)
        record = await step(desk, actor, receiver, record, move)
        _, pointer = await deliver()
        assert pointer.reply_to == chain[-1]
        chain.append(await standing(desk, place))
        assert pointer.buttons[0][0].url.endswith(f"/{chain[-1]}")
    assert len(set(chain)) == 3
