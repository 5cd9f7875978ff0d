"""A form as its writer sees it: what was understood, what is missing, and the keys below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.entries import Entry, OneOf, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner, Priority, in_rows
from bot.domain.people import Place
from bot.services import buttons
from bot.services.blanks import CORRECT, FITS_ANY
from bot.services.clockface import Estimate
from bot.services.clocks import estimated_by, not_begun

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bot.domain.line import Doubt
    from bot.domain.outgoing import Keyboard
    from bot.domain.records import Draft
    from bot.services.alike import Alike
    from bot.services.blanks import Form
    from bot.services.desk import Desk

CONTINUE = "c"
"""What the address of the private chat says in order to go on with a draft there."""
LONGEST_SAID = 40
"""So much of what could not be taken is said back."""


@dataclass(frozen=True)
class Findings:
    """What there is to say of a draft besides what it holds."""

    doubts: Sequence[Doubt] = ()
    """What the line meant for a field but could not give it."""
    alike: Sequence[Alike] = ()
    """Records that may be about the same matter."""
    files: int = 0
    """How many files will go with it."""
    unsettled: Sequence[str] = ()
    """What stays in dispute though the step closes the record."""


NOTHING = Findings()


def _preview(
    desk: Desk, form: Form, draft: Draft, findings: Findings, *, fields: bool = False
) -> str:
    """What was understood and what is missing; in a group, no value a group may not see."""
    open_to = {Sight.GROUP, Sight.PARTIES} if draft.private else {Sight.GROUP}
    known = [(name, entry) for name, entry in form.entries.items() if name in draft.data]
    shown = [(n, e) for n, e in known if e.sight in open_to]
    missing = form.missing(draft.data)
    asked = None if fields else form.entries.get(draft.asking)
    return desk.texts.render(
        "draft",
        title=form.title,
        filing=draft.record_id is None,
        fields={e.title: form.show(n, draft.data[n]) for n, e in shown},
        hidden=[e.title for n, e in known if e.sight not in open_to],
        missing=[form.entries[name].title for name in missing],
        doubts=[_doubt(desk, form.entries[d.name], d, open_to) for d in findings.doubts],
        alike=findings.alike,
        files=findings.files,
        unsettled=findings.unsettled,
        foreseen=tuple(_foreseen(desk, draft, open_to)),
        today=desk.today,
        question=asked.ask if asked else "",
        seen=_seen(desk, draft, asked) if asked else "",
        beside=form.beside.get(draft.asking, "") if asked else "",
        choosing=fields,
        optional=draft.asking in draft.to_ask and not missing,
        by_button=asked is not None and isinstance(asked.holds, OneOf),
        private=draft.private,
    )


def _seen(desk: Desk, draft: Draft, asked: Entry) -> str:
    """When the other side reads the answer in free words to a question about a record."""
    if draft.record_id is None or draft.move in FITS_ANY or not isinstance(asked.holds, Text):
        return ""
    return "after_approval" if draft.move in desk.books.kinds[draft.kind].reserved else "now"


def _foreseen(
    desk: Desk, draft: Draft, open_to: Collection[Sight]
) -> Iterator[tuple[Estimate, bool]]:
    """The dates that a new record will bring with it, as far as they can be told.

    With each, whether the day it counts from may be seen where the draft stands.
    """
    kind = desk.books.kinds[draft.kind]
    rules = kind.duties if draft.record_id is None else ()
    for rule, deadline in not_begun(desk, rules, draft.data):
        name = estimated_by(rule, draft.data)
        by = "" if name in rule.since else kind.entries[name].title
        yield Estimate(rule.title, deadline, by), kind.tells([name], open_to)


def _doubt(desk: Desk, entry: Entry, doubt: Doubt, open_to: Collection[Sight]) -> dict[str, str]:
    """What could not be taken and why; in a group, without the words of a field it may not see."""
    said = "、".join(doubt.said)[:LONGEST_SAID] if entry.sight in open_to else ""
    return {"title": entry.title, "said": said, "why": desk.texts.label(f"doubt_{doubt.reason}")}


class _Keys:
    """The keys below one draft."""

    def __init__(self, desk: Desk, form: Form, draft: Draft) -> None:
        self._desk, self._form, self._draft = desk, form, draft

    def _key(self, label: str, verb: str, *args: object) -> Button:
        return Button(self._desk.texts.label(label), buttons.code(verb, self._draft.id, *args))

    def below(self, group: int | None, alike: Sequence[Alike]) -> Keyboard:
        """The choices of the open question; 提交 once nothing is missing; and the ways out."""
        draft = self._draft
        complete = not self._form.missing(draft.data) and not (draft.asking and self._out_of_turn)
        submit = ((self._key("submit", buttons.FILE),),) if complete else ()
        label = self._desk.texts.label("append_to")
        code = partial(buttons.code, buttons.APPEND, self._draft.id)
        append = tuple(
            (Button(label.format(number=one.number), code(one.record_id)),) for one in alike
        )
        return (*self._answers(group), *submit, *append, *self._ways(group))

    def _answers(self, group: int | None) -> Keyboard:
        """The choices of the open question, and doing without."""
        name = self._draft.asking
        if not name:
            return ()
        holds = self._form.entries[name].holds
        choices = self._choices(holds, group) if isinstance(holds, OneOf) else ()
        if name in self._draft.to_ask:
            return (*choices, (self._key("skip", buttons.SKIP, name),))
        kept = (*self._form.required, *self._form.needed)
        if name not in kept and name in {**self._form.before, **self._draft.data}:
            return (*choices, (self._key("clear", buttons.CLEAR, name),))
        return choices

    def _ways(self, group: int | None) -> Keyboard:
        """Back, on to other fields, later, or not at all; from a group also into private."""
        draft = self._draft
        cancel = self._key("cancel", buttons.CANCEL)
        edit = (self._key("edit", buttons.EDIT),) if len(self._form.entries) > 1 else ()
        if not draft.asking:
            return ((*edit, cancel),)
        back = self._back(group)
        on = back if group is not None or self._out_of_turn else (*back, *edit)
        out = (self._key("save", buttons.SAVE), cancel)
        url = self._desk.private_chat(f"{CONTINUE}{draft.id}")
        into_private = Button(self._desk.texts.label("fill_in_private"), url=url)
        return tuple(filter(None, (on, out, () if draft.private else (into_private,))))

    @property
    def _out_of_turn(self) -> bool:
        """The open question is not the one that comes next."""
        draft = self._draft
        turn = self._form.missing(draft.data)[:1] or draft.to_ask[:1]
        return draft.asking not in turn

    def _back(self, group: int | None) -> tuple[Button, ...]:
        """To the question before; out of turn, or out of a long list, also to the form itself."""
        to_form = (self._key("back", buttons.BACK),)
        if group is not None:
            return to_form
        draft = self._draft
        under_way = self._form.missing(draft.data) or draft.to_ask
        before = self._form.before_it(draft.asking) if under_way else ""
        previous = (self._key("previous", buttons.ASK, before),) if before else ()
        return (*previous, *to_form) if self._out_of_turn else previous

    def fields(self) -> Keyboard:
        """Every field of the form, to be filled in or changed."""
        data = {**self._form.before, **self._draft.data}
        keys = [
            Button(
                f"{entry.title} ✓" if name in data else entry.title,
                buttons.code(buttons.ASK, self._draft.id, name),
            )
            for name, entry in self._form.entries.items()
        ]
        leave = self._key("cancel", buttons.CANCEL)
        begun = self._draft.move != CORRECT or self._draft.data
        return (*in_rows(keys, 2), (self._key("back", buttons.BACK) if begun else leave,))

    def _choices(self, holds: OneOf, group: int | None) -> Keyboard:
        """The groups of a long list of choices, or the choices themselves."""
        draft, groups = self._draft, holds.groups()
        if len(groups) > 1 and group is None:
            keys = [
                Button(title, buttons.code(buttons.GROUP, draft.id, at))
                for at, title in enumerate(groups)
            ]
            return in_rows(keys, 2)
        if group is not None and group >= len(groups):
            raise DomainError("unknown_button")
        keys = [
            Button(choice.title, buttons.code(buttons.CHOOSE, draft.id, draft.asking, choice.code))
            for choice in holds.within(groups[group or 0])
        ]
        return in_rows(keys, 2 if group is None else 1)


async def show_preview(
    desk: Desk,
    form: Form,
    draft: Draft,
    *,
    group: int | None = None,
    fields: bool = False,
    findings: Findings = NOTHING,
) -> None:
    """Show a draft in its place: its open question, or with `fields` the fields to choose from."""
    keys = _Keys(desk, form, draft)
    keyboard = keys.fields() if fields else keys.below(group, findings.alike)
    text = _preview(desk, form, draft, findings, fields=fields)
    await put_draft(desk, draft, text, keyboard)


async def put_draft(
    desk: Desk,
    draft: Draft,
    text: str,
    keyboard: Keyboard = (),
    priority: Priority = Priority.ANSWER,
) -> None:
    """Put a text where the draft's preview stands."""
    place = Place(draft.chat_id, draft.thread_id)
    await put_post(desk, place, draft_post(draft), text, keyboard, priority)


async def put_post(
    desk: Desk,
    place: Place,
    post: str,
    text: str,
    keyboard: Keyboard = (),
    priority: Priority = Priority.ANSWER,
) -> None:
    """Put a text where a post of that name stands."""
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=text,
        buttons=keyboard,
        manner=Manner.PUT,
        post=post,
        priority=priority,
    )


async def put_aside(desk: Desk, draft: Draft) -> None:
    """Say where a draft's preview stands that it is kept, and how to take it up again."""
    resume = Button(desk.texts.label("resume"), buttons.code(buttons.RESUME, draft.id))
    text = desk.texts.render("draft_saved", until=draft.expires_at, private=draft.private)
    await put_draft(desk, draft, text, ((resume,),) if draft.private else ())


def draft_post(draft: Draft) -> str:
    """The name of a draft's preview at the place where it is filled in now."""
    return f"draft/{draft.id}/{draft.chat_id}/{draft.thread_id}"
