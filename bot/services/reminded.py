"""A reminder has arrived: the history of its record says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.planning import ladder_of
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.records import Event
    from bot.services.desk import Desk

REMINDED = "reminded"
"""The event of a stage of the ladder of which somebody was reminded."""


async def note_reminded(desk: Desk, message: str) -> None:
    """Write into the histories which organ was reminded of what; the daily list is not noted."""
    nags = await desk.tx.nags.in_message(message)
    duties = await desk.tx.duties.by_id({nag.duty_id for nag in nags})
    records = await desk.tx.records.by_id({duty.record_id for duty in duties.values()})
    for nag in nags:
        duty = duties[nag.duty_id]
        record = records[duty.record_id]
        if ladder_of(desk, record.kind).is_stage(nag.stage):
            person = await desk.tx.people.get(nag.person_id)
            facts = {
                "number": record.number,
                "reminded": person.organ if person and person.organ else duty.debtor,
                "duty": duty.code,
                "stage": nag.stage,
                "due": duty.due.isoformat(),
            }
            stream = stream_of(record.id)
            await desk.tx.events.append(stream, REMINDED, facts, actor=None, now=desk.now)


def words_of_reminder(desk: Desk, kind: Kind, event: Event) -> dict[str, str]:
    """The words by which a history tells of a reminder; none for any other event."""
    if event.name != REMINDED:
        return {}
    stage = int(event.facts["stage"])
    when = "when_today" if not stage else "when_before" if stage < 0 else "when_after"
    return {
        "title": kind.rule(str(event.facts["duty"])).title,
        "reminded": desk.office.organ(str(event.facts["reminded"])).short,
        "when": desk.texts.label(when).format(days=abs(stage)),
    }
