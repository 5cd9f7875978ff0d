"""Who is told what became of a proposal: the leaders who were asked, and whoever proposed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Manner
from bot.domain.people import Role

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Person
    from bot.domain.records import Proposal
    from bot.services.desk import Desk

PROPOSED, DECLINED, RETRACTED = "proposed", "declined", "retracted"
"""The events, which only the organ's own side reads."""


async def leaders_of(desk: Desk, organ: str) -> list[Person]:
    """Those who decide for an organ."""
    return await desk.tx.people.of_organs({organ}, (Role.LEADER,))


def proposal_post(proposal: Proposal, user_id: int) -> str:
    """The name of the newest message that shows somebody a proposal."""
    return f"proposal/{proposal.id}/{user_id}"


async def put_proposal(
    desk: Desk, proposal: Proposal, user_id: int, text: str, keyboard: Keyboard = ()
) -> None:
    """Put a text where a proposal is shown to somebody."""
    await desk.say(
        user_id,
        text=text,
        buttons=keyboard,
        manner=Manner.PUT,
        post=proposal_post(proposal, user_id),
    )


async def tell_outcome(desk: Desk, proposal: Proposal, text: str) -> None:
    """Say what became of it where the leaders were asked, and to whoever proposed it."""
    for leader in await leaders_of(desk, proposal.organ):
        await put_proposal(desk, proposal, leader.user_id, text)
    proposer = await desk.tx.people.get(proposal.proposed_by)
    if proposer is not None and proposer.reachable:
        await desk.say(proposer.user_id, text=text)
