"""Filling in a form, whatever it is for: a new record of any kind, or what a step needs.

One line fills what it can; what is missing is asked for, one question at a time; the whole
reading is shown before anything is filed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.entries import OneOf, Text, tokens
from bot.domain.errors import DomainError
from bot.domain.line import read_line
from bot.domain.masking import mask_name
from bot.domain.outgoing import Manner, Priority
from bot.domain.people import Action, Status
from bot.domain.records import Draft, Origin
from bot.services.alike import find_alike
from bot.services.blanks import ADDITION, CORRECT, DISTRICT, REMOVED, belongs_to_city, form_of
from bot.services.coming import reading_of
from bot.services.disputes import left_open
from bot.services.files import drop, files_of_draft, offer_to_draft
from bot.services.previews import Findings, draft_post, put_aside, put_draft, show_preview
from bot.services.references import check_references

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.entries import Reading
    from bot.domain.files import Offered
    from bot.domain.kinds.kind import Kind
    from bot.domain.line import Doubt, Heard
    from bot.domain.people import Actor, Place
    from bot.domain.records import Record, Value
    from bot.services.blanks import Form
    from bot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote in order to begin a record, and what they pointed at."""

    line: str
    message_id: int | None = None
    """The message it stands in; an edit of it will be read again."""
    quoted: str = ""
    """The words of the message it replies to."""
    teller: str = ""
    """Who wrote that message."""


async def open_form(desk: Desk, actor: Actor, kind: Kind, place: Place, said: Said) -> Draft:
    """Begin a new record from one line, however much it says."""
    actor.require(Action.SUBMIT)
    if actor.standing is None or actor.standing.side not in kind.from_sides:
        raise DomainError("not_your_kind", title=kind.title)
    blank = blank_draft(actor, kind.code, place)
    heard = await hear(desk, actor, blank, said)
    data = dict(heard.data)
    district = await _usual_district(desk, actor, place)
    if district:
        data = {DISTRICT: district, **data}
    guided = () if said.line.strip() or said.quoted.strip() else kind.guided
    guided = (*kind.wonders(data), *guided)
    kept = await keep(desk, actor, replace(blank, data=data, to_ask=guided), heard.doubts)
    if said.message_id is not None:
        await _note_origin(desk, kept, said.message_id, "", frozenset(heard.data))
    return kept


async def hear(desk: Desk, actor: Actor, draft: Draft, said: Said) -> Heard:
    """Read the line that a draft begins with; raises `not_your_district`."""
    line = f"{said.line}\n{said.quoted}".strip()
    _refuse_foreign_district(desk, actor, line)
    kind, form = desk.books.kinds[draft.kind], await form_of(desk, actor, draft)
    heard = read_line(line, form.entries, form.rest, desk.reading)
    if said.teller and kind.teller:
        return replace(heard, data={**heard.data, kind.teller: said.teller})
    return heard


async def teller_of(desk: Desk, user_id: int, shown_name: str) -> str:
    """Who wrote a message, as a record may name them: of others than our people, no full name."""
    person = await desk.tx.people.by_user(user_id)
    if person is not None and person.status is Status.ACTIVE and person.organ:
        return f"{person.name}（{desk.office.organ(person.organ).short}）"
    return desk.texts.label("unregistered").format(name=mask_name(shown_name))


def _refuse_foreign_district(desk: Desk, actor: Actor, line: str) -> None:
    """Say at once when a line names, by a word of its own, a district of somebody else's."""
    own = actor.standing.districts if actor.standing else frozenset()
    said = {word for _, word in tokens(line)}
    for district in desk.office.districts:
        if district.code not in own and said & {district.name, *district.spellings}:
            raise DomainError("not_your_district", district=district.name)


async def _usual_district(desk: Desk, actor: Actor, place: Place) -> str:
    """The district that needs no asking: the group's own, or the only one a person has."""
    chat = None if place.private else await desk.tx.chats.at(place.chat_id, place.thread_id)
    districts = actor.standing.districts if actor.standing else frozenset()
    if chat and chat.district in districts and len(districts) > 1:
        city = desk.office.organ(actor.organ).city
        return "" if city and belongs_to_city(desk.office, chat.district) else chat.district
    return next(iter(districts)) if len(districts) == 1 else ""


async def open_move(desk: Desk, actor: Actor, record: Record, move: str, place: Place) -> Draft:
    """Begin the form that a step needs; always in private, as answers hold case text."""
    actor.require(Action.MOVE, record)
    asks = desk.books.kinds[record.kind].move(move).asks
    blank = blank_draft(actor, record.kind, place, move, record)
    return await keep(desk, actor, replace(blank, to_ask=asks))


def blank_draft(
    actor: Actor, kind: str, place: Place, move: str = "", record: Record | None = None
) -> Draft:
    """A form with nothing in it yet: for a new record, or for something on one there is."""
    return Draft(
        id=0,
        kind=kind,
        person_id=actor.person_id,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        private=place.private,
        move=move,
        record_id=record.id if record else None,
        record_version=record.version if record else None,
        asking="",
    )


