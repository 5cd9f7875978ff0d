"""Who has signed for a record and who has read it: on the card, and by a button."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side
from bot.services.acknowledging import acknowledge
from bot.services.disclosure import tell_history
from bot.services.ledger import file_record, move_record
from bot.services.lookup import show_card
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

FOREST = {"category": "F", "route": "transfer", "summary": "某处林地被占"}
GROUP = -1_002_000_000_001


def line(text: str) -> str:
    """The card's line about signatures."""
    found = [row for row in text.splitlines() if row.startswith(("已签收：", "未签收：", "已阅："))]
    assert len(found) < 2
    return "".join(found)


def steps(message: Outgoing) -> list[str]:
    return [button.label for row in message.buttons[:-1] for button in row]


@pytest.fixture
async def group(desk: OpenDesk) -> None:
    """A group of all three sides."""
    async with desk() as d:
        chat = Chat(GROUP, 0, "群", "420704", frozenset(Side))
        await d.tx.chats.bind(chat, 1, d.now)


async def file(desk: OpenDesk, act: Act, person: Person, **more: str) -> Record:
    async with desk() as d:
        return await file_record(d, act(person), LEAD, "420704", {**FOREST, **more})


async def step(desk: OpenDesk, act: Act, person: Person, record: Record, move: str) -> Record:
    async with desk() as d:
        return await move_record(d, act(person), record, move, {}, version=record.version)


async def read(desk: OpenDesk, act: Act, person: Person, record: Record) -> None:
    async with desk() as d:
        await acknowledge(d, act(person), record)


async def card(deliver: Deliver, chat_id: int = GROUP) -> Outgoing:
    return [message for message in await deliver() if message.chat_id == chat_id][-1]


