"""`/away`: somebody says when they are away and who stands in, looks it up, or ends it early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.absences import format_days, format_days_short, read_absence
from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner
from bot.domain.people import ON_DUTY, Role
from bot.services import buttons
from bot.services.deputies import tell_deputy, tell_deputy_away, tell_relieved
from bot.services.presence import tell_cards
from bot.services.standing_in import Away, absentees, away_now
from bot.storage.events import OFFICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.absences import Absence, AbsenceLine
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Person, Place
    from bot.services.desk import Desk

SHOWN = 10
"""So many absences are listed, each with its button."""
AWAY, BACK = "away", "back"
"""What the office's history calls them."""


async def say_away(desk: Desk, actor: Actor, line: str, place: Place) -> None:
    """Note an absence that a line tells; without a line, list the actor's own.

    What begins on the same day as one that is noted takes its place.
    """
    person = await _member(desk, actor)
    if not line.strip():
        await _list(desk, person, place)
        return
    await desk.tx.take_turn(person.user_id)
    colleagues = await desk.tx.people.of_organs({actor.organ})
    said = read_absence(line, desk.today, [each.name for each in colleagues])
    noted = await desk.tx.absences.within(said.first, said.last)
    before = _replaced(desk, person, said, noted)
    could = _could(person, colleagues, noted)
    deputy = _deputy(desk, person, said, colleagues, noted, could)
    under_way = said.first <= desk.today
    absence = await desk.tx.absences.put(
        person.id,
        said.first,
        said.last,
        deputy.id if deputy else None,
        desk.now,
        shown=under_way,
    )
    await _note(desk, AWAY, person, absence)
    await _confirm(desk, person, absence, place, could, replaced=before is not None)
    await _tell_deputies(desk, person, absence, before)
    if under_way:
        await tell_cards(desk, actor.organ, {person.id})


async def end_away(desk: Desk, actor: Actor, absence_id: int, place: Place) -> str:
    """Let one's absence be over from today on, or not come about; returns what was done."""
    person = await _member(desk, actor)
    await desk.tx.take_turn(person.user_id)
    absence = await desk.tx.absences.get(absence_id)
    if absence is None or absence.last < desk.today:
        raise DomainError("away_gone")
    if absence.person_id != person.id:
        raise DomainError("not_your_absence")
    await desk.tx.absences.remove(absence.id)
    await _note(desk, BACK, person, absence)
    await _list(desk, person, place, anew=False)
    await tell_relieved(desk, person, absence)
    under_way = absence.first <= desk.today
    if under_way:
        await tell_cards(desk, actor.organ, {person.id})
    return desk.texts.render("away_ended", span=_span(desk, absence), under_way=under_way)


async def _member(desk: Desk, actor: Actor) -> Person:
    """The person themself; an administrator belongs to no organ, and nobody stands in."""
    person = await desk.tx.people.get(actor.person_id)
    if person is None or actor.standing is None:
        raise DomainError("away_admin")
    return person


def _replaced(
    desk: Desk, person: Person, said: AbsenceLine, noted: Sequence[Absence]
) -> Absence | None:
    """The absence that the new one takes the place of; any other must not overlap with it."""
    own = [each for each in noted if each.person_id == person.id]
    for each in own:
        if each.first != said.first:
            raise DomainError("away_overlaps", span=_span(desk, each))
    return own[0] if own else None


def _could(person: Person, colleagues: Sequence[Person], noted: Sequence[Absence]) -> list[str]:
    """The names of the others on duty who are away on none of the days of these absences."""
    gone = {person.id, *(each.person_id for each in noted)}
    return [each.name for each in colleagues if each.role in ON_DUTY and each.id not in gone]


