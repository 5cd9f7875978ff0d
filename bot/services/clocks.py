"""The clocks of a record: what each step starts, meets or ends, and what a new fact counts anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from bot.domain.calendar import local_date
from bot.domain.kinds.lifecycle import FILE, Matter, party_of
from bot.domain.periods import count, stretch
from bot.domain.records import Outcome, day_in
from bot.services.planning import first_rung, plan_of, silence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from bot.domain.calendar import WorkCalendar
    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import DutyRule
    from bot.domain.periods import Deadline, Period
    from bot.domain.records import Duty, Event, Record, Value
    from bot.services.desk import Desk


async def matter_of(desk: Desk, record: Record) -> Matter:
    """A record with what is owed on it today, and which steps were taken last."""
    recalled = desk.books.kinds[record.kind].recalls
    taken = await desk.tx.events.last_of(record.id, recalled) if recalled else {}
    return Matter(record, tuple(await desk.tx.duties.open_of(record.id)), desk.today, taken)


async def run_clocks(desk: Desk, kind: Kind, record: Record, move: str, event: Event) -> None:
    """End the duties that a step meets or drops, and start those it gives rise to.

    A step may both start and meet a duty: what was done in time needs no clock, but a proof.
    """
    late_news = any(move in rule.dated_by | rule.reopened_by for rule in kind.duties)
    latest = await _latest(desk, record) if late_news else {}
    for rule in kind.duties:
        if move in rule.starts and rule.owed(record.data):
            await _start(desk, rule, record, event)
        if move in rule.dated_by and _still_counts(duty := latest.get(rule.code)):
            await _correct(desk, rule, record, duty, event, duty.met_on)
        if move in rule.reopened_by and _still_counts(duty := latest.get(rule.code)):
            await _put(desk, rule, record, event, duty.rule, duty.start)
        if move in rule.ends:
            await _end(
                desk, record, rule, event, Outcome.MET, _met_on(desk, kind, rule, record, move)
            )
        if move in rule.drops:
            await _end(desk, record, rule, event, Outcome.DROPPED)


def _met_on(desk: Desk, kind: Kind, rule: DutyRule, record: Record, move: str) -> date:
    """The day on which a step meets a duty: the one that it asks for, or else its own.

    What an earlier step has said in that field is of another round.
    """
    told = move == FILE or rule.met_on in kind.move(move).needs
    return (day_in(record.data, rule.met_on) if told else None) or desk.today


async def _end(
    desk: Desk,
    record: Record,
    rule: DutyRule,
    event: Event,
    outcome: Outcome,
    met_on: date | None = None,
) -> None:
    """End a duty, and with it whatever was to be said of it."""
    ended = await desk.tx.duties.close(record.id, [rule.code], event.id, outcome, met_on)
    if ended:
        await silence(desk, ended)


async def _start(desk: Desk, rule: DutyRule, record: Record, event: Event) -> None:
    """Begin a duty; one of the same kind that is still open gives way."""
    period = period_for(desk, rule, record.data)
    await _put(desk, rule, record, event, period, begun_on(rule, record.data) or desk.today)


async def _put(
    desk: Desk,
    rule: DutyRule,
    record: Record,
    event: Event,
    period: Period,
    start: date,
    met_on: date | None = None,
) -> None:
    deadline = dated(rule, record.data, period, start, desk.calendar)
    await put_row(desk, rule, record, event, period, deadline, met_on)


async def put_row(
    desk: Desk,
    rule: DutyRule,
    record: Record,
    event: Event,
    period: Period,
    deadline: Deadline,
    met_on: date | None = None,
) -> None:
    """Open a duty's row; the one that is still open stays, closed as replaced.

    `met_on`: it was met already, and is only judged anew.
    """
    await _end(desk, record, rule, event, Outcome.REPLACED)
    await desk.tx.duties.open(
        record.id,
        rule.code,
        period,
        deadline,
        debtor=party_of(record, rule.debtor),
        creditor=party_of(record, rule.creditor),
        event_id=event.id,
        shown=stretch(deadline.due, desk.today),
        rung=first_rung(desk, record.kind, period.code, deadline.due),
        plan=plan_of(desk),
    )
    if met_on:
        await _end(desk, record, rule, event, Outcome.MET, met_on)


async def correct_clocks(
    desk: Desk, kind: Kind, record: Record, changed: Collection[str], event: Event
) -> None:
    """Count anew what rests on the fields that a correction has changed; the old rows stay.

    A duty that was met is judged anew by the right dates, and stays met.
    """
    latest = await _latest(desk, record)
    for rule in kind.duties:
        moved = rule.moved_by.intersection(changed)
        if not moved:
            continue
        duty = latest.get(rule.code)
        if _still_counts(duty) and (duty.met_on or moved != {rule.met_on}):
            met_on = _met_anew(rule, record) if rule.met_on in moved else None
            await _correct(desk, rule, record, duty, event, met_on or duty.met_on)
        elif FILE in rule.starts & rule.ends and rule.owed(record.data):
            await _start(desk, rule, record, event)
            await _end(desk, record, rule, event, Outcome.MET, _met_anew(rule, record))


def _met_anew(rule: DutyRule, record: Record) -> date | None:
    """The day on which a duty was met, as its field says now; else that of the filing, if by it."""
    filed = local_date(record.created_at) if FILE in rule.ends else None
    return day_in(record.data, rule.met_on) or filed


async def _latest(desk: Desk, record: Record) -> dict[str, Duty]:
    """The newest row of each of a record's duties, by code."""
    return {duty.code: duty for duty in await desk.tx.duties.of_record(record.id)}


