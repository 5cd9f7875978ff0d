"""The forms there are to fill in: a new record, what a step needs, what is said of it since."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.entries import Choice, Entry, OneOf, Sight, Text
from bot.domain.errors import DomainError
from bot.domain.items import EachOf
from bot.domain.kinds.kind import nothing_more
from bot.services.disputes import disputable, subject_title
from bot.services.histories import suppliers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Event, Record, Value
    from bot.office import District, Office
    from bot.services.desk import Desk

DISTRICT = "district"
"""The one field that every form for a new record has, whatever the kind."""
CORRECT, ADD, DISPUTE, NOTE = "correct", "add", "dispute", "note"
REFUSE = "refuse_proposal"
"""What a draft prepares that is no step of a life-cycle, and that every kind knows."""
FITS_ANY = frozenset({ADD, DISPUTE, NOTE, REFUSE})
"""Those of them that any version of a record can take."""
WHY, ADDITION, SUBJECT, CLAIM, REMARK = "why", "addition", "subject", "claim", "remark"
"""The fields that every correction, addition, dispute (two of them) and note has."""
PROPOSAL, GROUNDS = "proposal", "grounds"
"""What a draft that hands a proposal back holds: its id, and why."""
REMOVED = ""
"""In a correction: the field is to be empty."""

LONGEST_BEFORE = 40
"""So much of what is being replaced is shown beside what replaces it."""
LONGEST_ADDITION = 500
"""So much one addition or note may say."""

REASON = Entry("更正理由", Text(200), "为什么更正？请写明理由。")
_ADDITION = Entry(
    "补充内容",
    Text(LONGEST_ADDITION),
    "请发送要补充的情况（500字以内，对方可见），也可发送位置或文件。",
)
_CLAIM = Entry(
    "异议说明",
    Text(200),
    "请用一句话写明异议（200字以内，对方可见）。只作标记，期限照常计算，也不代替书面异议。",
)
_REMARK = Entry(
    "备注内容", Text(LONGEST_ADDITION), "请发送备注内容（500字以内，只收文字，仅本方可见）。"
)
_GROUNDS = Entry("退回理由", Text(200), "请写明退回的理由（200字以内，拟稿人可见）。")


@dataclass(frozen=True)
class Form:
    """The fields of one form, and which of them it cannot do without."""

    title: str
    entries: Mapping[str, Entry]
    required: tuple[str, ...]
    rest: str = ""
    """The text field that takes what no other field of a line claims."""
    optional: tuple[str, ...] = ()
    """What else is asked, one by one, of somebody who has said nothing yet."""
    needed: tuple[str, ...] = ()
    """What may be changed, but not emptied."""
    before: Mapping[str, Value] = field(default_factory=dict)
    """What a correction finds."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """What of the record a question is about, shown with it."""
    demands: Callable[[Mapping[str, Value]], tuple[str, ...]] = nothing_more
    """What else it cannot do without, given what it says so far."""

    def missing(self, data: Mapping[str, Value]) -> tuple[str, ...]:
        """The required fields still empty, in the order they are asked."""
        said = {**self.before, **data}
        return tuple(n for n in (*self.required, *self.demands(said)) if n not in data)

    def before_it(self, name: str) -> str:
        """The question before one, or "" for the first; one with a single answer is none."""
        asked = [n for n in (*self.required, *self.optional) if not _settled(self.entries[n])]
        return asked[asked.index(name) - 1] if name in asked[1:] else ""

    def show(self, name: str, value: Value) -> str:
        """A value as its writer reads it: in a correction, after what stood there before."""
        show = self.entries[name].holds.show
        shown = "删去" if value == REMOVED else show(value)
        if name not in self.before:
            return shown
        return f"{shortened(show(self.before[name]))} → {shown}"


def shortened(words: str) -> str:
    """As much of a text as is needed to tell which one it is."""
    return words if len(words) <= LONGEST_BEFORE else f"{words[:LONGEST_BEFORE]}…"


def _settled(entry: Entry) -> bool:
    return isinstance(entry.holds, OneOf) and len(entry.holds.choices) == 1


async def form_of(desk: Desk, actor: Actor, draft: Draft) -> Form:
    """The form that a draft fills in; raises `draft_gone` when its record is no more."""
    kind = desk.books.kinds[draft.kind]
    if draft.record_id is None:
        return _new(desk, actor, kind)
    record = await desk.tx.records.get(draft.record_id)
    if record is None:
        raise DomainError("draft_gone")
    if draft.move == CORRECT:
        return await _correction(desk, actor, kind, record)
    if draft.move in FITS_ANY:
        return await _said_since(desk, actor, kind, record, draft)
    move = kind.move(draft.move)
    entries = {name: kind.entries[name] for name in (*move.needs, *move.asks)}
    texts = [name for name in move.needs if isinstance(entries[name].holds, Text)]
    return Form(
        f"{record.number}｜{move.title}",
        entries,
        move.needs,
        rest=texts[0] if texts else "",
        optional=move.asks,
        beside=_beside(kind, record, entries),
    )


def _beside(kind: Kind, record: Record, entries: Mapping[str, Entry]) -> dict[str, str]:
    """The items, where a question asks for an answer to each of them."""
    return {
        name: f"{kind.entries[holds.of].title}：{kind.show(holds.of, record.data[holds.of])}"
        for name, entry in entries.items()
        if isinstance(holds := entry.holds, EachOf) and holds.of in record.data
    }


def _new(desk: Desk, actor: Actor, kind: Kind) -> Form:
    """A new record; of the districts, only those of its writer."""
    own = actor.standing.districts if actor.standing else frozenset()
    offered = {name: kind.entries[name] for name in kind.offered}
    return Form(
        kind.title,
        {DISTRICT: district_entry(desk.office, own), **offered},
        (DISTRICT, *kind.required),
        rest=kind.rest,
        optional=kind.guided,
        demands=kind.demands,
    )


async def _correction(desk: Desk, actor: Actor, kind: Kind, record: Record) -> Form:
    """What the actor may correct, and why it is to be corrected."""
    events = await desk.tx.events.of_record(record.id)
    said = correctable(kind, record, actor.organ, events)
    title = desk.texts.label("form_correct").format(number=record.number)
    before = {name: record.data[name] for name in said if name in record.data}
    entries = {**{name: kind.entries[name] for name in said}, WHY: REASON}
    beside = _beside(kind, record, entries)
    return Form(title, entries, (WHY,), needed=kind.lasting, before=before, beside=beside)


_WORDS = {
    ADD: (ADDITION, _ADDITION),
    NOTE: (REMARK, _REMARK),
    REFUSE: (GROUNDS, _GROUNDS),
}
"""The one question of what is said in free words."""


async def _said_since(desk: Desk, actor: Actor, kind: Kind, record: Record, draft: Draft) -> Form:
    """An addition, a dispute and the like: few questions, the last of them in free words."""
    title = desk.texts.label(f"form_{draft.move}").format(number=record.number)
    if draft.move == DISPUTE:
        entries = {SUBJECT: await _subjects(desk, actor, kind, record, draft), CLAIM: _CLAIM}
    else:
        entries = dict([_WORDS[draft.move]])
    return Form(title, entries, tuple(entries), rest=[*entries][-1])


async def _subjects(desk: Desk, actor: Actor, kind: Kind, record: Record, draft: Draft) -> Entry:
    """What may be disputed; what was picked before stays readable though it may no more."""
    offered = await disputable(desk, kind, record, actor.organ)
    if SUBJECT in draft.data:
        picked = str(draft.data[SUBJECT])
        offered.setdefault(picked, subject_title(desk, kind, picked))
    choices = tuple(Choice(code, title) for code, title in offered.items())
    return Entry("异议事项", OneOf(choices), "对哪一项有异议？")


def correctable(kind: Kind, record: Record, organ: str, events: Iterable[Event]) -> list[str]:
    """The fields that an organ has said of a record, or might have said up to now."""
    whose = suppliers(kind, events)
    return [
        name
        for name in kind.entries
        if whose.get(name) == organ
        and (name in record.data or name in kind.offered or _was_skipped(kind, record, name))
    ]


def _was_skipped(kind: Kind, record: Record, name: str) -> bool:
    """Whether a step that was taken has asked for a field that may be skipped."""
    asking = (move for move in kind.moves if name in move.asks)
    return any(all(need in record.data for need in move.needs) for move in asking)


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
