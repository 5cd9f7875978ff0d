"""What must be done by the hour rather than because somebody spoke."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias

from bot.domain.calendar import DAY, local_instant, monday_of
from bot.domain.outgoing import Priority
from bot.domain.people import ON_DUTY, Side
from bot.domain.periods import next_turn
from bot.services.alerting import alert_admins, next_alert
from bot.services.forms import discard, throw_away
from bot.services.group_words import speaks_on
from bot.services.lights import refresh_lights
from bot.services.planning import NAG_KEY
from bot.services.presence import refresh_presence
from bot.services.recounting import recount_late
from bot.services.reminded import REMINDED
from bot.services.retention import DRAFTS, forget_leavers, forget_trouble, purge_personal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.domain.people import Person
    from bot.services.desk import Desk
    from bot.storage.chats import Chat

Task: TypeAlias = "Callable[[Desk], Awaitable[None]]"

DIGEST_LEAD = timedelta(minutes=30)
"""How long before the office closes the day's digest goes out."""
KEPT_MESSAGES = timedelta(days=7)
KEPT_REMINDERS = timedelta(days=90)
KEPT_UPDATES = timedelta(days=7)
WITNESSES = 2
"""How many people of a side get the digest, or else how many of its groups."""


async def close_day(desk: Desk) -> None:
    """Send the day's digest over all histories to both sides, on working days with events.

    Whatever happens after it is covered by the next one, and so are the bot's own reminders,
    which are no reason for one.

    With it, neither side can rewrite the past alone: a chain whose head was in a digest
    cannot change without the digest's code changing (DESIGN §1.5).
    """
    if await next_digest(desk) != desk.now:
        return
    last_event = await desk.tx.events.last_id()
    streams, code = await desk.tx.events.heads_code(last_event)
    if not await desk.tx.events.write_digest(desk.today, streams, last_event, code):
        return
    for side in Side:
        people = await witnesses(desk, side)
        places = [(person.user_id, 0) for person in people] or await _speak_in_groups(desk, side)
        for chat_id, thread_id in places:
            await desk.say(
                chat_id,
                thread_id=thread_id,
                text=desk.texts.render("digest", day=desk.today, streams=streams, code=code),
                priority=Priority.NAG,
                key=f"digest/{desk.today.isoformat()}/{chat_id}/{thread_id}",
            )


def digest_time(desk: Desk, day: date) -> datetime:
    """When a day's digest goes out, if anything has happened by then."""
    return local_instant(day, desk.office.hours.closes) - DIGEST_LEAD


async def witnesses(desk: Desk, side: Side) -> list[Person]:
    """Who of a side's people on duty get the digest in private, the city's before the districts'.

    Where nobody can be reached two of its groups get it instead.
    """
    organs = [organ for organ in desk.office.organs if organ.side is side]
    organs.sort(key=lambda organ: not organ.city)
    places = {organ.code: at for at, organ in enumerate(organs)}
    people = await desk.tx.people.of_organs(places.keys(), ON_DUTY)
    people.sort(key=lambda person: places[person.organ or ""])
    return [person for person in people if person.reachable][:WITNESSES]


async def _speak_in_groups(desk: Desk, side: Side) -> list[tuple[int, int]]:
    """Let a side's groups be spoken to, unless the bot has said something there today."""
    chats = await desk.tx.chats.everywhere()
    told = groups_told([chat for chat in chats if chat.spoken_on != desk.today], side)
    for chat in told:
        await desk.tx.chats.spoken_to(chat, desk.today, None)
    return [(chat.chat_id, chat.thread_id) for chat in told]


def groups_told(quiet: Iterable[Chat], side: Side) -> list[Chat]:
    """Of the groups that hear nothing else those that get a side's digest: where it sits."""
    return [chat for chat in quiet if side in chat.sides][:WITNESSES]


async def expire_drafts(desk: Desk) -> None:
    """In office hours, throw away drafts out of time, saying so where they stand (BRIEF §6).

    In a group that is not bound any more nothing is said.
    """
    if not desk.office.hours.is_open(desk.now, desk.calendar):
        return
    expired = await desk.tx.drafts.expired(desk.now)
    if expired:
        await desk.tx.retention.note(DRAFTS.code, desk.now)
    for draft in expired:
        if draft.private or await desk.tx.chats.at(draft.chat_id, draft.thread_id):
            text = desk.texts.render("draft_expired", days=desk.office.thresholds.draft_days)
            await throw_away(desk, draft, text, Priority.NAG)
        else:
            await discard(desk, draft)


