"""The command and buttons about how the bot is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.people import Action
from bot.services import buttons
from bot.services.tending import dismiss, resend, tell_health
from handlers.context import user_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.services.buttons import Press
    from handlers.context import Context


async def health(update: Update, context: Context) -> None:
    """`/health`: how the bot is and what needs a hand, for administrators, in private."""
    actor, user_id = context.actor, user_of(update).id
    actor.require(Action.SEE_HEALTH)
    tell = partial(tell_health, context.desk, actor, user_id, context.scope.pulse)
    await context.tell_in_private(update, tell)


async def _press_health(update: Update, context: Context, press: Press) -> None:
    """查看运行情况."""
    if press.args:
        raise DomainError("unknown_button")
    await tell_health(context.desk, context.actor, user_of(update).id, context.scope.pulse)


async def _press_resend(update: Update, context: Context, press: Press) -> None:
    """重新发送: one message, or all of them."""
    which = None if press.word(0) == buttons.ALL else press.number(0)
    user_id, pulse = user_of(update).id, context.scope.pulse
    said = await resend(context.desk, context.actor, user_id, which, pulse)
    await context.toast(update, said)


async def _press_dismiss(update: Update, context: Context, press: Press) -> None:
    """不再发送."""
    user_id, pulse = user_of(update).id, context.scope.pulse
    said = await dismiss(context.desk, context.actor, user_id, press.number(0), pulse)
    await context.toast(update, said)


PRESSES = {
    buttons.HEALTH: _press_health,
    buttons.RESEND: _press_resend,
    buttons.DISMISS: _press_dismiss,
}
"""What each button about the bot's health does."""
