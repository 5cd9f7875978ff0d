from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.domain.people import Role
from bot.services.ledger import file_record, move_record
from bot.services.todo import tell_todo

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Record
    from tests.conftest import Act, Hire, OpenDesk
    from tests.services.conftest import Deliver

LEAD = KINDS["lead"]
LINE = {"category": "2C", "route": "transfer", "summary": "某村占地"}


async def file(desk: OpenDesk, actor: Act, person: Person) -> Record:
    async with desk() as d:
        return await file_record(d, actor(person), LEAD, "420704", LINE)


async def test_it_lists_what_waits_for_the_organ_and_nothing_else(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, receiver, other = await people(), await people("jcy-ec"), await people("jcy-hr")
    first = await file(desk, actor, sender)
    await file(desk, actor, sender)
    async with desk() as d:
        await move_record(d, actor(receiver), first, "sign", {}, version=1)
    await deliver()
    async with desk() as d:
        for person in (receiver, sender, other):
            await tell_todo(d, actor(person), person.user_id)
    waiting, nothing, elsewhere = await deliver()
    assert waiting.text.splitlines() == [
        "<b>鄂城区检察院</b>有2件待办：",
        "线索〔2026〕2号　签收，3月11日前",
        "线索〔2026〕1号　开始审查，3月16日前",
        "点编号看卡片并办理。",
    ]
    assert [b.label for row in waiting.buttons for b in row] == [
        "线索〔2026〕2号",
        "线索〔2026〕1号",
    ]
    assert nothing.text == "<b>鄂城分局</b>目前没有待办事项。"
    assert elsewhere.text == "<b>华容区检察院</b>目前没有待办事项。"


async def test_a_closed_record_waits_for_nobody(
    people: Hire, desk: OpenDesk, actor: Act, deliver: Deliver
) -> None:
    sender, receiver = await people(), await people("jcy-ec")
    record = await file(desk, actor, sender)
    async with desk() as d:
        await move_record(d, actor(sender), record, "withdraw", {}, version=1)
    await deliver()
    async with desk() as d:
        await tell_todo(d, actor(receiver), receiver.user_id, silent=True)
    assert await deliver() == []


async def test_an_administrator_has_no_such_list(people: Hire, desk: OpenDesk, actor: Act) -> None:
    admin = await people(None, Role.ADMIN)
    with pytest.raises(DomainError, match="not_entitled_admin"):
        async with desk() as d:
            await tell_todo(d, actor(admin), admin.user_id)
