"""A record's dates as they are proven to a reader: each duty in full, and in a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.entries import Sight
from bot.domain.kinds.lifecycle import party_of
from bot.domain.periods import Unit, days_left
from bot.domain.why import Proof, prove
from bot.services.cards import step_title
from bot.services.clocks import estimated_by, not_begun, period_for
from bot.services.disclosure import organ_of
from bot.services.reasons import courses_of, keys_of, particulars_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import DutyRule
    from bot.domain.periods import Deadline
    from bot.domain.records import Duty, Event, Record
    from bot.services.desk import Desk
    from bot.services.reasons import Course, Key
    from bot.text import Texts

NOTICE = "协作通知"
"""How a legal basis names the two sides' own notice, which a duty's clause cites in full."""
MOST_CHANGES = 5
"""So many changes of one date are told, the newest."""


@dataclass(frozen=True, slots=True)
class Told:
    """A duty in full, and in a line."""

    full: str
    line: str
    statutory: bool


async def account_of(desk: Desk, record: Record, *, entitled: bool) -> Account:
    """Read all that a record's dates rest on; with the persons only for who is `entitled`."""
    kind = desk.books.kinds[record.kind]
    events = {event.id: event for event in await desk.tx.events.of_record(record.id)}
    courses = courses_of(kind, await desk.tx.duties.of_record(record.id), events)
    names: dict[int, str] = {}
    for actor in {event.actor for event in events.values() if event.actor and entitled}:
        person = await desk.tx.people.get(actor)
        names[actor] = person.name if person else ""
    return Account(desk, kind, record, events, courses, names, entitled)


