"""Undo: within ten minutes, by whoever filed, until anybody has taken a step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.errors import DomainError
from bot.services.ledger import move_record
from bot.services.submission import UNDO_TIME, submit, undo
from tests.services.filing import file, private

if TYPE_CHECKING:
    from bot.domain.people import Person
    from tests.conftest import Act, Hire, OpenDesk


async def test_undo_takes_the_record_back_and_brings_the_draft_again(
    desk: OpenDesk, actor: Act, sender: Person
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        draft = await undo(d, actor(sender), record, private(sender))
        gone = await d.tx.records.get(record.id)
        again = await submit(d, actor(sender), draft)
    assert gone is not None
    assert (gone.state, gone.number) == ("withdrawn", record.number)
    assert again.data == record.data
    assert again.number != record.number


@pytest.mark.parametrize("minutes", [10, 11])
async def test_undo_has_ten_minutes(
    desk: OpenDesk, actor: Act, sender: Person, minutes: int
) -> None:
    record = await file(desk, actor, sender)
    async with desk() as d:
        later = replace(d, now=record.created_at + timedelta(minutes=minutes))
        if minutes * 60 <= UNDO_TIME.total_seconds():
            await undo(later, actor(sender), record, private(sender))
        else:
            with pytest.raises(DomainError, match="too_late_to_undo"):
                await undo(later, actor(sender), record, private(sender))


async def test_what_somebody_has_signed_is_not_undone_nor_by_anybody_else(
    desk: OpenDesk, actor: Act, sender: Person, people: Hire
) -> None:
    colleague, receiver = await people(name="陈刚"), await people("jcy-ec", name="李静")
    record = await file(desk, actor, sender)
    async with desk() as d:
        with pytest.raises(DomainError, match="not_your_move"):
            await undo(d, actor(colleague), record, private(colleague))
        signed = await move_record(d, actor(receiver), record, "sign", {}, version=1)
        with pytest.raises(DomainError, match="too_late_to_undo"):
            await undo(d, actor(sender), signed, private(sender))
