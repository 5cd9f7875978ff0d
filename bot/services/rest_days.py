"""The notices of rest days that administrators import: what is known, a preview, the import."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.calendar import DAY, WorkCalendar
from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner
from bot.domain.people import Action
from bot.domain.rest_days import breaks, missing_holidays, read_notice
from bot.services import buttons
from bot.services.recounting import recount
from bot.services.shifts import compare, line_of
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from bot.domain.calendar import RestDayNotice
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Place
    from bot.services.desk import Desk
    from bot.services.shifts import Shift
    from bot.storage.rest_days import Kept

SHOWN = 15
"""So many differences stand in a preview."""
LISTED = 10
"""So many imported notices are listed, the newest."""


async def tell_calendar(desk: Desk, actor: Actor, place: Place) -> None:
    """Tell how far the official schedule is known, what rests on guesses, and what was imported."""
    _require_private(place)
    imported = await desk.tx.rest_days.imported()
    await desk.say(
        place.chat_id,
        text=desk.texts.render(
            "calendar",
            known=desk.calendar.known_until(desk.today) - DAY,
            provisional=await desk.tx.duties.count_provisional(),
            notices=[await _line(desk, kept) for kept in imported[-LISTED:]],
            admin=actor.may(Action.SET_CALENDAR),
        ),
    )


async def _line(desk: Desk, kept: Kept) -> dict[str, object]:
    person = await desk.tx.people.get(kept.imported_by) if kept.imported_by else None
    return {
        "source": kept.notice.source,
        "year": kept.notice.year,
        "at": kept.imported_at,
        "person": person.name if person else "",
    }


async def preview_notice(desk: Desk, actor: Actor, text: str, place: Place) -> None:
    """Read a notice, and show its days and what it would change; it waits to be confirmed."""
    _require_private(place)
    actor.require(Action.SET_CALENDAR)
    notice, calendar = await examine(desk, text)
    shifts, _ = await compare(desk, calendar)
    notice_id = await desk.tx.rest_days.add(notice, actor.person_id, desk.now)
    await _put(
        desk,
        place,
        notice_id,
        desk.texts.render(
            "calendar_preview",
            notice=notice,
            breaks=[*breaks(notice)],
            work=sorted(notice.work),
            count=len(shifts),
            lines=[line_of(desk, shift) for shift in shifts[:SHOWN]],
        ),
        _keys(desk, notice_id),
    )


async def examine(desk: Desk, text: str) -> tuple[RestDayNotice, WorkCalendar]:
    """A notice's text as it was read, and the calendar as it would be.

    Raises `notice_incomplete` for a year's first notice without all its holidays, `notice_known`
    for one that says nothing new, and whatever `read_notice` raises.
    """
    notice = read_notice(text)
    kept = [each.notice for each in await desk.tx.rest_days.imported()]
    number = (notice.year, notice.source)
    others = WorkCalendar([each for each in kept if (each.year, each.source) != number])
    missing = missing_holidays(notice)
    if missing and not others.knows(notice.year):
        raise DomainError("notice_incomplete", year=notice.year, titles=missing)
    calendar = WorkCalendar([*kept, notice])
    if calendar.version == desk.calendar.version:
        raise DomainError("notice_known", number=notice.source)
    return notice, calendar


def _keys(desk: Desk, notice_id: int) -> Keyboard:
    """To confirm counts only as long as the calendar is the one that the preview was made with."""
    label = desk.texts.label
    confirm = buttons.code(buttons.IMPORT, notice_id, desk.calendar.version)
    cancel = buttons.code(buttons.NO_IMPORT, notice_id)
    return ((Button(label("confirm_import"), confirm), Button(label("cancel"), cancel)),)


async def confirm_notice(
    desk: Desk, actor: Actor, notice_id: int, version: str, place: Place
) -> None:
    """Import what was shown; refused once the calendar is another one than it was then."""
    kept = await _waiting(desk, actor, notice_id, place)
    if version != desk.calendar.version:
        raise DomainError("calendar_changed")
    if not await desk.tx.rest_days.bring_into_force(notice_id, desk.now):
        raise DomainError("notice_imported", number=kept.notice.source)
    shifts = await _apply(desk, kept.notice, actor.person_id)
    text = desk.texts.render("calendar_imported", number=kept.notice.source, count=len(shifts))
    await _put(desk, place, notice_id, text)


async def refuse_notice(desk: Desk, actor: Actor, notice_id: int, place: Place) -> None:
    """Forget what was shown."""
    await _waiting(desk, actor, notice_id, place)
    await desk.tx.rest_days.drop(notice_id)
    await _put(desk, place, notice_id, desk.texts.render("calendar_not_imported"))


async def _waiting(desk: Desk, actor: Actor, notice_id: int, place: Place) -> Kept:
    """A notice that waits for this administrator's word."""
    _require_private(place)
    actor.require(Action.SET_CALENDAR)
    kept = await desk.tx.rest_days.get(notice_id)
    if kept is None or kept.imported_by != actor.person_id:
        raise DomainError("preview_gone")
    if kept.imported_at is not None:
        raise DomainError("notice_imported", number=kept.notice.source)
    return kept


async def import_notice(desk: Desk, notice: RestDayNotice) -> list[Shift]:
    """Import at once what the operator has read in; returns the dates that it changes."""
    await desk.tx.rest_days.add(notice, None, desk.now, imported_at=desk.now)
    return await _apply(desk, notice, None)


async def _apply(desk: Desk, notice: RestDayNotice, person_id: int | None) -> list[Shift]:
    """Note an import in the office's history, and date the open duties anew."""
    facts = {
        "year": notice.year,
        "source": notice.source,
        "rest": ",".join(f"{day} {notice.rest[day]}" for day in sorted(notice.rest)),
        "work": ",".join(map(str, sorted(notice.work))),
    }
    await desk.tx.events.append(OFFICE, "calendar_imported", facts, actor=person_id, now=desk.now)
    newer = replace(desk, calendar=await desk.tx.calendar())
    return await recount(newer, notice.source, person_id)


async def _put(
    desk: Desk, place: Place, notice_id: int, text: str, keyboard: Keyboard = ()
) -> None:
    post = f"calendar/{notice_id}"
    await desk.say(place.chat_id, text=text, buttons=keyboard, manner=Manner.PUT, post=post)


def _require_private(place: Place) -> None:
    if not place.private:
        raise DomainError("calendar_in_private")
