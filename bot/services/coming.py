"""Days that are set for something: none that had gone by when its step was taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.measures import ComingDay
from bot.domain.records import day_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bot.domain.entries import Reading
    from bot.domain.kinds.kind import Kind
    from bot.domain.records import Record, Value
    from bot.services.desk import Desk


def require_to_come(desk: Desk, kind: Kind, given: Mapping[str, Value]) -> None:
    """Refuse what a step sets for a day before today: its form may have waited for long."""
    for holds, _, day in _set_days(kind, given):
        holds.require(day, desk.today)


async def require_since_step(
    desk: Desk, kind: Kind, record: Record, changed: Mapping[str, Value]
) -> None:
    """Refuse a correction to a day before the one on which its step was taken."""
    for holds, name, day in _set_days(kind, changed):
        holds.require(day, await _step_day(desk, kind, record, name), corrected=True)


async def reading_of(desk: Desk, kind: Kind, record: Record | None, name: str) -> Reading:
    """How an answer is read that corrects what a record says: from its step's day on."""
    if record is None or name not in kind.entries:
        return desk.reading
    if not isinstance(kind.entries[name].holds, ComingDay):
        return desk.reading
    return replace(desk.reading, earliest=await _step_day(desk, kind, record, name))


def _set_days(kind: Kind, data: Mapping[str, Value]) -> Iterator[tuple[ComingDay, str, date]]:
    for name in data:
        holds = kind.entries[name].holds
        if isinstance(holds, ComingDay) and (day := day_in(data, name)):
            yield holds, name, day


async def _step_day(desk: Desk, kind: Kind, record: Record, name: str) -> date:
    """The day of the last step that asked for a field; today where there was none."""
    asking = {move.code for move in kind.moves if name in move.needs}
    events = await desk.tx.events.of_record(record.id)
    days = (local_date(event.at) for event in reversed(events) if event.name in asking)
    return next(days, desk.today)