@pytest.mark.usefixtures("group")
async def test_the_card_names_who_has_signed_and_who_is_missing(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, receiver, forest = [await people(o) for o in ("zrzy-ec", "jcy-ec", "lzb-ec")]
    record = await file(desk, actor, sender)
    filed = await card(deliver)
    assert line(filed.text) == "未签收：鄂城区检察院；未阅：鄂城区林长办"
    assert steps(filed) == ["签收", "撤回", "已阅"]

    record = await step(desk, actor, receiver, record, "sign")
    signed = await card(deliver)
    assert line(signed.text) == "已签收：鄂城区检察院 3月9日 10:00；未阅：鄂城区林长办"
    assert steps(signed) == ["开始审查", "已阅"]

    await read(desk, actor, forest, record)
    complete = await card(deliver)
    assert line(complete.text) == "已签收：鄂城区检察院；已阅：鄂城区林长办"
    assert steps(complete) == ["开始审查"]


@pytest.mark.usefixtures("group")
async def test_reading_may_come_before_signing(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, _, forest = [await people(o) for o in ("zrzy-ec", "jcy-ec", "lzb-ec")]
    record = await file(desk, actor, sender)
    await read(desk, actor, forest, record)
    text = (await card(deliver)).text
    assert line(text) == "未签收：鄂城区检察院；已阅：鄂城区林长办 3月9日 10:00"
    assert "最近办理：3月9日 10:00　鄂城分局 登记移送" in text


@pytest.mark.usefixtures("group")
async def test_where_only_the_receiver_signs_nobody_is_asked_to_read(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, receiver = await people(), await people("jcy-ec")
    record = await file(desk, actor, sender, category="2C")
    filed = await card(deliver)
    assert (line(filed.text), steps(filed)) == ("未签收：鄂城区检察院", ["签收", "撤回"])
    await step(desk, actor, receiver, record, "sign")
    assert line((await card(deliver)).text) == "已签收：鄂城区检察院"


@pytest.mark.usefixtures("group")
async def test_what_the_city_hands_over_the_districts_own_organ_reads(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await people("jcy-ec")
    await file(desk, actor, await people("zrzy"), category="2C")
    assert line((await card(deliver)).text) == "未签收：鄂城区检察院；未阅：鄂城分局"


@pytest.mark.usefixtures("group")
async def test_of_a_closed_record_nobody_is_missing(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, forest = await people(), await people("lzb-ec")
    record = await step(desk, actor, sender, await file(desk, actor, sender), "withdraw")
    closed = await card(deliver)
    assert (line(closed.text), steps(closed)) == ("", [])
    with pytest.raises(DomainError, match="came_second"):
        await read(desk, actor, forest, record)


@pytest.mark.parametrize(
    ("organ", "role", "code"),
    [
        ("zrzy-ec", Role.LIAISON, "not_yours_to_read"),
        ("jcy-ec", Role.LIAISON, "not_yours_to_read"),
        ("lzb", Role.LIAISON, "not_yours_to_read"),
        ("jcy", Role.LIAISON, "not_yours_to_read"),
        ("lzb-hr", Role.LIAISON, "not_entitled"),
        ("lzb-ec", Role.LEADER, "not_entitled_leader"),
        (None, Role.ADMIN, "not_entitled_admin"),
    ],
)
async def test_nobody_else_says_it(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    rows: CountRows,
    organ: str | None,
    role: Role,
    code: str,
) -> None:
    record = await file(desk, actor, await people())
    other = await people(organ, role, "赵立")
    before = await rows()
    with pytest.raises(DomainError, match=code):
        await read(desk, actor, other, record)
    assert await rows() == before


async def test_an_organ_says_it_once_whoever_presses(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    sender = await people()
    first, deputy = await people("lzb-ec"), await people("lzb-ec", Role.DEPUTY, "赵立")
    record = await file(desk, actor, sender)
    await read(desk, actor, first, record)
    before = await rows()
    for person in (deputy, first):
        with pytest.raises(DomainError, match="already_read"):
            await read(desk, actor, person, record)
    assert await rows() == before


async def test_it_is_a_note_in_the_history_and_nothing_else(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, forest = await people(), await people("lzb-ec", name="林川")
    record = await file(desk, actor, sender)
    async with desk() as d:
        owed = await d.tx.duties.open_of(record.id)
    await read(desk, actor, forest, record)
    await deliver()
    async with desk() as d:
        assert await d.tx.records.get(record.id) == record
        assert await d.tx.duties.open_of(record.id) == owed
        (_, event) = await d.tx.events.of_record(record.id)
        await tell_history(d, actor(forest), record, forest.user_id)
    assert (event.name, event.actor) == ("acknowledged", forest.id)
    facts = {"number": "线索〔2026〕1号", "version": 1, "organ": "lzb-ec"}
    assert {k: v for k, v in event.facts.items() if k != "content"} == facts
    (history,) = await deliver()
    assert "3月9日 10:00　鄂城区林长办 林川　已阅" in history.text


@pytest.mark.parametrize("bound", [True, False])
async def test_without_a_group_those_who_are_to_read_it_get_it_in_private(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    deliver: Deliver,
    *,
    bound: bool,
) -> None:
    if bound:
        async with desk() as d:
            await d.tx.chats.bind(Chat(GROUP, 0, "群", "420704", frozenset(Side)), 1, d.now)
    sender, receiver, forest = [await people(o) for o in ("zrzy-ec", "jcy-ec", "lzb-ec")]
    await people("lzb-ec", Role.LEADER, "方正")
    record = await file(desk, actor, sender)
    told = {message.chat_id: message for message in await deliver()}
    private = {sender.user_id, receiver.user_id, forest.user_id}
    assert told.keys() == ({GROUP, receiver.user_id} if bound else private)
    if not bound:
        assert steps(told[forest.user_id]) == ["已阅"]
        await read(desk, actor, forest, record)
        again = {message.chat_id: message for message in await deliver()}
        assert again.keys() == private
        assert steps(again[forest.user_id]) == []
        assert "已阅：鄂城区林长办" in again[sender.user_id].text


async def test_a_card_looked_up_in_private_has_the_button_of_the_one_who_looks(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, forest, city = [await people(o) for o in ("zrzy-ec", "lzb-ec", "lzb")]
    record = await file(desk, actor, sender)
    await deliver()
    async with desk() as d:
        for person in (forest, city, sender):
            await show_card(d, actor(person), record, Place(person.user_id, private=True))
    shown = {message.chat_id: steps(message) for message in await deliver()}
    assert shown == {forest.user_id: ["已阅"], city.user_id: [], sender.user_id: ["撤回"]}


@pytest.mark.usefixtures("group")
async def test_the_time_is_that_of_the_reading(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    @asynccontextmanager
    async def tomorrow() -> AsyncIterator[Desk]:
        async with desk() as d:
            yield replace(d, now=d.now + timedelta(days=1, minutes=5))

    sender, forest = await people(), await people("lzb-ec")
    record = await file(desk, actor, sender)
    await deliver()
    await read(tomorrow, actor, forest, record)
    async with tomorrow() as d:
        said = [q.message.text for q in await d.tx.outbox.claim(d.now, 9)]
    assert any("已阅：鄂城区林长办 3月10日 10:05" in text for text in said)
