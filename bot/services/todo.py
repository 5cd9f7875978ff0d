"""What waits: for a leader's approval, in somebody's hands, and for their organ as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.domain.facets import Facet, Sort
from bot.domain.kinds.lifecycle import Matter
from bot.domain.outgoing import Button, Manner
from bot.domain.people import Action, Role
from bot.domain.periods import Light, days_left
from bot.services import buttons
from bot.services.cards import moves_for
from bot.services.clockface import colour_of, counted_before, still_open
from bot.services.disputes import closed_by, subject_title
from bot.services.standing_in import held_for_others

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor
    from bot.domain.records import Dispute, Duty, Proposal
    from bot.services.desk import Desk

PAGE = 10
"""As many as one message lists, each with a button in a row of its own."""
DISPUTES = 5
"""So many open disputes stand below the first page."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record whose next step falls to the reader's organ."""

    record_id: int
    due: date
    others: bool = True
    """It is not in the reader's own hands: they neither filed it nor took the last step."""
    on_behalf: str = ""
    """In whose place the reader has it in hand; "" where it is their own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record that waits, as the list shows it."""

    number: str
    next_step: str
    others: bool
    due: date | None = None
    left: int = 0
    """How many days are left until then."""
    light: Light = Light.GREY
    before: tuple[date, ...] = ()
    """When it was due before it was counted anew."""
    on_behalf: str = ""
    """In whose place the reader has it in hand."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that waits for the reader's approval, as the list shows it."""

    proposal_id: int
    number: str
    title: str
    proposer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Disputed:
    """What the reader's organ and another do not agree about, as the list shows it."""

    record_id: int
    number: str
    title: str
    organ: str
    """Who raised it."""
    confirmed: bool
    """The reader's organ has called it settled, the other one has not."""


async def tell_todo(desk: Desk, actor: Actor, user_id: int, *, silent: bool = False) -> None:
    """Tell somebody in private what waits for them, then what waits for the rest of their organ.

    In either part what is due first comes first; a leader is told before all of that what waits
    for their approval. `silent`: say nothing when there is nothing.
    """
    actor.require(Action.SEE_CARD)
    waiting = await _waiting_for(desk, actor)
    if waiting or not silent or await _waits_besides(desk, actor):
        await desk.tx.outbox.forget_post(_post(user_id))
        await _put(desk, actor, user_id, waiting, 0)


async def _waits_besides(desk: Desk, actor: Actor) -> bool:
    """Tell whether there is a proposal or a dispute to tell of."""
    proposals = await _proposals_for(desk, actor)
    return bool(proposals or await desk.tx.disputes.open_between(actor.organ))


async def turn_todo(desk: Desk, actor: Actor, user_id: int, page: int) -> None:
    """Show a page of the list as it is now, where it stands; past the end, the last one."""
    actor.require(Action.SEE_CARD)
    await _put(desk, actor, user_id, await _waiting_for(desk, actor), page)


async def waiting_of(desk: Desk, organ: str) -> list[Waiting]:
    """Everything that waits for an organ, what is due first before the rest."""
    dues = await desk.tx.duties.first_dues(organ)
    held = await desk.tx.search.bearing(Facet(Sort.HOLDER, organ)) | dues.keys()
    found = (Waiting(each, dues.get(each, date.max)) for each in held)
    return sorted(found, key=lambda each: (each.due, each.record_id))


async def _waiting_for(desk: Desk, actor: Actor) -> list[Waiting]:
    """Everything that waits for the organ, in order: few questions, however much it is.

    What somebody who is away has in hand is in the hands of whoever stands in.
    """
    waiting = await waiting_of(desk, actor.organ)
    held = {each.record_id for each in waiting}
    organs, author = Facet(Sort.HOLDER, actor.organ), str(actor.person_id)
    filed = await desk.tx.search.bearing(organs, Facet(Sort.SUBMITTER, author))
    steps = desk.books.kinds.steps
    taken = await desk.tx.events.last_by(actor.person_id, actor.organ, held - filed, steps)
    own = filed | taken
    behalf = await held_for_others(desk, actor, held - own)
    found = [
        replace(each, others=False, on_behalf=behalf[each.record_id].name)
        if each.record_id in behalf
        else replace(each, others=each.record_id not in own)
        for each in waiting
    ]
    return sorted(found, key=lambda each: each.others)


async def _proposals_for(desk: Desk, actor: Actor) -> list[Proposal]:
    """What waits for this person's approval, the oldest first."""
    return await desk.tx.proposals.of_organ(actor.organ) if actor.role is Role.LEADER else []


async def _asked(desk: Desk, proposals: list[Proposal]) -> list[Asked]:
    records = await desk.tx.records.of([each.record_id for each in proposals])
    found = {record.id: record for record in records}
    asked: list[Asked] = []
    for each in proposals:
        record = found[each.record_id]
        title = desk.books.kinds[record.kind].move(each.move).title
        proposer = await desk.tx.people.get(each.proposed_by)
        name = proposer.name if proposer else ""
        asked.append(Asked(each.id, record.number, title, name, each.proposed_at))
    return asked


