"""Look-alikes are pointed out before filing, to those who may know of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.files import Offered
from bot.domain.people import Side
from bot.services.alike import LATELY, find_alike
from bot.services.files import files_of_draft, offer_file
from bot.services.steps import Outcome, append_draft
from bot.services.submission import submit, undo
from bot.storage.chats import Chat
from tests.services.filing import GROUP, begin, file, private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Draft
    from tests.conftest import Act, Hire, OpenDesk


async def alike(desk: OpenDesk, act: Act, person: Person, draft: Draft) -> list[tuple[str, str]]:
    async with desk() as d:
        return [(one.number, one.title) for one in await find_alike(d, act(person), draft)]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("1A 鄂州资规罚字[2025]第047号 某村占地", "处罚文号"),
        ("2C 刘某某非法占地9亩", "被执行人"),
        ("2C 鄂州资规罚字〔2025〕48号 王某非法占地", None),
    ],
)
async def test_the_same_number_or_lately_the_same_party_is_pointed_out(
    desk: OpenDesk, actor: Act, sender: Person, line: str, title: str | None
) -> None:
    record = await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, line)
    found = await alike(desk, actor, sender, draft)
    assert found == ([(record.number, title)] if title else [])


async def test_a_party_of_long_ago_or_of_another_district_is_no_sign(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire
) -> None:
    await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, "2C 刘某某非法占地9亩")
    async with desk() as d:
        later = replace(d, now=d.now + LATELY + timedelta(days=1))
        assert await find_alike(later, actor(sender), draft) == []
    elsewhere = await people("zrzy-hr", name="陈刚")
    draft = await begin(desk, actor, elsewhere, "2C 刘某某非法占地9亩")
    assert await alike(desk, actor, elsewhere, draft) == []


async def test_nobody_learns_of_a_record_out_of_their_sight(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire
) -> None:
    await file(desk, actor, sender)
    elsewhere = await people("zrzy-hr", name="陈刚")
    draft = await begin(desk, actor, elsewhere, "2C 鄂州资规罚字〔2025〕47号 某村占地")
    assert await alike(desk, actor, elsewhere, draft) == []


async def test_a_record_taken_back_is_no_look_alike(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        draft = await undo(d, actor(sender), record, private(sender))
    assert await alike(desk, actor, sender, draft) == []


async def test_in_a_group_only_what_belongs_there_is_named(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    land = frozenset({Side.PROCURATORATE, Side.RESOURCES})
    draft = await begin(desk, actor, sender, place=GROUP)
    assert await alike(desk, actor, sender, draft) == [], "the group is bound to nothing"
    async with desk() as d:
        await d.tx.chats.bind(Chat(GROUP.chat_id, 0, "群", "420704", land), sender.id, d.now)
    assert await alike(desk, actor, sender, draft) == [(record.number, "处罚文号")]


async def test_a_draft_becomes_an_addition_of_what_the_record_does_not_say(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, "2C 移送线索 鄂州资规罚字〔2025〕47号 仍在施工")
    async with desk() as d:
        assert await append_draft(d, actor(sender), draft, record) is Outcome.FORM_OPENED
        (addition,) = await d.tx.drafts.of_person(sender.id)
        assert addition.data == {"addition": "线索摘要：仍在施工"}
        await submit(d, actor(sender), addition)
        assert [e.name for e in await d.tx.events.of_record(record.id)] == ["file", "added"]


async def test_the_files_of_a_draft_go_with_it_into_the_addition(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    draft = await begin(desk, actor, sender, "2C 移送线索 鄂州资规罚字〔2025〕47号 仍在施工")
    sheet = Offered("BQAC1", "台账.xlsx", size=7)
    async with desk() as d:
        await offer_file(d, actor(sender), private(sender), sheet, draft=draft)
        await append_draft(d, actor(sender), draft, record)
        (addition,) = await d.tx.drafts.of_person(sender.id)
        assert [each.name for each in await files_of_draft(d, addition)] == ["台账.xlsx"]
