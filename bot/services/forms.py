"""Filling in a form, whatever it is for: a new record of any kind, or what a step needs.

One line fills what it can; what is missing is asked for, one question at a time; the whole
reading is shown before anything is filed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.entries import OneOf, tokens
from bot.domain.errors import DomainError
from bot.domain.line import read_line
from bot.domain.people import Action
from bot.domain.records import Draft
from bot.services.files import drop, follow
from bot.services.ledger import file_record, move_record
from bot.services.previews import (
    DISTRICT,
    belongs_to_city,
    form_of,
    put_draft,
    show_preview,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.kinds.kind import Kind
    from bot.domain.line import Doubt
    from bot.domain.people import Actor, Place
    from bot.domain.records import Record
    from bot.services.desk import Desk


async def open_form(desk: Desk, actor: Actor, kind: Kind, place: Place, line: str) -> Draft:
    """Begin a new record from one line, however much it says."""
    actor.require(Action.SUBMIT)
    if actor.standing is None or actor.standing.side not in kind.from_sides:
        raise DomainError("not_your_kind", title=kind.title)
    blank = _blank(desk, actor, kind.code, place)
    _refuse_foreign_district(desk, actor, line)
    form = form_of(desk, actor, blank)
    heard = read_line(line, form.entries, form.rest, desk.reading)
    data = heard.data
    district = await _usual_district(desk, actor, place)
    if district:
        data = {DISTRICT: district, **data}
    return await _keep(desk, actor, replace(blank, data=data), heard.doubts)


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
    blank = replace(
        _blank(desk, actor, record.kind, place),
        move=move,
        record_id=record.id,
        record_version=record.version,
    )
    return await _keep(desk, actor, blank)


def _blank(desk: Desk, actor: Actor, kind: str, place: Place) -> Draft:
    return Draft(
        id=0,
        kind=kind,
        person_id=actor.person_id,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        private=place.private,
        move="",
        record_id=None,
        record_version=None,
        asking="",
    )


async def _keep(desk: Desk, actor: Actor, draft: Draft, doubts: Sequence[Doubt] = ()) -> Draft:
    expires = desk.now + timedelta(days=desk.office.thresholds.draft_days)
    kept = await desk.tx.drafts.add(draft, expires)
    return await show_draft(desk, actor, kept, doubts=doubts)


async def answer(desk: Desk, actor: Actor, draft: Draft, text: str) -> Draft:
    """Take a message as the answer to the draft's open question."""
    _require_own(actor, draft)
    form = form_of(desk, actor, draft)
    value = form.entries[draft.asking].holds.read(text, desk.reading)
    return await show_draft(desk, actor, replace(draft, data={**draft.data, draft.asking: value}))


async def choose(desk: Desk, actor: Actor, draft: Draft, name: str, choice: str) -> Draft:
    """Take a pressed choice as the answer to one field."""
    _require_own(actor, draft)
    entry = form_of(desk, actor, draft).entries.get(name)
    holds = entry.holds if entry else None
    if not isinstance(holds, OneOf) or choice not in {c.code for c in holds.choices}:
        raise DomainError("unknown_button")
    return await show_draft(desk, actor, replace(draft, data={**draft.data, name: choice}))


async def submit(desk: Desk, actor: Actor, draft: Draft) -> Record:
    """File a complete draft: the new record, or the step it prepares."""
    _require_own(actor, draft)
    form = form_of(desk, actor, draft)
    missing = form.missing(draft.data)
    if missing:
        titles = [form.entries[name].title for name in missing]
        raise DomainError("still_missing", titles=titles)
    if not await desk.tx.drafts.remove(draft.id):
        raise DomainError("draft_gone")
    record = await _carry_out(desk, actor, draft)
    await follow(desk, draft.id, record.id)
    await put_draft(desk, draft, desk.texts.render("filed", number=record.number, move=draft.move))
    return record


async def _carry_out(desk: Desk, actor: Actor, draft: Draft) -> Record:
    kind = desk.books.kinds[draft.kind]
    if draft.record_id is None or draft.record_version is None:
        data = {name: value for name, value in draft.data.items() if name != DISTRICT}
        return await file_record(desk, actor, kind, str(draft.data[DISTRICT]), data)
    record = await desk.tx.records.get(draft.record_id)
    if record is None:
        raise DomainError("draft_gone")
    return await move_record(
        desk, actor, record, draft.move, draft.data, version=draft.record_version
    )


async def cancel(desk: Desk, actor: Actor, draft: Draft) -> None:
    """Throw a draft away, at its author's word."""
    _require_own(actor, draft)
    await desk.tx.drafts.remove(draft.id)
    await drop(desk, draft.id)
    await put_draft(desk, draft, desk.texts.render("draft_cancelled"))


async def own_draft(desk: Desk, actor: Actor, draft_id: int) -> Draft:
    """The actor's draft of this id; raises `draft_gone`, also for somebody else's."""
    draft = await desk.tx.drafts.get(draft_id)
    if draft is None:
        raise DomainError("draft_gone")
    _require_own(actor, draft)
    return draft


def _require_own(actor: Actor, draft: Draft) -> None:
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
    form = form_of(desk, actor, draft)
    missing = form.missing(draft.data)
    asked = replace(draft, asking=ask or (missing[0] if missing else ""))
    await desk.tx.drafts.save(asked)
    await show_preview(desk, form, asked, group=group, doubts=doubts)
    return asked


async def ask_for(desk: Desk, actor: Actor, draft: Draft, name: str) -> Draft:
    """Ask for one field again, or for the first time, at its writer's wish."""
    if name not in form_of(desk, actor, draft).entries:
        raise DomainError("unknown_button")
    return await show_draft(desk, actor, draft, ask=name)


async def show_fields(desk: Desk, actor: Actor, draft: Draft) -> None:
    """Offer every field of the draft to be filled in or changed."""
    await show_preview(desk, form_of(desk, actor, draft), draft, fields=True)