async def keep(desk: Desk, actor: Actor, draft: Draft, doubts: Sequence[Doubt] = ()) -> Draft:
    """Write a new draft and show it; whatever else was being asked at its place waits."""
    await set_others_aside(desk, draft)
    expires = desk.now + timedelta(days=desk.office.thresholds.draft_days)
    kept = await desk.tx.drafts.add(draft, expires)
    return await show_draft(desk, actor, kept, doubts=doubts)


async def set_others_aside(desk: Desk, draft: Draft) -> None:
    """Of two open questions at one place nobody knows which one an answer is meant for."""
    while other := await desk.tx.drafts.asking_at(draft.person_id, draft.chat_id, draft.thread_id):
        if other.data.keys() - {DISTRICT} or await files_of_draft(desk, other):
            await save_for_later(desk, other)
        else:
            await throw_away(desk, other, desk.texts.render("draft_replaced"))


async def throw_away(
    desk: Desk, draft: Draft, text: str, priority: Priority = Priority.ANSWER
) -> None:
    """Keep nothing of a draft, and say so in its place."""
    await discard(desk, draft)
    await put_draft(desk, draft, text, priority=priority)


async def discard(desk: Desk, draft: Draft) -> None:
    """Keep nothing of a draft, its messages and its files."""
    await desk.tx.drafts.remove(draft.id)
    await desk.tx.origins.forget(draft.id)
    await drop(desk, draft.id)


async def save_for_later(desk: Desk, draft: Draft) -> None:
    """Ask nothing more of a draft until it is taken up again."""
    saved = replace(draft, asking="")
    await desk.tx.drafts.save(saved)
    await put_aside(desk, saved)


async def answer(
    desk: Desk, actor: Actor, draft: Draft, text: str, message_id: int | None = None
) -> Draft:
    """Take a message as the answer to the draft's open question."""
    require_own(actor, draft)
    form = await form_of(desk, actor, draft)
    name = draft.asking
    value = form.entries[name].holds.read(text, await _reading(desk, draft, name))
    await check_references(desk, actor, form.entries, {name: value}, draft.record_id)
    await _check_together(desk, draft, name, value)
    await desk.tx.origins.overtake(draft.id, name)
    await go_on_below(desk, form, draft)
    if message_id is not None:
        await _note_origin(desk, draft, message_id, name, frozenset({name}))
    return await give(desk, actor, draft, name, value)


async def go_on_below(desk: Desk, form: Form, draft: Draft) -> None:
    """Let a form go on below what its writer has just sent; above stays what it answers.

    Only in private: in a group the form is changed where it stands, and so never fills the chat.
    """
    standing = await desk.tx.chats.post(draft_post(draft)) if draft.private else None
    if standing is None:
        return
    await desk.tx.outbox.forget_post(draft_post(draft))
    await desk.say(
        draft.chat_id,
        text=desk.texts.render("draft_answered", title=form.entries[draft.asking].title),
        manner=Manner.AMEND,
        reply_to=standing[1],
        priority=Priority.NEWS,
    )


async def _reading(desk: Desk, draft: Draft, name: str) -> Reading:
    """How an answer is read: in a correction, as of the step that it corrects."""
    if draft.move != CORRECT or draft.record_id is None:
        return desk.reading
    record = await desk.tx.records.get(draft.record_id)
    return await reading_of(desk, desk.books.kinds[draft.kind], record, name)


async def attach(
    desk: Desk,
    actor: Actor,
    place: Place,
    offered: Offered,
    caption: str = "",
    message_id: int | None = None,
) -> None:
    """Take a file for the draft at a place; its caption answers an open question in free words.

    An addition may be a file alone. Raises what `offer_to_draft` raises.
    """
    attachment = await offer_to_draft(desk, actor, place, offered)
    draft = await own_draft(desk, actor, attachment.draft_id or 0)
    form = await form_of(desk, actor, draft)
    asked = form.entries.get(draft.asking)
    if caption.strip() and asked and isinstance(asked.holds, Text):
        await answer(desk, actor, draft, caption, message_id)
    elif draft.asking == ADDITION:
        words = desk.texts.label("see_file").format(name=attachment.name)
        await go_on_below(desk, form, draft)
        await give(desk, actor, draft, ADDITION, words)


async def give(desk: Desk, actor: Actor, draft: Draft, name: str, value: Value) -> Draft:
    """Put a value into a draft, and go on to the next question."""
    data = {**draft.data, name: value}
    to_ask = (*_wondered(desk, draft, data), *_but(draft, name))
    return await show_draft(desk, actor, replace(draft, data=data, to_ask=to_ask))


