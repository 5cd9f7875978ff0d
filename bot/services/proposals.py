"""Steps that the law reserves to the head of an organ: proposed by a liaison, then decided.

The bot never escalates by itself (BRIEF §0.6): a proposal is a draft that stays within its own
side, until the leader of the organ approves it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button
from bot.domain.people import Action, Place, Status
from bot.services import buttons
from bot.services.approvals import (
    DECLINED,
    PROPOSED,
    RETRACTED,
    leaders_of,
    proposal_post,
    put_proposal,
    tell_outcome,
)
from bot.services.blanks import PROPOSAL, REFUSE
from bot.services.clockface import face_of
from bot.services.clocks import matter_of
from bot.services.forms import blank_draft, keep, throw_away
from bot.services.histories import note_within_side
from bot.services.ledger import allowed_move, carry_out, given_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.kinds.lifecycle import Move
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor
    from bot.domain.records import Draft, Proposal, Record, Value
    from bot.services.desk import Desk


async def propose(
    desk: Desk,
    actor: Actor,
    record: Record,
    move_code: str,
    data: Mapping[str, Value],
    *,
    version: int,
) -> Proposal:
    """Put a complete step before the leaders of one's organ, in private.

    Raises what `move_record` raises, `no_leader` when nobody can decide, and
    `already_proposed`.
    """
    move = await allowed_move(desk, actor, record, move_code, version)
    given = await given_for(desk, actor, record, move, data)
    leaders = [one for one in await leaders_of(desk, actor.organ) if one.reachable]
    if not leaders:
        raise DomainError("no_leader", organ=desk.office.organ(actor.organ).short)
    proposal = await desk.tx.proposals.add(
        record.id,
        move.code,
        given,
        organ=actor.organ,
        proposed_by=actor.person_id,
        now=desk.now,
    )
    if proposal is None:
        raise _already(record, move)
    await _note(desk, actor, record, PROPOSED, proposal, given)
    for leader in leaders:
        await tell_proposal(desk, proposal, leader.user_id)
    return proposal


async def require_not_proposed(desk: Desk, record: Record, move: Move) -> None:
    """Raise `already_proposed` where a step waits for approval, before its form is filled in."""
    waiting = {proposal.move for proposal in await desk.tx.proposals.of_record(record.id)}
    if move.code in waiting:
        raise _already(record, move)


def _already(record: Record, move: Move) -> DomainError:
    return DomainError("already_proposed", title=move.title, number=record.number)


async def _note(
    desk: Desk,
    actor: Actor,
    record: Record,
    name: str,
    proposal: Proposal,
    content: Mapping[str, object],
) -> None:
    """Write into the record's history what stays within the actor's side."""
    await note_within_side(desk, actor, record, name, {"move": proposal.move}, content)


async def tell_proposal(desk: Desk, proposal: Proposal, user_id: int) -> None:
    """Show a leader, in private, what is proposed, with the two ways to decide."""
    record = await desk.tx.records.get(proposal.record_id)
    proposer = await desk.tx.people.get(proposal.proposed_by)
    if record is None:
        return
    kind = desk.books.kinds[record.kind]
    text = desk.texts.render(
        "proposal",
        title=kind.move(proposal.move).title,
        number=record.number,
        state=kind.state(record.state).title,
        receiver=desk.office.organ(record.receiver).short,
        owed=(await face_of(desk, kind, record)).owed,
        proposer=proposer.name if proposer else "",
        fields={kind.entries[n].title: kind.show(n, v) for n, v in proposal.data.items()},
    )
    await put_proposal(desk, proposal, user_id, text, _ways(desk, proposal))


def _ways(desk: Desk, proposal: Proposal) -> Keyboard:
    label = desk.texts.label
    approve = Button(label("approve"), buttons.code(buttons.APPROVE, proposal.id))
    decline = Button(label("decline"), buttons.code(buttons.DECLINE, proposal.id))
    detail = Button(label("detail"), buttons.code(buttons.DETAIL, proposal.record_id))
    return ((approve, decline), (detail,))


async def show_proposal(desk: Desk, actor: Actor, proposal_id: int, user_id: int) -> None:
    """Show a leader anew what waits for them, below everything said since.

    Raises what `decide` raises for one that is not theirs or waits no more.
    """
    proposal, _ = await _open_proposal(desk, actor, proposal_id)
    await desk.tx.outbox.forget_post(proposal_post(proposal, user_id))
    await tell_proposal(desk, proposal, user_id)


async def _waiting(desk: Desk, proposal_id: int) -> tuple[Proposal, Record]:
    """A proposal that nobody has decided yet, and its record; raises `proposal_gone`."""
    proposal = await desk.tx.proposals.get(proposal_id)
    record = await desk.tx.records.get(proposal.record_id) if proposal else None
    if proposal is None or record is None:
        raise DomainError("proposal_gone")
    return proposal, record


async def _open_proposal(desk: Desk, actor: Actor, proposal_id: int) -> tuple[Proposal, Record]:
    """A proposal that waits for this person's decision, and its record."""
    proposal, record = await _waiting(desk, proposal_id)
    actor.require(Action.APPROVE, record)
    if proposal.organ != actor.organ:
        raise DomainError("not_entitled")
    return proposal, record


