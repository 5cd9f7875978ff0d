"""A form as its writer sees it: what was understood, what is missing, and the keys below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.entries import Choice, Entry, OneOf, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner
from bot.services import buttons

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.domain.line import Doubt
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Value
    from bot.office import District, Office
    from bot.services.desk import Desk

DISTRICT = "district"
"""The one field that every form for a new record has, whatever the kind."""
LONGEST_SAID = 40
"""So much of what could not be taken is said back."""


@dataclass(frozen=True)
class Form:
    """The fields of one form, and which of them it cannot do without."""

    title: str
    entries: Mapping[str, Entry]
    required: tuple[str, ...]
    rest: str

    def missing(self, data: Mapping[str, Value]) -> tuple[str, ...]:
        """The required fields still empty, in the order they are asked."""
        return tuple(name for name in self.required if name not in data)


def form_of(desk: Desk, actor: Actor, draft: Draft) -> Form:
    """The form that a draft fills in; of the districts, only those of its writer."""
    kind = desk.books.kinds[draft.kind]
    if draft.move:
        move = kind.move(draft.move)
        entries = {name: kind.entries[name] for name in move.needs}
        texts = [name for name in move.needs if isinstance(entries[name].holds, Text)]
        return Form(move.title, entries, move.needs, texts[0] if texts else "")
    own = actor.standing.districts if actor.standing else frozenset()
    offered = {name: kind.entries[name] for name in kind.offered}
    return Form(
        kind.title,
        {DISTRICT: district_entry(desk.office, own), **offered},
        (DISTRICT, *kind.required),
        kind.rest,
    )


def district_entry(office: Office, codes: Collection[str]) -> Entry:
    """The question for the district, with some of the office file's districts to choose from."""
    choices = tuple(
        Choice(d.code, d.name, d.spellings, alone=_names_of_the_city(office, d))
        for d in office.districts
        if d.code in codes
    )
    return Entry("区域", OneOf(choices), "属于哪个区域？", Sight.GROUP)


def _names_of_the_city(office: Office, district: District) -> frozenset[str]:
    """The city's names, which in a sentence only begin an address or the name of an organ."""
    names = {district.name, *district.spellings}
    return frozenset(names if belongs_to_city(office, district.code) else ())


def belongs_to_city(office: Office, district: str) -> bool:
    """Tell whether a district is the city itself, within which any district may be meant."""
    return office.organ(office.district(district).procuratorate).city


def _preview(
    desk: Desk, form: Form, draft: Draft, missing: tuple[str, ...], doubts: Sequence[Doubt]
) -> str:
    """What was understood and what is missing; in a group, no value a group may not see."""
    open_to = {Sight.GROUP, Sight.PARTIES} if draft.private else {Sight.GROUP}
    known = [(name, entry) for name, entry in form.entries.items() if name in draft.data]
    shown = [(n, e) for n, e in known if e.sight in open_to]
    return desk.texts.render(
        "draft",
        title=form.title,
        move=draft.move,
        fields={e.title: e.holds.show(draft.data[n]) for n, e in shown},
        hidden=[e.title for n, e in known if e.sight not in open_to],
        missing=[form.entries[name].title for name in missing],
        doubts=[_doubt(desk, form.entries[d.name], d, open_to) for d in doubts],
        question=form.entries[draft.asking].ask if draft.asking else "",
        by_button=bool(draft.asking) and isinstance(form.entries[draft.asking].holds, OneOf),
        private=draft.private,
    )


def _doubt(desk: Desk, entry: Entry, doubt: Doubt, open_to: Collection[Sight]) -> dict[str, str]:
    """What could not be taken and why; in a group, without the words of a field it may not see."""
    said = "、".join(doubt.said)[:LONGEST_SAID] if entry.sight in open_to else ""
    return {"title": entry.title, "said": said, "why": desk.texts.label(f"doubt_{doubt.reason}")}


def _keys(desk: Desk, form: Form, draft: Draft, group: int | None) -> Keyboard:
    """The choices of the open question; 提交 once nothing is missing; and the ways out."""
    label = desk.texts.label
    cancel = Button(label("cancel"), buttons.code(buttons.CANCEL, draft.id))
    edit = Button(label("edit"), buttons.code(buttons.EDIT, draft.id))
    file = Button(label("submit"), buttons.code(buttons.FILE, draft.id))
    if not draft.asking:
        return ((file,), (edit, cancel)) if len(form.entries) > 1 else ((file, cancel),)
    holds = form.entries[draft.asking].holds
    choices = _choice_keys(desk, draft, holds, group) if isinstance(holds, OneOf) else ()
    if form.missing(draft.data):
        return (*choices, (cancel,))
    return (*choices, (Button(label("back"), buttons.code(buttons.BACK, draft.id)), cancel))


def _field_keys(desk: Desk, form: Form, draft: Draft) -> Keyboard:
    """Every field of the form, to be filled in or changed."""
    keys = [
        Button(
            f"{entry.title} ✓" if name in draft.data else entry.title,
            buttons.code(buttons.ASK, draft.id, name),
        )
        for name, entry in form.entries.items()
    ]
    back = Button(desk.texts.label("back"), buttons.code(buttons.BACK, draft.id))
    return (*_rows(keys, 2), (back,))


def _choice_keys(desk: Desk, draft: Draft, holds: OneOf, group: int | None) -> Keyboard:
    """The groups of a long list of choices, or the choices themselves."""
    groups = holds.groups()
    if len(groups) > 1 and group is None:
        keys = [
            Button(title, buttons.code(buttons.GROUP, draft.id, at))
            for at, title in enumerate(groups)
        ]
        return _rows(keys, 2)
    if group is not None and group >= len(groups):
        raise DomainError("unknown_button")
    keys = [
        Button(choice.title, buttons.code(buttons.CHOOSE, draft.id, draft.asking, choice.code))
        for choice in holds.within(groups[group or 0])
    ]
    back = Button(desk.texts.label("back"), buttons.code(buttons.BACK, draft.id))
    return _rows(keys, 2) if group is None else (*_rows(keys, 1), (back,))


def _rows(keys: list[Button], width: int) -> Keyboard:
    return tuple(tuple(keys[at : at + width]) for at in range(0, len(keys), width))


async def show_preview(
    desk: Desk,
    form: Form,
    draft: Draft,
    *,
    group: int | None = None,
    fields: bool = False,
    doubts: Sequence[Doubt] = (),
) -> None:
    """Show a draft in its place: its open question, or with `fields` the fields to choose from."""
    missing = form.missing(draft.data)
    keyboard = _field_keys(desk, form, draft) if fields else _keys(desk, form, draft, group)
    await put_draft(desk, draft, _preview(desk, form, draft, missing, doubts), keyboard)


async def put_draft(desk: Desk, draft: Draft, text: str, keyboard: Keyboard = ()) -> None:
    """Put a text where the draft's preview stands."""
    await desk.say(
        draft.chat_id,
        thread_id=draft.thread_id,
        text=text,
        buttons=keyboard,
        manner=Manner.PUT,
        post=draft_post(draft),
    )


def draft_post(draft: Draft) -> str:
    """The name of a draft's preview."""
    return f"draft/{draft.id}"
