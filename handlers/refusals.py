"""How a refusal or a fault reaches the person who caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.outgoing import Manner
from bot.services.menus import opened_private
from handlers.context import message_of, place_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.domain.errors import DomainError
    from bot.services.desk import Desk


TAPPED_TWICE = ("no_longer_owed",)
"""What a second tap runs into: nothing has to be read and put away."""


async def explain_refusal(desk: Desk, update: Update, error: DomainError) -> None:
    """Say which rule said no; a pressed button is answered by an alert, or if twice by a toast.

    What the handlers noted is undone; that somebody opened the private chat stays true.
    """
    if update.message is not None and place_of(update).private:
        await opened_private(desk, place_of(update).chat_id)
    manner = Manner.TOAST if error.code in TAPPED_TWICE else Manner.ALERT
    await _explain(desk, update, desk.texts.refusal(error), manner)


async def explain_fault(desk: Desk, update: Update, number: str) -> None:
    """Say that something failed, with a number the operator finds in the log."""
    text = desk.texts.render("errors/fault", number=number)
    await _explain(desk, update, text, Manner.ALERT)


async def _explain(desk: Desk, update: Update, text: str, manner: Manner) -> None:
    if update.callback_query is not None:
        await desk.say(
            update.callback_query.from_user.id,
            text=text[:200],
            manner=manner,
            press=update.callback_query.id,
            forget=True,
        )
    elif update.effective_message is not None:
        place = place_of(update)
        await desk.say(
            place.chat_id,
            thread_id=place.thread_id,
            text=text,
            reply_to=message_of(update).message_id,
            forget=True,
        )