async def open_refusal(desk: Desk, actor: Actor, proposal_id: int, place: Place) -> Draft:
    """Begin handing a proposal back: the leader is asked why, in private."""
    proposal, record = await _open_proposal(desk, actor, proposal_id)
    for draft in await desk.tx.drafts.of_record(record.id):
        if draft.person_id == actor.person_id and draft.move == REFUSE:
            await throw_away(desk, draft, desk.texts.render("draft_replaced"))
    blank = blank_draft(actor, record.kind, place, REFUSE, record)
    return await keep(desk, actor, replace(blank, data={PROPOSAL: proposal.id}))


async def decide(
    desk: Desk, actor: Actor, proposal_id: int, *, approve: bool, why: str = ""
) -> None:
    """Carry a proposal out in the leader's name, or hand it back, with why, to its proposer.

    Raises `proposal_gone` for one decided already, and where it is too late for it.
    """
    proposal, record = await _open_proposal(desk, actor, proposal_id)
    if not await desk.tx.proposals.remove(proposal.id):
        raise DomainError("proposal_gone")
    kind = desk.books.kinds[record.kind]
    move = kind.move(proposal.move)
    if not kind.is_time(move, await matter_of(desk, record)):
        raise DomainError("proposal_gone")
    if approve:
        record = await carry_out(desk, actor, record, move, proposal.data)
    else:
        await _note(desk, actor, record, DECLINED, proposal, {"why": why} if why else {})
    text = desk.texts.render(
        "proposal_decided",
        number=record.number,
        title=move.title,
        person=actor.name,
        approved=approve,
        why=why,
    )
    await tell_outcome(desk, proposal, text)
    if not approve:
        await _give_back(desk, proposal, record, move)


async def withdraw_proposal(desk: Desk, actor: Actor, proposal_id: int) -> None:
    """Take one's own proposal back before it is decided; its content is a draft again.

    Raises `proposal_gone` for one decided already, `not_entitled` for somebody else's.
    """
    proposal, record = await _waiting(desk, proposal_id)
    actor.require(Action.MOVE, record)
    if (proposal.proposed_by, proposal.organ) != (actor.person_id, actor.organ):
        raise DomainError("not_entitled")
    if not await desk.tx.proposals.remove(proposal.id):
        raise DomainError("proposal_gone")
    await _note(desk, actor, record, RETRACTED, proposal, {})
    move = desk.books.kinds[record.kind].move(proposal.move)
    text = desk.texts.render(
        "proposal_withdrawn", number=record.number, title=move.title, person=actor.name
    )
    await tell_outcome(desk, proposal, text)
    await _give_back(desk, proposal, record, move)


async def withdrawal_key(desk: Desk, record: Record, move: str) -> Keyboard:
    """The key with which whoever proposed a step takes that back."""
    return tuple(
        (Button(desk.texts.label("retract"), buttons.code(buttons.RETRACT, proposal.id)),)
        for proposal in await desk.tx.proposals.of_record(record.id)
        if proposal.move == move
    )


async def _give_back(desk: Desk, proposal: Proposal, record: Record, move: Move) -> None:
    """Let whoever proposed it have its content as a draft again, to be mended."""
    person = await desk.tx.people.get(proposal.proposed_by)
    if person is None or person.status is not Status.ACTIVE or not person.reachable:
        return
    actor = desk.actor(person)
    if desk.books.kinds[record.kind].falls_to(move, record, actor):
        place = Place(person.user_id, private=True)
        draft = blank_draft(actor, record.kind, place, move.code, record)
        await keep(desk, actor, replace(draft, data=proposal.data))