async def _disputed(desk: Desk, organ: str, disputes: list[Dispute]) -> list[Disputed]:
    records = await desk.tx.records.by_id([each.record_id for each in disputes])
    return [
        Disputed(
            record.id,
            record.number,
            subject_title(desk, desk.books.kinds[record.kind], each.subject),
            desk.office.organ(each.organ).short,
            closed_by(each, record, organ) is not None,
        )
        for each in disputes
        for record in (records[each.record_id],)
    ]


async def listed(desk: Desk, organ: str, waiting: list[Waiting]) -> list[tuple[Matter, Line]]:
    """Some of what waits for an organ, each with what a list says of it."""
    record_ids = [each.record_id for each in waiting]
    duties = await desk.tx.duties.of_records(record_ids)
    found: list[tuple[Matter, Line]] = []
    for record, each in zip(await desk.tx.records.of(record_ids), waiting, strict=True):
        rows = duties[record.id]
        matter = Matter(record, still_open(rows), desk.today)
        found.append((matter, _line(desk, organ, matter, rows, each)))
    return found


async def _put(desk: Desk, actor: Actor, user_id: int, waiting: list[Waiting], page: int) -> None:
    pages = max(1, -(-len(waiting) // PAGE))
    page = min(page, pages - 1)
    shown = await listed(desk, actor.organ, waiting[page * PAGE : (page + 1) * PAGE])
    lines = [line for _, line in shown]
    proposals = await _proposals_for(desk, actor)
    asked = await _asked(desk, proposals[:PAGE]) if proposals and not page else []
    disputes = [] if page else await desk.tx.disputes.open_between(actor.organ)
    disputed = await _disputed(desk, actor.organ, disputes[:DISPUTES]) if disputes else []
    await desk.say(
        user_id,
        text=desk.texts.render(
            "todo",
            organ=desk.office.organ(actor.organ).short,
            leader=actor.role is Role.LEADER,
            asked=asked,
            approvals=len(proposals),
            today=desk.today,
            disputed=disputed,
            disputes=len(disputes),
            count=len(waiting),
            parts=[[line for line in lines if line.others is others] for others in (False, True)],
            page=page + 1,
            pages=pages,
        ),
        buttons=(
            *((_decide_key(desk, each),) for each in asked),
            *((_key(desk, actor, matter, page),) for matter, _ in shown),
            *((_card_key(*pair),) for pair in _unlisted(disputed, shown).items()),
            *_turns(desk, page, pages),
        ),
        manner=Manner.PUT,
        post=_post(user_id),
    )


def _post(user_id: int) -> str:
    """The name of somebody's newest list."""
    return f"todo/{user_id}"


def _line(desk: Desk, organ: str, matter: Matter, duties: list[Duty], waiting: Waiting) -> Line:
    """What an organ has to do: what it owes first, or without a date the matter's next step."""
    kind = desk.books.kinds[matter.record.kind]
    own = [duty for duty in matter.owed if duty.debtor == organ]
    state = kind.state(matter.record.state)
    step = kind.rule(own[0].code).title if own else state.next_of(matter.owed)
    line = Line(
        matter.record.number,
        step,
        waiting.others,
        light=colour_of(own, desk.today),
        on_behalf=waiting.on_behalf,
    )
    if not own:
        return line
    due = own[0].due
    before = counted_before(own[0], duties)
    return replace(line, due=due, left=days_left(due, desk.today), before=before)


def _unlisted(disputed: list[Disputed], shown: list[tuple[Matter, Line]]) -> dict[int, str]:
    """The records in dispute that have no key yet, each once, by id."""
    keyed = {matter.record.id for matter, _ in shown}
    return {each.record_id: each.number for each in disputed if each.record_id not in keyed}


def _card_key(record_id: int, number: str) -> Button:
    return Button(number, buttons.code(buttons.CARD, record_id))


def _key(desk: Desk, actor: Actor, matter: Matter, page: int) -> Button:
    """The very step, where there is one and it needs no form; otherwise the card."""
    record = matter.record
    moves = moves_for(actor, desk.books.kinds[record.kind], matter)
    if len(moves) != 1 or moves[0].needs:
        return _card_key(record.id, record.number)
    (move,) = moves
    code = buttons.code(buttons.TODO_STEP, record.id, move.code, record.version, page)
    return Button(f"{move.title} {record.number}", code)


def _decide_key(desk: Desk, asked: Asked) -> Button:
    """The way to what is proposed, and to the two ways of deciding it."""
    label = desk.texts.label("decide").format(number=asked.number)
    return Button(label, buttons.code(buttons.PROPOSAL, asked.proposal_id))


def _turns(desk: Desk, page: int, pages: int) -> Keyboard:
    """The ways to the pages before and after."""
    turns = [("page_back", page - 1)] if page else []
    turns += [("page_on", page + 1)] if page + 1 < pages else []
    row = tuple(
        Button(desk.texts.label(label), buttons.code(buttons.TODO, to)) for label, to in turns
    )
    return (row,) if row else ()
