"""When each duty is reminded of next: planned as it begins, and anew whenever that changes."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from bot.domain.ladder import LATE, latest_rung, next_rung
from bot.services.group_keys import GROUP_KEY, said_with, tells_week

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from bot.domain.ladder import Ladder, Rung
    from bot.domain.records import Duty
    from bot.services.desk import Desk

NAG_KEY = "nag/"
"""With this the key of every message begins that reminds somebody in private."""
AT_ONCE = 500
"""As many duties as one transaction plans anew."""


def plan_of(desk: Desk) -> str:
    """Tells by which calendar, hours and ladders duties are planned."""
    known = f"{desk.calendar.version} {desk.books.timetable}"
    return sha256(known.encode()).hexdigest()[:12]


def is_urgent(desk: Desk, period: str) -> bool:
    """Tell whether what is owed within a period is reminded of on rest days too."""
    return period in desk.office.reminders.urgent


def ladder_of(desk: Desk, kind: str) -> Ladder:
    """The stages for a kind of record."""
    return desk.office.reminders.ladder_of(kind)


def first_rung(desk: Desk, kind: str, period: str, due: date) -> Rung:
    """What a duty that begins now is reminded of first; stages already past are skipped."""
    return rung_after(desk, kind, period, due, desk.now)


def rung_after(desk: Desk, kind: str, period: str, due: date, moment: datetime) -> Rung:
    """The first stage of a duty after a moment."""
    urgent = is_urgent(desk, period)
    return next_rung(ladder_of(desk, kind), due, desk.rounds, moment, urgent=urgent)


def rung_due(desk: Desk, kind: str, duty: Duty) -> Rung | None:
    """The stage of a duty to be reminded of now; of several missed ones only the latest."""
    if duty.rung_at is None:
        return None
    ladder, urgent = ladder_of(desk, kind), is_urgent(desk, duty.rule.code)
    return latest_rung(ladder, duty.due, desk.rounds, duty.rung_at, desk.now, urgent=urgent)


def turns_overdue(desk: Desk, kind: str, duty: Duty, since: datetime, until: datetime) -> bool:
    """Tell whether the first rung after the due date lies within a stretch of time, ends included.

    It may bear a later stage's name: of rungs that meet on one day the latest stands for all.
    """
    stage, urgent = ladder_of(desk, kind).overdue, is_urgent(desk, duty.rule.code)
    day = desk.rounds.day_of(duty.due, stage, urgent=urgent)
    return since <= desk.rounds.opening(day) <= until


async def plan_anew(desk: Desk) -> bool:
    """Plan some of the open duties that another calendar or office file has planned, or nothing.

    A stage whose hour has come stays due. Tells whether there was anything to plan.
    """
    plan = plan_of(desk)
    duties = await desk.tx.duties.planned_otherwise(plan, AT_ONCE)
    if not duties:
        return False
    firsts = await _first_rungs(desk, duties)
    due = {duty.id for duty in duties if duty.rung_at is not None and duty.rung_at <= desk.now}
    rungs = {duty_id: None if duty_id in due else rung for duty_id, rung in firsts.items()}
    await desk.tx.duties.plan(rungs, plan)
    return True


async def _first_rungs(desk: Desk, duties: Collection[Duty]) -> dict[int, Rung]:
    """What each of some duties is reminded of first from now on, by its id."""
    records = await desk.tx.records.by_id({duty.record_id for duty in duties})
    return {
        duty.id: first_rung(desk, records[duty.record_id].kind, duty.rule.code, duty.due)
        for duty in duties
    }


async def recall(desk: Desk) -> None:
    """Take back what waits to be said of itself and should not be said any more as it stands.

    That is: all of it outside office hours, and otherwise what was queued long ago, or while the
    clock ran ahead, or speaks of what is owed no more. Whatever is still true is said anew.
    """
    await desk.tx.duties.by_id(await desk.tx.nags.duties_queued(), hold=True)  # none ends unseen
    speaks = desk.rounds.may_speak(desk.now, urgent=True)
    before = desk.now - LATE if speaks else desk.now
    for prefix in (NAG_KEY, GROUP_KEY):
        for message in await desk.tx.outbox.stale(prefix, before, desk.now):
            await take_back(desk, message)
    for message in await desk.tx.nags.answered_messages():
        await take_back(desk, message)


async def recall_if_answered(desk: Desk, message: str) -> None:
    """Take one message back if it waits again and speaks of what is owed no more or was put off."""
    nags = await desk.tx.nags.told_in([message])
    told = {nag.duty_id for nag in nags}
    duties = await desk.tx.duties.by_id(told, hold=True)  # none ends unseen
    ended = any(duty.closed_by is not None for duty in duties.values())
    if ended or any(nag.message != message for nag in nags):
        await take_back(desk, message)


async def set_back(desk: Desk) -> None:
    """Plan anew what was reminded of while the clock ran ahead, lest it be silent until then.

    A clock that is corrected by less than `LATE` changes nothing.
    """
    await desk.tx.outbox.set_back(desk.now)
    await desk.tx.chats.set_back(desk.today)
    ahead = await desk.tx.nags.forget_after(desk.now + LATE)
    if ahead:
        duties = await desk.tx.duties.by_id(ahead)
        await desk.tx.duties.plan(await _first_rungs(desk, duties.values()), plan_of(desk))


async def silence(desk: Desk, duty_ids: Collection[int]) -> None:
    """Say no more of duties that are owed no more, even where that was about to be said."""
    of_people = await desk.tx.nags.unsaid_messages(duty_ids)
    of_groups = await desk.tx.outbox.unsaid_about(GROUP_KEY, duty_ids)
    for message in sorted({*of_people, *of_groups}):
        await take_back(desk, message)
    await desk.tx.nags.silence(duty_ids)


async def silence_towards(desk: Desk, user_id: int) -> None:
    """Remind somebody of nothing more, even where that was about to be said; others will be."""
    for message in await desk.tx.outbox.waiting_for(user_id, NAG_KEY):
        await take_back(desk, message)


async def silence_in(desk: Desk, chat_id: int) -> None:
    """Say nothing to a group that waits to be said; what it tells of waits for another one."""
    for message in await desk.tx.outbox.waiting_for(chat_id, GROUP_KEY):
        await take_back(desk, message)


async def take_back(desk: Desk, message: str) -> None:
    """Let a message not go out, if it waits; the rest of what it says is said in another one."""
    withdrawn = await desk.tx.outbox.withdraw(message)
    if withdrawn is None:
        return
    chat_id, thread_id, doubtful = withdrawn
    await unsay(desk, message, doubtful=doubtful)
    if message.startswith(GROUP_KEY):
        week = tells_week(message)
        await desk.tx.chats.unspoken_to(chat_id, thread_id, week=week, doubtful=doubtful)


async def unsay(desk: Desk, message: str, *, doubtful: bool) -> None:
    """Let what a message was to remind of be said in another one.

    What one group has not heard another one may have: it will read that it is perhaps told again.
    """
    if message.startswith(GROUP_KEY) and not doubtful:
        duties = {nag.duty_id for nag in await desk.tx.nags.in_message(message)}
        doubtful = bool(await desk.tx.outbox.said_about(said_with(message), duties))
    await desk.tx.nags.unsay(message, doubtful=doubtful)
