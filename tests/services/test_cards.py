"""The short card: what it shows, where it stands, and what it never tells."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.kinds.lead import LEAD
from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Place, Role, Side
from bot.services.ledger import file_record, move_record
from bot.services.lights import refresh_lights
from bot.services.roster import leave
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.outgoing import Outgoing
    from bot.domain.people import Person
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
ALL = frozenset(Side)
LINE = {"category": "2C", "route": "transfer", "summary": "张某某非法占地"}
OWN, CITY, OTHER, FOREST = -100_201, -100_202, -100_203, -100_204


@pytest.fixture
def deliver(deliver_early: Deliver) -> Deliver:
    return deliver_early


async def bind(desk: OpenDesk, chat_id: int, district: str, sides: frozenset[Side]) -> None:
    async with desk() as d:
        await d.tx.chats.bind(Chat(chat_id, 0, "群", district, sides), 1, d.now)


async def file(desk: OpenDesk, act: Act, person: Person, **more: str) -> Record:
    async with desk() as d:
        return await file_record(d, act(person), LEAD, "420704", {**LINE, **more})


async def step(desk: OpenDesk, act: Act, person: Person, record: Record, move: str) -> Record:
    async with desk() as d:
        return await move_record(d, act(person), record, move, {}, version=record.version)


def at(desk: OpenDesk, moment: datetime) -> OpenDesk:
    @asynccontextmanager
    async def later() -> AsyncIterator[Desk]:
        async with desk() as d:
            yield replace(d, now=moment)

    return later


async def refresh(desk: OpenDesk) -> None:
    async with desk() as d:
        await refresh_lights(d)


def to(said: list[Outgoing], chat_id: int) -> list[Outgoing]:
    return [message for message in said if message.chat_id == chat_id]


async def test_the_card_names_stage_holder_next_step_and_date(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    await file(desk, actor, await people())
    card = to(await deliver(), OWN)[0]
    assert card.text.startswith("🔴 <b>线索〔2026〕1号</b>　已移送")
    for shown in (
        "鄂城区｜鄂城分局 → 鄂城区检察院",
        "线索类别：2C 超期裁定",
        "当前责任方：<b>鄂城区检察院</b>",
        "下一步：签收",
        "签收线索：2026年3月11日（星期三）",
        "3月9日 10:00　鄂城分局 登记移送",
    ):
        assert shown in card.text
    assert [b.label for b in card.buttons[0]] == ["签收", "撤回"]
    assert (card.manner, card.priority) == (Manner.PUT, Priority.NEWS)


@pytest.mark.parametrize(
    ("category", "bound", "told"),
    [
        ("2C", {OWN: ("420704", LAND), CITY: ("420700", LAND)}, {OWN}),
        ("2C", {CITY: ("420700", LAND), OTHER: ("420703", LAND)}, {CITY}),
        ("2C", {OTHER: ("420703", ALL)}, set()),
        ("2C", {FOREST: ("420704", frozenset({Side.PROCURATORATE, Side.FORESTRY}))}, set()),
        ("F", {OWN: ("420704", LAND), CITY: ("420700", ALL)}, {CITY}),
        ("F", {OWN: ("420704", ALL), OTHER: ("420703", ALL)}, {OWN}),
        ("2C", {OWN: ("420704", LAND), FOREST: ("420704", ALL)}, {OWN, FOREST}),
    ],
)
async def test_the_card_stands_in_the_districts_groups_or_else_the_citys(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    deliver: Deliver,
    category: str,
    bound: dict[int, tuple[str, frozenset[Side]]],
    told: set[int],
) -> None:
    await people("jcy-ec")
    for chat_id, (district, sides) in bound.items():
        await bind(desk, chat_id, district, sides)
    await file(desk, actor, await people(), category=category)
    assert {m.chat_id for m in await deliver() if m.chat_id < 0} == told


async def test_only_the_reachable_liaisons_of_the_holder_get_a_card_of_their_own(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    liaison = await people("jcy-ec", Role.LIAISON)
    deputy = await people("jcy-ec", Role.DEPUTY)
    await people("jcy-ec", Role.LEADER)
    await people("jcy-ec", Role.DEPUTY, reachable=False)
    for organ in ("jcy", "jcy-hr", "lzb-ec", "zrzy"):
        await people(organ)
    await file(desk, actor, await people())
    said = await deliver()
    assert {m.chat_id for m in said} == {OWN, liaison.user_id, deputy.user_id}
    assert [b.label for b in to(said, liaison.user_id)[0].buttons[0]] == ["签收"]


async def test_a_step_edits_every_card_that_stands(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    receiver = await people("jcy-ec")
    record = await file(desk, actor, await people())
    before = {m.chat_id: m.post for m in await deliver()}
    await step(desk, actor, receiver, record, "sign")
    after = await deliver()
    assert {m.chat_id: m.post for m in after} == before
    assert all("已签收" in m.text for m in after)
    assert [b.label for b in to(after, receiver.user_id)[0].buttons[0]] == ["开始审查"]


async def test_a_turn_is_told_anew_but_not_to_the_organ_that_caused_it(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, receiver = await people(), await people("jcy-ec")
    await bind(desk, OWN, "420704", LAND)
    record = await file(desk, actor, sender)
    for move in ("sign", "review"):
        record = await step(desk, actor, receiver, record, move)
    await deliver()
    async with desk() as d:
        data = {"missing_items": "裁定书"}
        await move_record(d, actor(receiver), record, "return", data, version=record.version)
        stands = await d.tx.chats.post(f"card/{record.id}/{sender.user_id}/0")
    assert stands is None
    (card,) = to(await deliver(), sender.user_id)
    assert [b.label for b in card.buttons[0]] == ["补正后重新移送"]


async def test_an_organ_without_liaisons_is_named_in_the_group(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    await file(desk, actor, await people())
    _, warning = to(await deliver(), OWN)
    assert warning.text.startswith("⚠️ 鄂城区检察院还没有登记联络员")


async def test_without_any_group_the_one_who_filed_it_follows_it_in_private(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender = await people()
    await file(desk, actor, sender)
    card, warning = await deliver()
    assert (card.chat_id, warning.chat_id) == (sender.user_id, sender.user_id)
    assert [b.label for b in card.buttons[0]] == ["撤回"]
    assert "还没有登记联络员" in warning.text


async def test_an_organ_whose_liaisons_cannot_be_reached_is_named_in_the_group(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    await people("jcy-ec", reachable=False)
    await file(desk, actor, await people())
    _, warning = to(await deliver(), OWN)
    assert warning.text.startswith("⚠️ 鄂城区检察院的联络员均未开通私聊")


async def test_a_private_card_that_may_not_arrive_has_a_detour_without_details(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    receiver = await people("jcy-ec", name="李静")
    await file(desk, actor, await people())
    (card,) = to(await deliver(), receiver.user_id)
    assert card.detour is not None
    assert card.detour.chat_id == OWN
    assert "未能私聊送达鄂城区检察院李静" in card.detour.text


async def test_a_closed_record_has_no_holder_and_no_steps(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    await bind(desk, OWN, "420704", LAND)
    sender = await people()
    await step(desk, actor, sender, await file(desk, actor, sender), "withdraw")
    card = to(await deliver(), OWN)[-1]
    assert card.text.startswith("🔵")
    assert "责任方" not in card.text
    assert [b.label for row in card.buttons for b in row] == ["私聊看详情", "办理经过"]


MARK = "\ue000"
"""A character that no template, title or name contains."""
secrets = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40
).map(lambda text: f"{MARK}{text}{MARK}")


@pytest.fixture
async def parties(people: Hire, desk: OpenDesk) -> tuple[Person, Person]:
    """A sender and a receiver, with a group between them."""
    await bind(desk, OWN, "420704", LAND)
    return await people(), await people("jcy-ec")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summary=secrets, party=secrets, place=secrets, missing=secrets)
async def test_no_group_ever_hears_of_the_content(
    parties: tuple[Person, Person],
    desk: OpenDesk,
    actor: Act,
    deliver: Deliver,
    summary: str,
    party: str,
    place: str,
    missing: str,
) -> None:
    """Whatever stands in the fields of the parties, through several steps."""
    sender, receiver = parties
    said: list[str] = []
    record = await file(desk, actor, sender, summary=summary, party=party, place=place)
    for move, data in (("sign", {}), ("review", {}), ("return", {"missing_items": missing})):
        said += [message.text for message in to(await deliver(), OWN)]
        async with desk() as d:
            record = await move_record(
                d, actor(receiver), record, move, data, version=record.version
            )
    said += [message.text for message in to(await deliver(), OWN)]
    assert len(said) == 4
    assert not any(MARK in text for text in said)


@pytest.mark.parametrize(
    ("days", "turns"),
    [
        ((16, 15, 14, 4, 3, 2, 0, -1, -2), (15, 3, -1)),  # day by day
        ((16, 9, 8, 1, -30), (9, 1, -30)),  # down on every day that mattered
    ],
)
async def test_a_card_is_refreshed_whenever_its_light_is_found_turned(
    people: Hire,
    desk: OpenDesk,
    actor: Act,
    deliver: Deliver,
    now: datetime,
    days: tuple[int, ...],
    turns: tuple[int, ...],
) -> None:
    await bind(desk, OWN, "420704", LAND)
    record = await file(desk, actor, await people())
    await deliver()
    async with desk() as d:
        (duty,) = await d.tx.duties.open_of(record.id)
    turned = []
    for left in days:
        await refresh(at(desk, datetime.combine(duty.due, now.timetz()) - timedelta(days=left)))
        if await deliver():
            turned.append(left)
    assert tuple(turned) == turns


async def test_a_card_is_refreshed_once_a_day(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, rows: CountRows, now: datetime
) -> None:
    await bind(desk, OWN, "420704", LAND)
    await file(desk, actor, await people())
    await deliver()
    overdue = at(desk, now + timedelta(days=3))
    await refresh(overdue)
    before = await rows()
    await refresh(overdue)
    assert await rows() == before
    (card,) = await deliver()
    assert "已逾期" in card.text
    assert (card.manner, card.priority) == (Manner.PUT, Priority.NAG)


async def test_an_old_light_never_overtakes_a_newer_card(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver, now: datetime
) -> None:
    await bind(desk, OWN, "420704", LAND)
    receiver = await people("jcy-ec")
    record = await file(desk, actor, await people())
    await deliver()
    overdue = at(desk, now + timedelta(days=3))
    await refresh(overdue)
    await step(overdue, actor, receiver, record, "sign")
    await refresh(overdue)
    (card,) = to(await deliver(), OWN)
    assert "已签收" in card.text
    await refresh(overdue)
    assert await deliver() == []


async def test_whoever_left_the_roster_follows_no_record_any_more(
    people: Hire, actor: Act, desk: OpenDesk, deliver: Deliver
) -> None:
    wang, li = await people(), await people("jcy-ec", name="李静")
    deputy = await people("jcy-ec", Role.DEPUTY, "赵立")
    record = await file(desk, actor, wang)
    await deliver()
    async with desk() as d:
        await leave(d, actor(deputy), deputy.id, Place(deputy.user_id, private=True))
    await deliver()
    record = await step(desk, actor, li, record, "sign")
    assert deputy.user_id not in {message.chat_id for message in await deliver()}


async def test_a_card_that_arrives_in_a_group_just_unbound_is_left_alone(
    people: Hire, actor: Act, desk: OpenDesk
) -> None:
    wang, li = await people(), await people("jcy-ec", name="李静", reachable=False)
    await bind(desk, OWN, "420704", LAND)
    record = await file(desk, actor, wang)
    async with desk() as d:
        card = next(q for q in await d.tx.outbox.claim(d.now, 9) if q.message.post)
        await d.tx.chats.unbind(OWN, 0)
        await d.tx.outbox.sent(card, 501, d.now)
    await step(desk, actor, li, record, "sign")
    async with desk() as d:
        assert not any(q.message.post for q in await d.tx.outbox.claim(d.now, 9))
