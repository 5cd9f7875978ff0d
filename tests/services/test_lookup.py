"""Where is it? Found by any number, shown as far as the asker may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place, Role, Side
from bot.services import buttons
from bot.services.disclosure import disclose, tell_history
from bot.services.ledger import file_record, move_record
from bot.services.lookup import (
    look_up,
    look_up_one,
    open_record,
    turn_page,
)
from bot.storage.chats import Chat
from tests.services.filing import private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

LAND = frozenset({Side.PROCURATORATE, Side.RESOURCES})
FOREST = frozenset({Side.PROCURATORATE, Side.FORESTRY})
LINE = {"category": "2C", "route": "transfer", "summary": "张某某非法占地"}
PENALTY = "鄂州资规罚字〔2025〕31号"
GROUP = Place(-100_200)


async def file(desk: OpenDesk, act: Act, person: Person, **more: str) -> Record:
    async with desk() as d:
        return await file_record(d, act(person), LEAD, "420704", {**LINE, **more})


async def ask(
    desk: OpenDesk, act: Act, person: Person, question: str, place: Place | None = None
) -> list[str]:
    async with desk() as d:
        found = await look_up_one(d, act(person), question, place or private(person))
    return [found.number] if found else []


@pytest.mark.parametrize(
    "question",
    ["线索〔2026〕1号", "线索2026-1", " 线索 2026-01 ", "鄂州资规罚字[2025]第031号", PENALTY],
)
async def test_any_number_in_any_spelling_finds_it(
    people: Hire, desk: OpenDesk, actor: Act, question: str
) -> None:
    person = await people()
    await file(desk, actor, person, penalty_number=PENALTY)
    assert await ask(desk, actor, person, question) == ["线索〔2026〕1号"]


@pytest.mark.parametrize(
    ("organ", "role", "category", "sees"),
    [
        ("zrzy-ec", Role.LIAISON, "2C", True),
        ("zrzy-ec", Role.LEADER, "2C", True),
        ("jcy-ec", Role.DEPUTY, "2C", True),
        ("jcy", Role.LIAISON, "2C", True),
        ("zrzy", Role.LIAISON, "2C", True),
        ("jcy-hr", Role.LIAISON, "2C", False),
        ("zrzy-hr", Role.LIAISON, "2C", False),
        ("zrzy-gd", Role.LIAISON, "2C", False),
        ("lzb-ec", Role.LIAISON, "2C", False),
        ("lzb", Role.LIAISON, "2C", False),
        ("lzb-ec", Role.LIAISON, "F", True),
        ("lzb-hr", Role.LIAISON, "F", False),
    ],
)
async def test_who_finds_a_record_and_its_content(
    people: Hire, desk: OpenDesk, actor: Act, organ: str, role: Role, category: str, sees: bool
) -> None:
    record = await file(desk, actor, await people(), category=category)
    asker = await people(organ, role, "赵立")
    if sees:
        assert await ask(desk, actor, asker, record.number) == [record.number]
        async with desk() as d:
            assert await open_record(d, actor(asker), record.id) == record
            await disclose(d, actor(asker), record, asker.user_id)
        return
    with pytest.raises(DomainError, match="not_found"):
        await ask(desk, actor, asker, record.number)
    async with desk() as d:
        with pytest.raises(DomainError, match="out_of_sight"):
            await open_record(d, actor(asker), record.id)
        with pytest.raises(DomainError, match="not_entitled"):
            await disclose(d, actor(asker), record, asker.user_id)
        with pytest.raises(DomainError, match="not_entitled"):
            await tell_history(d, actor(asker), record, asker.user_id)


async def test_an_administrator_sees_no_card(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    record = await file(desk, actor, await people())
    admin = await people(None, Role.ADMIN)
    before = await rows()
    with pytest.raises(DomainError, match="not_entitled"):
        await ask(desk, actor, admin, record.number)
    with pytest.raises(DomainError, match="out_of_sight"):
        async with desk() as d:
            await open_record(d, actor(admin), record.id)
    assert await rows() == before


@pytest.mark.parametrize(
    ("district", "sides", "shown"),
    [
        ("420704", LAND, True),
        ("420704", frozenset(Side), True),
        ("420700", LAND, True),
        ("420703", LAND, False),
        ("420704", FOREST, False),
    ],
)
async def test_a_group_hears_only_of_what_belongs_there(
    people: Hire, desk: OpenDesk, actor: Act, district: str, sides: frozenset[Side], shown: bool
) -> None:
    person = await people()
    record = await file(desk, actor, person)
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", district, sides), person.id, d.now)
    if shown:
        assert await ask(desk, actor, person, record.number, GROUP) == [record.number]
    else:
        with pytest.raises(DomainError, match="not_found"):
            await ask(desk, actor, person, record.number, GROUP)


async def test_an_unbound_group_hears_of_nothing(people: Hire, desk: OpenDesk, actor: Act) -> None:
    person = await people()
    record = await file(desk, actor, person)
    with pytest.raises(DomainError, match="not_found"):
        await ask(desk, actor, person, record.number, GROUP)


async def test_several_records_under_one_number_are_listed(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    for _ in range(2):
        await file(desk, actor, person, penalty_number=PENALTY)
    await deliver()
    async with desk() as d:
        await look_up(d, actor(person), PENALTY, private(person))
    (answer,) = await deliver()
    assert "共找到2件" in answer.text
    labels = [row[0].label for row in answer.buttons]
    assert labels == ["线索〔2026〕2号", "线索〔2026〕1号", "筛选"]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("线索2026-99", "not_found"),
        ("张某某", "not_found"),
        ("31号", "not_found"),
    ],
)
async def test_what_is_not_there_is_not_found(
    people: Hire, desk: OpenDesk, actor: Act, question: str, code: str
) -> None:
    with pytest.raises(DomainError, match=code):
        await ask(desk, actor, await people(), question)


async def test_an_answer_in_a_group_bears_no_steps_and_in_private_ones_own(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    record = await file(desk, actor, person)
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", "420704", LAND), person.id, d.now)
    await deliver()
    async with desk() as d:
        await look_up(d, actor(person), record.number, GROUP)
        await look_up(d, actor(person), record.number, private(person))
    labels = {m.chat_id: [b.label for b in m.buttons[0]] for m in await deliver()}
    assert labels == {GROUP.chat_id: ["私聊看详情", "办理经过"], person.user_id: ["撤回"]}


async def test_every_disclosure_is_an_event_that_the_history_tells(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, reader = await people(), await people("jcy-ec", name="李静")
    record = await file(desk, actor, sender, party="张某某")
    async with desk() as d:
        await move_record(d, actor(reader), record, "sign", {}, version=1)
    await deliver()
    async with desk() as d:
        await disclose(d, actor(reader), record, reader.user_id)
        await tell_history(d, actor(sender), record, sender.user_id)
        event = (await d.tx.events.of_record(record.id))[-1]
    assert (event.name, event.actor, event.facts["organ"]) == ("disclosed", reader.id, "jcy-ec")
    detail, history = await deliver()
    assert detail.chat_id == reader.user_id
    assert "<b>被执行人</b>：张某某" in detail.text
    assert "本次查阅已记录" in detail.text
    lines = history.text.splitlines()[2:]
    assert lines == [
        "3月9日 10:00　鄂城分局 王敏　登记移送 → 已移送",
        "3月9日 10:00　鄂城区检察院 李静　签收 → 已签收",
        "3月9日 10:00　鄂城区检察院 李静　查阅详情",
    ]


async def test_words_find_it_too_and_long_lists_are_turned_page_by_page(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    for place in range(7):
        await file(desk, actor, person, place=f"泽林镇{place}组", party="某建材公司")
    await deliver()
    assert await ask(desk, actor, person, "泽林镇3组") == ["线索〔2026〕4号"]
    async with desk() as d:
        await look_up(d, actor(person), "建材", private(person))
    (first,) = await deliver()
    assert [row[0].label for row in first.buttons][:2] == ["线索〔2026〕7号", "线索〔2026〕6号"]
    press = buttons.read(first.buttons[-2][0].data)
    async with desk() as d:
        await turn_page(d, actor(person), press.number(0), press.number(1), private(person))
    (second,) = await deliver()
    assert second.post == first.post
    labels = [row[0].label for row in second.buttons]
    assert labels == ["线索〔2026〕2号", "线索〔2026〕1号", "‹ 上一页", "筛选"]


async def test_the_nearest_numbers_are_offered(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    person = await people()
    await file(desk, actor, person, penalty_number=PENALTY)
    await deliver()
    async with desk() as d:
        await look_up(d, actor(person), "鄂州资规罚字〔2025〕32号", private(person))
    (answer,) = await deliver()
    assert "编号相近的有" in answer.text
    assert [row[0].label for row in answer.buttons] == ["线索〔2026〕1号"]