@dataclass(frozen=True, slots=True)
class Account:
    """What a record's dates rest on, as one reader may know it."""

    desk: Desk
    kind: Kind
    record: Record
    events: Mapping[int, Event]
    courses: list[Course]
    names: Mapping[int, str]
    entitled: bool

    def receipts(self) -> list[str]:
        """Who entered or confirmed the days from which duties count, each told once."""
        seen = filter(self._sees, self._sinces())
        told = ((since, self._keys(since)) for since in seen)
        return [self._receipt(since, keys) for since, keys in told if keys]

    def _sees(self, since: Iterable[str]) -> bool:
        """Tell whether the reader may know the days from which a duty counts."""
        return self.entitled or self.kind.tells(since, {Sight.GROUP})

    def particulars(self, since: tuple[str, ...]) -> dict[str, str]:
        """What else was said of a receipt, if the reader may know it."""
        events = self.events.values() if self.entitled else ()
        return particulars_of(self.kind, self.record, since, events)

    @property
    def discloses(self) -> bool:
        """Tell whether it says of a receipt more than its day."""
        return any(map(self.particulars, self._sinces()))

    def _sinces(self) -> Iterable[tuple[str, ...]]:
        """The fields with the days from which the duties told of here count."""
        begun = (course.rule.since for course in self.courses)
        return dict.fromkeys([*begun, *(rule.since for rule, _ in self._not_begun())])

    def openings(self) -> list[Told]:
        """The open duties, the one that is due first before the others; then those not begun."""
        running = [course for course in self.courses if course.last.closed_by is None]
        running.sort(key=lambda course: (course.last.due, course.last.id))
        return [*map(self._told, running), *(self._waiting(*each) for each in self._not_begun())]

    def endings(self) -> list[Told]:
        """The duties that have ended, the oldest end first."""
        ended = [course for course in self.courses if course.last.closed_by is not None]
        return [self._told(course) for course in sorted(ended, key=lambda c: c.ended_by or 0)]

    def _told(self, course: Course) -> Told:
        duty = course.last
        line = self._line(course)
        named = duty.nominal if duty.rule.unit is Unit.NAMED_DAY else None
        proof = prove(duty.rule, duty.start, self.desk.calendar, named=named)
        began = duty.rule.starts_on if course.rule.since else self._step(course.rows[0].opened_by)
        seen, clause = self._sees(course.rule.since), self._clause(course.rule)
        full = self.desk.texts.render(
            "why_duty",
            **self._head(course.rule, duty.debtor),
            ended=line if course.ended_by else "",
            left=days_left(duty.due, self.desk.today),
            proof=proven(self.desk.texts, proof, began, clause, start_seen=seen),
            start_seen=seen,
            today=self.desk.today,
            outdated=None if proof.deadline.due == duty.due else duty.due,
            changes=[self._change(*pair) for pair in course.changes[-MOST_CHANGES:]],
            earlier=max(0, len(course.changes) - MOST_CHANGES),
        )
        return Told(full, line, duty.rule.statutory)

    def _line(self, course: Course) -> str:
        duty = course.last
        ending = self.events[course.ended_by] if course.ended_by else None
        return self.desk.texts.render(
            "why_line",
            **self._head(course.rule, duty.debtor),
            duty=duty,
            today=self.desk.today,
            before=[old.due for old, new in course.changes if old.due != new.due],
            left=days_left(duty.due, self.desk.today),
            step=step_title(self.desk, self.kind, ending) if ending else "",
            at=ending.at if ending else None,
        )

    def _not_begun(self) -> Iterator[tuple[DutyRule, Deadline]]:
        """The duties that have not begun, as they would end if they began on a day known."""
        begun = {course.rule.code for course in self.courses}
        closed = self.kind.state(self.record.state).closed
        return not_begun(self.desk, () if closed else self.kind.duties, self.record.data, begun)

    def _waiting(self, rule: DutyRule, deadline: Deadline) -> Told:
        data, entries = self.record.data, self.kind.entries
        proof = Proof(period_for(self.desk, rule, data), deadline)
        head = self._head(rule, party_of(self.record, rule.debtor))
        full = self.desk.texts.render(
            "why_waiting",
            **head,
            missing=[entries[name].title for name in rule.since if name not in data],
            by=entries[estimated_by(rule, data)].title,
            proof=proven(
                self.desk.texts,
                proof,
                "",
                self._clause(rule),
                estimated=True,
                start_seen=self._sees([estimated_by(rule, data)]),
            ),
        )
        line = self.desk.texts.render("why_waiting_line", **head, due=deadline.due)
        return Told(full, line, proof.period.statutory)

    def _keys(self, since: tuple[str, ...]) -> list[Key]:
        return keys_of(self.kind, self.record, since, [*self.events.values()])

    def _receipt(self, since: tuple[str, ...], keys: list[Key]) -> str:
        return self.desk.texts.render(
            "why_receipt",
            keys=[self._key(key) for key in keys],
            today=self.desk.today,
            both=len(keys) > 1,
            one_sided=len(since) > len(keys),
            begun=any(course.rule.since == since for course in self.courses),
            agreed=len({key.day for key in keys}) == 1,
            counted=min(key.day for key in keys),
            particulars=self.particulars(since),
        )

    def _key(self, key: Key) -> dict[str, object]:
        return {
            "title": key.title,
            "day": key.day,
            "how": key.how,
            "organ": organ_of(self.desk, key.event),
            "person": self.names.get(key.event.actor or 0, ""),
            "at": key.event.at,
        }

    def _change(self, before: Duty, after: Duty) -> dict[str, object]:
        """How a row was replaced; `source` is the schedule of rest days by which it was."""
        event = self.events[after.opened_by]
        source = event.facts.get("source", "")
        step = "" if source else self._step(event.id)
        return {"at": event.at, "source": source, "step": step, "before": before, "after": after}

    def _step(self, event_id: int) -> str:
        """By whom and what: 鄂城分局登记移送."""
        event = self.events[event_id]
        return f"{organ_of(self.desk, event)}{step_title(self.desk, self.kind, event)}"

    def _head(self, rule: DutyRule, debtor: str) -> dict[str, object]:
        return {"title": rule.title, "debtor": self.desk.office.organ(debtor).short}

    def _clause(self, rule: DutyRule) -> str:
        return f"{self.desk.office.notice}{rule.clause_of(self.record.data)}"


def proven(
    texts: Texts,
    proof: Proof,
    began: str,
    clause: str = "",
    *,
    estimated: bool = False,
    start_seen: bool = True,
) -> str:
    """The count itself, line by line; `began` is what happened on the day it counts from.

    That day is left out unless `start_seen`.
    """
    source, *others = proof.period.legal_basis.split("；")
    skips = proof.period.unit is Unit.WORK_DAYS
    year = (proof.deadline.start if skips else proof.deadline.nominal).year
    return texts.render(
        "why_proof",
        proof=proof,
        began=began,
        clause=clause,
        source=source,
        others=[other for other in others if not (clause and other.startswith(NOTICE))],
        estimated=estimated,
        start_seen=start_seen,
        reasons=[(each.spelt(year), each.why) for each in proof.reasons],
    )
