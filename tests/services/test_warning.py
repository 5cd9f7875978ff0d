"""A warning (履职预警) through the code that serves every kind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.domain.kinds.warning import WARNING
from bot.domain.people import Place
from bot.services.forms import Said, open_form
from bot.services.ledger import file_record, move_record
from bot.services.search import search

if TYPE_CHECKING:
    from bot.domain.records import Record, Value
    from tests.conftest import Act, Hire, OpenDesk

PRIVATE = Place(7001, 0, private=True)
TOLD: dict[str, Value] = {"matter": "apply", "summary": "处罚决定生效后未见申请强制执行"}
CHECKED: dict[str, Value] = {"conclusion": "mending", "findings": "已催告，拟本月申请。"}
ADVICE: dict[str, Value] = {"advice_number": "鄂州检行建〔2026〕5号"}


async def told(desk: OpenDesk, people: Hire, actor: Act) -> Record:
    author = actor(await people("jcy-ec", name="李静"))
    async with desk() as d:
        return await file_record(d, author, WARNING, "420704", TOLD)


async def test_the_line_that_help_shows_is_read_whole(
    desk: OpenDesk, people: Hire, actor: Act
) -> None:
    author = actor(await people("jcy", name="李静"))
    async with desk() as d:
        line = d.office.illustrate(WARNING.example)
        draft = await open_form(d, author, WARNING, PRIVATE, Said(line))
    assert draft.data == {
        "district": "420704",
        "matter": "apply",
        "penalty_number": "鄂州资规罚字〔2025〕31号",
        "summary": "处罚决定生效后未见申请强制执行",
    }
    assert draft.asking == ""


@pytest.mark.parametrize("organ", ["zrzy-ec", "lzb-ec"])
async def test_only_the_procuratorate_warns(
    desk: OpenDesk, people: Hire, actor: Act, organ: str
) -> None:
    author = actor(await people(organ))
    async with desk() as d:
        with pytest.raises(DomainError, match="not_your_kind"):
            await open_form(d, author, WARNING, PRIVATE, Said("未申请强执"))
        with pytest.raises(DomainError, match="not_your_kind"):
            await file_record(d, author, WARNING, "420704", TOLD)


async def test_it_is_signed_checked_and_ends_as_a_recommendation(
    desk: OpenDesk, people: Hire, actor: Act
) -> None:
    record = await told(desk, people, actor)
    assert (record.number, record.receiver) == ("预警〔2026〕1号", "zrzy-ec")
    bureau = actor(await people("zrzy-ec", name="王敏"))
    procuratorate = actor(await people("jcy-ec", name="周岚"))
    async with desk() as d:
        signing = await d.tx.duties.open_until(date.max)
        record = await move_record(d, bureau, record, "sign", {}, version=1)
        checking = await d.tx.duties.open_until(date.max)
        record = await move_record(d, bureau, record, "check", CHECKED, version=2)
        with pytest.raises(DomainError, match="not_your_move"):
            await move_record(d, bureau, record, "clear", {}, version=3)
        with pytest.raises(DomainError, match="still_missing"):
            await move_record(d, procuratorate, record, "advise", {}, version=3)
        record = await move_record(d, procuratorate, record, "advise", ADVICE, version=3)
        assert record.state == "advised"
        assert not await d.tx.duties.open_until(date.max)
        assert (await search(d, procuratorate, "检行建5", PRIVATE)).records == (record,)
    assert [(duty.code, duty.due) for duty in (*signing, *checking)] == [
        ("sign", date(2026, 3, 11)),
        ("check", date(2026, 3, 24)),
    ]