def _wondered(desk: Desk, draft: Draft, data: Mapping[str, Value]) -> tuple[str, ...]:
    """What an answer gives rise to ask of a new record, though it may be skipped."""
    wonders = desk.books.kinds[draft.kind].wonders
    before = wonders(draft.data)
    return tuple(n for n in wonders(data) if n not in before) if draft.record_id is None else ()


def _but(draft: Draft, name: str) -> tuple[str, ...]:
    return tuple(other for other in draft.to_ask if other != name)


async def _note_origin(
    desk: Desk, draft: Draft, message_id: int, asked: str, fields: frozenset[str]
) -> None:
    origin = Origin(draft.chat_id, message_id, draft.person_id, draft.id, None, asked, fields)
    await desk.tx.origins.put(origin, desk.now)


async def choose(desk: Desk, actor: Actor, draft: Draft, name: str, choice: str) -> Draft:
    """Take a pressed choice as the answer to one field."""
    require_own(actor, draft)
    entry = (await form_of(desk, actor, draft)).entries.get(name)
    holds = entry.holds if entry else None
    if not isinstance(holds, OneOf) or not holds.knows(choice):
        raise DomainError("unknown_button")
    await _check_together(desk, draft, name, choice)
    await desk.tx.origins.overtake(draft.id, name)
    return await give(desk, actor, draft, name, choice)


async def _check_together(desk: Desk, draft: Draft, name: str, value: Value) -> None:
    """Refuse an answer that contradicts what the draft or its record says already."""
    record = await desk.tx.records.get(draft.record_id) if draft.record_id else None
    before = record.data if record else {}
    desk.books.kinds[draft.kind].consistent({**before, **draft.data, name: value})


async def skip(desk: Desk, actor: Actor, draft: Draft, name: str) -> Draft:
    """Go on without an answer that the form can do without."""
    require_own(actor, draft)
    if name not in draft.to_ask:
        raise DomainError("unknown_button")
    return await show_draft(desk, actor, replace(draft, to_ask=_but(draft, name)))


async def clear(desk: Desk, actor: Actor, draft: Draft, name: str) -> Draft:
    """Empty a field that the form can do without; in a correction, the record's own."""
    require_own(actor, draft)
    form = await form_of(desk, actor, draft)
    if name not in form.entries or name in (*form.required, *form.needed):
        raise DomainError("unknown_button")
    await desk.tx.origins.overtake(draft.id, name)
    if name in form.before:
        return await give(desk, actor, draft, name, REMOVED)
    data = {other: value for other, value in draft.data.items() if other != name}
    return await show_draft(desk, actor, replace(draft, data=data))


async def own_draft(desk: Desk, actor: Actor, draft_id: int) -> Draft:
    """The actor's draft of this id; raises `draft_gone`, also for somebody else's."""
    draft = await desk.tx.drafts.get(draft_id)
    if draft is None:
        raise DomainError("draft_gone")
    require_own(actor, draft)
    return draft


def require_own(actor: Actor, draft: Draft) -> None:
    """Raise `not_your_draft` unless the actor is its writer."""
    if draft.person_id != actor.person_id:
        raise DomainError("not_your_draft")


async def show_draft(
    desk: Desk,
    actor: Actor,
    draft: Draft,
    *,
    group: int | None = None,
    ask: str = "",
    doubts: Sequence[Doubt] = (),
) -> Draft:
    """Keep a draft, with its next question open, and show it in its place.

    `ask` names a field to ask for out of turn, `group` the group of its choices to show,
    `doubts` what the line meant for a field but could not give it.
    """
    form = await form_of(desk, actor, draft)
    to_ask = tuple(name for name in draft.to_ask if name not in draft.data)
    waiting = (*form.missing(draft.data), *to_ask)
    asked = replace(draft, asking=ask or (waiting[0] if waiting else ""), to_ask=to_ask)
    await desk.tx.drafts.save(asked)
    alike = await find_alike(desk, actor, asked) if draft.record_id is None else ()
    files = len(await files_of_draft(desk, asked))
    findings = Findings(doubts, alike, files, await _unsettled(desk, asked))
    await show_preview(desk, form, asked, group=group, findings=findings)
    return asked


async def _unsettled(desk: Desk, draft: Draft) -> list[str]:
    record = await desk.tx.records.get(draft.record_id) if draft.record_id else None
    if record is None:
        return []
    return await left_open(desk, desk.books.kinds[draft.kind], record, draft.move)


async def ask_for(desk: Desk, actor: Actor, draft: Draft, name: str) -> Draft:
    """Ask for one field again, or for the first time, at its writer's wish."""
    if name not in (await form_of(desk, actor, draft)).entries:
        raise DomainError("unknown_button")
    return await show_draft(desk, actor, draft, ask=name)


async def show_fields(desk: Desk, actor: Actor, draft: Draft) -> None:
    """Offer every field of the draft to be filled in or changed."""
    await show_preview(desk, await form_of(desk, actor, draft), draft, fields=True)