async def forget_old(desk: Desk) -> None:
    """Remove what was said and asked long ago, and the ids of old updates."""
    await desk.tx.nags.forget_said_before(desk.now - KEPT_REMINDERS, NAG_KEY)
    await desk.tx.questions.forget_before(desk.now - KEPT_MESSAGES)
    await desk.tx.origins.forget_before(desk.now - KEPT_MESSAGES)
    await desk.tx.rest_days.drop_before(desk.now - KEPT_MESSAGES)
    await desk.tx.outbox.prune(desk.now - KEPT_MESSAGES)
    await desk.tx.updates.prune(desk.now - KEPT_UPDATES)


TICK_WORK: tuple[Task, ...] = (
    expire_drafts,
    recount_late,
    refresh_lights,
    refresh_presence,
    close_day,
    alert_admins,
)
"""Everything that a tick looks after; each finds by itself whether there is something to do."""
DAILY_WORK: tuple[Task, ...] = (forget_old, purge_personal, forget_leavers, forget_trouble)
"""What is done once a day, for it costs more than a look."""


async def next_instant(desk: Desk) -> datetime | None:
    """The next moment at which the bot will do something by itself; None: nothing is planned."""
    moments = (
        await next_digest(desk),
        await _next_light(desk),
        await _next_reminder(desk),
        await _next_week(desk),
        await _next_presence(desk),
        await _next_expiry(desk),
        await next_alert(desk),
        await desk.tx.outbox.next_instant(),
        await desk.tx.files.next_instant(),
    )
    return min((moment for moment in moments if moment and moment > desk.now), default=None)


async def next_digest(desk: Desk) -> datetime | None:
    """When what has happened by now is covered by a digest; None: nothing has.

    It is now in the last half hour of a day that has had no digest.
    """
    digests = await desk.tx.events.digests()
    day, covered = digests[-1][:2] if digests else (None, 0)
    if not await desk.tx.events.any_after(covered, but=REMINDED):
        return None
    over = day == desk.today or desk.now >= digest_time(desk, desk.today) + DIGEST_LEAD
    following = desk.calendar.workday_on_or_after(desk.today + DAY if over else desk.today)
    at = max(digest_time(desk, following), desk.now)
    return desk.office.hours.next_open(at, desk.calendar)


async def _next_light(desk: Desk) -> datetime | None:
    """When the first card's light turns: at the beginning of a day in China."""
    duties = await desk.tx.duties.open_until(date.max)
    turns = [turn for duty in duties if (turn := next_turn(duty.due, desk.today))]
    return local_instant(min(turns), time()) if turns else None


async def _next_reminder(desk: Desk) -> datetime | None:
    """When somebody is next reminded of something."""
    moments = (await desk.tx.duties.next_rung(), await desk.tx.nags.next_instant())
    first = min((moment for moment in moments if moment), default=None)
    if first is None or first > desk.now:
        return first
    return desk.office.hours.next_open(desk.now, desk.calendar)


async def _next_week(desk: Desk) -> datetime | None:
    """When the groups next hear what the week brings; None: there are no groups."""
    if not await desk.tx.chats.everywhere():
        return None
    day = monday_of(desk.today)
    while (first := speaks_on(desk.calendar, day)) is None or (
        desk.rounds.opening(first) <= desk.now
    ):
        day += 7 * DAY
    return desk.rounds.opening(first)


async def _next_presence(desk: Desk) -> datetime | None:
    """When somebody is next away, or back: at the beginning of a day in China."""
    day = await desk.tx.absences.next_turn(desk.today)
    return local_instant(day, time()) if day else None


async def _next_expiry(desk: Desk) -> datetime | None:
    """When the first draft is thrown away: in office hours."""
    expiry = await desk.tx.drafts.next_expiry()
    if expiry is None:
        return None
    return desk.office.hours.next_open(max(expiry, desk.now), desk.calendar)
