"""Another calendar is in force: duties are dated anew, and those concerned are told once.

Duties that are open are, and those met by a date that was not final, on records not closed. The
old row stays, closed as replaced, with the event that names the notice; so do both dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.facets import state_facet
from bot.domain.kinds.lifecycle import FILE
from bot.services.cards import refresh_standing, tell_on_duty
from bot.services.clocks import put_row
from bot.services.overtaken import drop_moot_proposals
from bot.services.shifts import RECOUNTED, compare, facts_of, line_of, outdated
from bot.services.ticking import tick_off
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from bot.services.shifts import Shift

SHOWN = 30
"""So many changed dates stand in one message."""


async def recount(desk: Desk, source: str, person_id: int | None) -> list[Shift]:
    """Date anew whatever another calendar than the desk's has dated; returns what has changed.

    `source` is the number of the notice, `person_id` who has imported it.
    """
    shifts, same = await compare(desk, desk.calendar)
    await desk.tx.duties.note_calendar([duty.id for duty in same], desk.calendar.version)
    for shift in sorted(shifts, key=lambda each: each.duty.id):
        await _put(desk, shift, source, person_id)
    records = {shift.record.id: shift.record for shift in shifts}
    for record in records.values():
        await drop_moot_proposals(desk, desk.books.kinds[record.kind], record)
    for record in (records | await _estimated(desk)).values():
        await refresh_standing(desk, record)
    await tick_off(desk, records)
    await _tell_holders(desk, shifts, source)
    return shifts


async def _put(desk: Desk, shift: Shift, source: str, person_id: int | None) -> None:
    """Close a duty's row and open another one with the dates as they are now."""
    event = await desk.tx.events.append(
        stream_of(shift.record.id),
        RECOUNTED,
        facts_of(shift, source),
        actor=person_id,
        now=desk.now,
    )
    duty = shift.duty
    await put_row(desk, shift.rule, shift.record, event, duty.rule, shift.after, met_on=duty.met_on)


async def _estimated(desk: Desk) -> dict[int, Record]:
    """The records whose cards tell an estimate, for a duty that has not begun."""
    found: set[int] = set()
    for kind in desk.books.kinds.all:
        for state in _before_the_clock(kind):
            found |= await desk.tx.search.bearing(state_facet(kind, state))
    return await desk.tx.records.by_id(found)


def _before_the_clock(kind: Kind) -> set[str]:
    """The states of a kind in which a duty that is estimated may not have begun."""
    starts = {move for rule in kind.duties if rule.estimate for move in rule.starts - {FILE}}
    before = {state for move in kind.moves if move.code in starts for state in move.before}
    return before | {kind.first} if starts else set()


async def _tell_holders(desk: Desk, shifts: list[Shift], source: str) -> None:
    """Tell each person on duty, in one private message, all dates of their organ that changed."""
    organs = {organ for shift in shifts for organ in (shift.duty.debtor, shift.duty.creditor)}
    for organ in sorted(organs):
        own = [shift for shift in shifts if organ in (shift.duty.debtor, shift.duty.creditor)]
        text = desk.texts.render(
            "dates_shifted",
            organ=desk.office.organ(organ).short,
            source=source,
            count=len(own),
            lines=[line_of(desk, shift) for shift in own[:SHOWN]],
        )
        await tell_on_duty(desk, organ, text)


async def recount_late(desk: Desk) -> None:
    """In office hours, date anew what an import has not reached.

    Such are the duties counted before a release with a newer schedule, or by a transaction that
    was under way during the import.
    """
    if not desk.office.hours.is_open(desk.now, desk.calendar):
        return
    if await outdated(desk, desk.calendar):
        await recount(desk, desk.texts.label("newer_calendar"), None)