def _deputy(
    desk: Desk,
    person: Person,
    said: AbsenceLine,
    colleagues: Sequence[Person],
    noted: Sequence[Absence],
    could: Sequence[str],
) -> Person | None:
    """Whom the line names to stand in, of those who `could`; None where it names nobody."""
    away = {each.person_id: each for each in noted}
    others = [each for each in colleagues if each.id != person.id and each.role in ON_DUTY]
    names = [name for name in said.named if name != person.name]
    if said.unread or len(names) > 1:
        unread = said.unread or "、".join(names)[:20]
        raise DomainError("away_unread", unread=unread, could=could)
    wanted = names or list(said.named)
    if not wanted:
        return None
    bearers = [each for each in others if each.name == wanted[0]]
    if not bearers:
        code = "away_oneself" if wanted == [person.name] else "away_not_on_duty"
        raise DomainError(code, person=wanted[0], could=could)
    there = next((each for each in bearers if each.id not in away), None)
    if there is None:
        span = _span(desk, away[bearers[0].id])
        raise DomainError("away_deputy_away", person=wanted[0], span=span, could=could)
    return there


async def _note(desk: Desk, name: str, person: Person, absence: Absence) -> None:
    facts: dict[str, object] = {
        "person": person.id,
        "organ": person.organ or "",
        "first": absence.first.isoformat(),
        "last": absence.last.isoformat(),
        "deputy": absence.deputy_id or 0,
    }
    await desk.tx.events.append(OFFICE, name, facts, actor=person.id, now=desk.now)


async def _tell_deputies(
    desk: Desk, person: Person, absence: Absence, before: Absence | None
) -> None:
    """Tell who stands in from now on, who no more, and those in whose place the person stood."""
    if before and (before.last, before.deputy_id) == (absence.last, absence.deputy_id):
        return
    taker = (await _told(desk, person, absence)).deputy
    if before and before.deputy_id != (taker and taker.id):
        await tell_relieved(desk, person, before)
    await tell_deputy(desk, person, absence)
    await tell_deputy_away(desk, person, absence)


async def _confirm(
    desk: Desk,
    person: Person,
    absence: Absence,
    place: Place,
    could: Sequence[str],
    *,
    replaced: bool,
) -> None:
    """Tell what was noted, and who is told meanwhile; `could` are those who could be."""
    away = await _told(desk, person, absence)
    text = desk.texts.render(
        "away_noted",
        away=away,
        others=[name for name in could if away.deputy is None or name != away.deputy.name],
        days=format_days_short(absence.first, absence.last),
        span=_span(desk, absence),
        replaced=replaced,
        under_way=absence.first <= desk.today,
        leader=person.role is Role.LEADER,
    )
    await _put(desk, person, place, text, ((_end_key(desk, absence),),), anew=True)


async def _list(desk: Desk, person: Person, place: Place, *, anew: bool = True) -> None:
    absences = await desk.tx.absences.of_person(person.id)
    absences = [each for each in absences if each.last >= desk.today]
    shown = absences[:SHOWN]
    text = desk.texts.render(
        "away",
        person=person.name,
        spells=[(_span(desk, each), await _told(desk, person, each)) for each in shown],
        count=len(absences),
    )
    keys = tuple((_end_key(desk, each, which=len(shown) > 1),) for each in shown)
    await _put(desk, person, place, text, keys, anew=anew)


async def _put(
    desk: Desk, person: Person, place: Place, text: str, keyboard: Keyboard, *, anew: bool
) -> None:
    """Say it as a new message, or where the last one stands."""
    post = f"away/{place.chat_id}/{place.thread_id}/{person.id}"
    if anew:
        await desk.tx.outbox.forget_post(post)
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=text,
        buttons=keyboard,
        manner=Manner.PUT,
        post=post,
    )


def _end_key(desk: Desk, absence: Absence, *, which: bool = False) -> Button:
    """Ends an absence; `which`: it says which one, for there are others beside it."""
    label = desk.texts.label("away_end" if absence.first <= desk.today else "away_cancel")
    days = f"　{format_days_short(absence.first, absence.last)}" if which else ""
    return Button(f"{label}{days}", buttons.code(buttons.END_AWAY, absence.id))


async def _told(desk: Desk, person: Person, absence: Absence) -> Away:
    """An absence with whoever stands in on its first day, or today once it is under way."""
    day = max(absence.first, desk.today)
    team = await desk.tx.people.of_organs({person.organ or ""}, ON_DUTY)
    away = {**await absentees(desk, day), person.id: absence}
    return away_now(person, team, away) or Away(person, absence, None)


def _span(desk: Desk, absence: Absence) -> str:
    return format_days(absence.first, absence.last, desk.today)
