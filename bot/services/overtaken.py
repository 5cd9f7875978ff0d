"""What a step or a correction overtakes: the forms begun before it, and what waits for approval."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.approvals import tell_outcome
from bot.services.blanks import CORRECT, FITS_ANY, REASON, REMOVED, WHY, shortened
from bot.services.clocks import matter_of
from bot.services.files import files_of_draft
from bot.services.forms import throw_away
from bot.services.histories import SIDE
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kind
    from bot.domain.kinds.lifecycle import Matter
    from bot.domain.records import Draft, Proposal, Record
    from bot.services.desk import Desk


LAPSED = "lapsed"
"""The event of a proposal that was overtaken, which only its own side reads."""


async def drop_moot_proposals(desk: Desk, kind: Kind, record: Record) -> None:
    """A step that waits for approval, and can no longer be taken, waits no more: say so."""
    matter = await matter_of(desk, record)
    for proposal in await desk.tx.proposals.of_record(record.id):
        move = kind.move(proposal.move)
        if not kind.is_time(move, matter) and await desk.tx.proposals.remove(proposal.id):
            await _note_lapsed(desk, record, proposal)
            text = desk.texts.render("proposal_lapsed", number=record.number, title=move.title)
            await tell_outcome(desk, proposal, text)


async def _note_lapsed(desk: Desk, record: Record, proposal: Proposal) -> None:
    facts = {
        SIDE: desk.office.organ(proposal.organ).side.value,
        "move": proposal.move,
        "number": record.number,
        "version": record.version,
    }
    await desk.tx.events.append(stream_of(record.id), LAPSED, facts, actor=None, now=desk.now)


async def close_other_forms(desk: Desk, record: Record, *, corrections: bool = True) -> None:
    """Close the forms begun before that lead nowhere now, and give their words back.

    A step that may still be taken keeps its form. What was said before stands after a step, so
    that its correction still fits; after another one (`corrections`) it does not.
    """
    kind = desk.books.kinds[record.kind]
    matter = await matter_of(desk, record)
    for draft in await desk.tx.drafts.of_record(record.id):
        if draft.move in FITS_ANY:
            continue
        if _still_fits(kind, matter, draft, corrections=corrections):
            await desk.tx.drafts.save(replace(draft, record_version=record.version))
        else:
            text = desk.texts.render(
                "draft_overtaken",
                number=record.number,
                fields=_words_of(kind, draft),
                files=len(await files_of_draft(desk, draft)),
            )
            await throw_away(desk, draft, text)


def _still_fits(kind: Kind, matter: Matter, draft: Draft, *, corrections: bool) -> bool:
    if draft.move == CORRECT:
        return not corrections
    return kind.is_time(kind.move(draft.move), matter)


def _words_of(kind: Kind, draft: Draft) -> dict[str, str]:
    """What was filled in already: whole where somebody composed it for a step."""
    said = {n: v for n, v in draft.data.items() if n in kind.entries and v != REMOVED}
    shown = {kind.entries[name].title: kind.show(name, value) for name, value in said.items()}
    if draft.move != CORRECT:
        return shown
    reason = {REASON.title: str(draft.data[WHY])} if WHY in draft.data else {}
    return {title: shortened(value) for title, value in shown.items()} | reason