def _still_counts(duty: Duty | None) -> TypeGuard[Duty]:
    """Whether there is a duty that other dates would change: one that is open, or was met."""
    return duty is not None and duty.outcome in {None, Outcome.MET}


async def _correct(
    desk: Desk, rule: DutyRule, record: Record, duty: Duty, event: Event, met_on: date | None
) -> None:
    if not rule.owed(record.data):
        await _end(desk, record, rule, event, Outcome.DROPPED)
        return
    period = _kept_period(desk, rule, record.data, duty)
    start = begun_on(rule, record.data) or duty.start
    await _put(desk, rule, record, event, period, start, met_on)


def _kept_period(desk: Desk, rule: DutyRule, data: Mapping[str, Value], duty: Duty) -> Period:
    """The edition that the duty began with, unless the content now chooses another period."""
    period = period_for(desk, rule, data)
    if period.code != duty.rule.code:
        return period
    by_paper = not desk.books.periods[period.code].length
    return replace(duty.rule, length=period.length) if by_paper else duty.rule


def period_for(desk: Desk, rule: DutyRule, data: Mapping[str, Value]) -> Period:
    """The period as it is in force now, with the length that the paper sets, if it does."""
    period = desk.books.periods[rule.period_of(data)]
    return period.lasting(int(data[rule.length])) if not period.length and rule.length else period


def begun_on(rule: DutyRule, data: Mapping[str, Value]) -> date | None:
    """The earliest of the days from which a duty counts; None: its step's own day."""
    days = [day for name in rule.since if (day := day_in(data, name))]
    return min(days, default=None)


def dated(
    rule: DutyRule, data: Mapping[str, Value], period: Period, start: date, calendar: WorkCalendar
) -> Deadline:
    """The dates of a duty by some period, from some day, on some calendar."""
    return count(period, start, calendar, named=day_in(data, rule.named))


def not_begun(
    desk: Desk,
    rules: Iterable[DutyRule],
    data: Mapping[str, Value],
    begun: Collection[str] = (),
) -> Iterator[tuple[DutyRule, Deadline]]:
    """The duties that have not begun, as far as their end can be estimated."""
    for rule in rules:
        if rule.code not in begun and (deadline := estimate(desk, rule, data)):
            yield rule, deadline


def estimate(desk: Desk, rule: DutyRule, data: Mapping[str, Value]) -> Deadline | None:
    """When a duty that has not begun would end, if it began on the first day that is known."""
    start = day_in(data, estimated_by(rule, data))
    if start is None or not rule.owed(data) or _length_unknown(desk, rule, data):
        return None
    return dated(rule, data, period_for(desk, rule, data), start, desk.calendar)


def estimated_by(rule: DutyRule, data: Mapping[str, Value]) -> str:
    """The field with the first day that is known; "": there is none."""
    return next((name for name in rule.estimate if name in data), "")


def _length_unknown(desk: Desk, rule: DutyRule, data: Mapping[str, Value]) -> bool:
    period = desk.books.periods[rule.period_of(data)]
    return bool(rule.length) and not period.length and rule.length not in data
