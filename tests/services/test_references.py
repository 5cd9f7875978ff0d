"""Fields that name a record of ours: what they may name, and what they leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.entries import Number
from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.kinds.lead import LEAD
from bot.domain.kinds.warning import WARNING
from bot.domain.numbers import NumberKind
from bot.domain.people import Place, Side
from bot.services.amendments import correct_record
from bot.services.disclosure import tell_history
from bot.services.forms import Said, answer, open_form, open_move
from bot.services.ledger import file_record, move_record
from bot.services.submission import submit
from bot.storage.chats import Chat

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Record, Value
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import CountRows, Deliver

DATA: dict[str, Value] = {"category": "2C", "route": "transfer", "summary": "某村占地"}
TOLD: dict[str, Value] = {"matter": "apply", "summary": "未见申请强制执行"}
GROUP = -100_201


async def file(desk: OpenDesk, act: Act, person: Person, district: str = "420704") -> Record:
    async with desk() as d:
        return await file_record(d, act(person), LEAD, district, DATA)


async def warn(desk: OpenDesk, act: Act, person: Person, **more: Value) -> Record:
    async with desk() as d:
        return await file_record(d, act(person), WARNING, "420704", {**TOLD, **more})


async def step(
    desk: OpenDesk, act: Act, person: Person, record: Record, move: str, **data: Value
) -> Record:
    async with desk() as d:
        return await move_record(d, act(person), record, move, data, version=record.version)


async def reviewing(desk: OpenDesk, act: Act, sender: Person, receiver: Person) -> Record:
    record = await file(desk, act, sender)
    for move in ("sign", "review"):
        record = await step(desk, act, receiver, record, move)
    return record


def test_every_field_that_names_a_record_says_of_which_kind() -> None:
    naming = [
        entry.holds
        for kind in KINDS.all
        for entry in kind.entries.values()
        if isinstance(entry.holds, Number) and NumberKind.SYSTEM in entry.holds.kinds
    ]
    assert len(naming) >= 2
    for holds in naming:
        assert holds.records
        assert {KINDS[code].code for code in holds.records} == set(holds.records)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("线索〔2026〕99号", "no_such_record"),
        ("线索〔2026〕3号", "no_such_record"),  # of a district that is not the asker's
        ("鄂州资规罚字〔2025〕31号", "no_such_record"),
        ("哪一条", "no_such_record"),
        ("预警〔2026〕1号", "wrong_kind_of_record"),
        ("线索〔2026〕2号", "record_itself"),
    ],
)
async def test_a_lead_is_merged_only_into_another_lead_in_sight(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows, number: str, code: str
) -> None:
    sender, receiver, elsewhere = [await people(o) for o in ("zrzy-ec", "jcy-ec", "zrzy-hr")]
    await file(desk, actor, sender)
    record = await reviewing(desk, actor, sender, receiver)
    await file(desk, actor, elsewhere, "420703")
    await warn(desk, actor, receiver)
    before = await rows()
    with pytest.raises(DomainError, match=code):
        await step(desk, actor, receiver, record, "merge", merged_into=number)
    assert await rows() == before


async def test_the_lead_merged_into_knows_of_it_and_shows_it(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    async with desk() as d:
        sides = frozenset({Side.PROCURATORATE, Side.RESOURCES})
        await d.tx.chats.bind(Chat(GROUP, 0, "群", "420704", sides), 1, d.now)
    sender, receiver = await people(), await people("jcy-ec", name="李静")
    target = await file(desk, actor, sender)
    record = await reviewing(desk, actor, sender, receiver)
    await deliver()
    await step(desk, actor, receiver, record, "merge", merged_into="线索[2026]第1")
    cards = [m.text for m in await deliver() if m.chat_id == GROUP]
    assert ["　已并案" in text for text in cards] == [True, False]
    assert "最近办理：3月9日 10:00　鄂城区检察院 将线索〔2026〕2号并入本件" in cards[1]
    async with desk() as d:
        assert await d.tx.records.get(target.id) == target
        event = (await d.tx.events.of_record(target.id))[-1]
        await tell_history(d, actor(sender), target, sender.user_id)
    assert (event.name, event.actor) == ("absorbed", receiver.id)
    assert (event.facts["number"], event.facts["named_by"]) == (target.number, record.number)
    (history,) = await deliver()
    assert "鄂城区检察院 李静　将线索〔2026〕2号并入本件" in history.text


async def test_a_warning_relates_to_a_lead_and_leaves_nothing_there(
    people: Hire, desk: OpenDesk, actor: Act, rows: CountRows
) -> None:
    sender, receiver = await people(), await people("jcy-ec", name="李静")
    lead = await file(desk, actor, sender)
    warning = await warn(desk, actor, receiver, related=lead.number)
    assert warning.data["related"] == lead.number
    async with desk() as d:
        assert [event.name for event in await d.tx.events.of_record(lead.id)] == ["file"]
    before = await rows()
    for number, code in (
        ("预警〔2026〕1号", "wrong_kind_of_record"),
        ("线索〔2026〕9号", "no_such_record"),
    ):
        with pytest.raises(DomainError, match=code):
            await warn(desk, actor, receiver, related=number)
    assert await rows() == before


async def test_what_cannot_be_named_is_said_as_soon_as_it_is_answered(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    sender, receiver = await people(), await people("jcy-ec", name="李静")
    target = await file(desk, actor, sender)
    record = await reviewing(desk, actor, sender, receiver)
    place = Place(receiver.user_id, private=True)
    async with desk() as d:
        draft = await open_move(d, actor(receiver), record, "merge", place)
        for words, code in (("线索2026-9", "no_such_record"), ("线索2026-2", "record_itself")):
            with pytest.raises(DomainError, match=code):
                await answer(d, actor(receiver), draft, words)
        draft = await answer(d, actor(receiver), draft, "线索2026-1")
        merged = await submit(d, actor(receiver), draft)
    assert (merged.state, merged.data["merged_into"]) == ("merged", target.number)


async def test_what_a_line_names_is_checked_before_it_is_filed(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    receiver = await people("jcy-ec", name="李静")
    place = Place(receiver.user_id, private=True)
    async with desk() as d:
        line = Said("鄂城 未申请强执 线索2026-9 一直没有动静")
        draft = await open_form(d, actor(receiver), WARNING, place, line)
        assert draft.data["related"] == "线索〔2026〕9号"
        with pytest.raises(DomainError, match="no_such_record"):
            await submit(d, actor(receiver), draft)


async def test_a_correction_names_no_other_record_than_filing_could(
    people: Hire, desk: OpenDesk, actor: Act
) -> None:
    sender, receiver = await people(), await people("jcy-ec", name="李静")
    first, second = [await file(desk, actor, sender) for _ in range(2)]
    record = await reviewing(desk, actor, sender, receiver)
    merged = await step(desk, actor, receiver, record, "merge", merged_into=first.number)
    for number, code in ((record.number, "record_itself"), ("线索〔2026〕9号", "no_such_record")):
        async with desk() as d:
            with pytest.raises(DomainError, match=code):
                await correct_record(
                    d, actor(receiver), merged, {"merged_into": number}, "写错", version=4
                )
    async with desk() as d:
        changes: dict[str, Value] = {"merged_into": second.number}
        await correct_record(d, actor(receiver), merged, changes, "写错", version=4)
        names = [event.name for event in await d.tx.events.of_record(second.id)]
    assert names == ["file", "absorbed"]
