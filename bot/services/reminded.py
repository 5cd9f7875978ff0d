"""A reminder has arrived: the history of its record says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.services.planning import ladder_of
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.records import Event, Nag
    from bot.services.desk import Desk

REMINDED = "reminded"
"""The event of a stage of the ladder of which somebody was reminded."""


async def note_reminded(desk: Desk, message: str) -> None:
    """Write into the histories which organ was reminded of what, each duty once.

    The daily list is not noted, nor a stage that a later one in the same message stands for.
    """
    nags = await desk.tx.nags.in_message(message)
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags})
    records = await desk.tx.records.by_id({duty.record_id for duty in duties.values()})
    stages: dict[int, Nag] = {}
    for nag in sorted(nags, key=lambda nag: nag.stage):
        if ladder_of(desk, records[duties[nag.duty_id].record_id].kind).is_stage(nag.stage):
            stages[nag.duty_id] = nag
    for duty_id, nag in stages.items():
        duty = duties[duty_id]
        record = records[duty.record_id]
        person = await desk.tx.people.get(nag.person_id)
        facts = {
            "number": record.number,
            "reminded": person.organ if person and person.organ else duty.debtor,
            "duty": duty.code,
            "stage": nag.stage,
            "due": duty.due.isoformat(),
        }
        await desk.tx.events.append(stream_of(record.id), REMINDED, facts, actor=None, now=desk.now)


def words_of_reminder(desk: Desk, kind: Kind, event: Event) -> dict[str, str]:
    """The words by which a history tells of a reminder; none for any other event."""
    if event.name != REMINDED:
        return {}
    days = (local_date(event.at) - date.fromisoformat(str(event.facts["due"]))).days
    when = "when_today" if not days else "when_before" if days < 0 else "when_after"
    return {
        "title": kind.rule(str(event.facts["duty"])).title,
        "reminded": desk.office.organ(str(event.facts["reminded"])).short,
        "when": desk.texts.label(when).format(days=abs(days)),
    }
