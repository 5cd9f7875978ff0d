"""A lead begun, filed and looked at again, for tests of what happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.kinds.lead import LEAD
from bot.domain.people import Place
from bot.services.forms import Said, open_form
from bot.services.submission import submit

if TYPE_CHECKING:
    from bot.domain.people import Person
    from bot.domain.records import Draft, Record
    from tests.conftest import Act, OpenDesk

GROUP = Place(-100_200)
LINE = "2C 移送线索 刘某某非法占地3.52亩 鄂州资规罚字〔2025〕47号"


def private(person: Person) -> Place:
    return Place(person.user_id, private=True)


async def begin(
    desk: OpenDesk,
    act: Act,
    person: Person,
    line: str = LINE,
    place: Place | None = None,
    message_id: int | None = 5,
) -> Draft:
    async with desk() as d:
        said = Said(line, message_id)
        return await open_form(d, act(person), LEAD, place or private(person), said)


async def file(desk: OpenDesk, act: Act, person: Person, line: str = LINE) -> Record:
    draft = await begin(desk, act, person, line)
    async with desk() as d:
        return await submit(d, act(person), draft)


async def kept(desk: OpenDesk, draft: Draft) -> Draft:
    async with desk() as d:
        found = await d.tx.drafts.get(draft.id)
    assert found is not None
    return found
