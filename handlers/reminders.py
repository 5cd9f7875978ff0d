"""The command and buttons about reminders."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.services import buttons
from bot.services.lookup import show_card
from bot.services.putting_off import act_on, ask_until, put_off_until
from bot.services.reminder_calendar import send_calendar
from bot.services.steps import Outcome
from bot.services.upcoming import tell_upcoming
from handlers.context import after_command, place_of, user_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.services.buttons import Press
    from handlers.context import Context


async def upcoming(update: Update, context: Context) -> None:
    """`/upcoming [days]`: what the bot will say of itself, told in private."""
    words, user_id = after_command(update), user_of(update).id
    tell = partial(tell_upcoming, context.desk, context.actor, words, user_id)
    await context.tell_in_private(update, tell)


async def _press_calendar(update: Update, context: Context, press: Press) -> None:
    """日历图."""
    days, user_id = press.number(0), user_of(update).id
    tell = partial(send_calendar, context.desk, context.actor, days, user_id)
    await context.tell_in_private(update, tell)


async def _press_nag(update: Update, context: Context, press: Press) -> None:
    """The step that meets what was reminded of; where there are several, the card."""
    record, outcome, title = await act_on(context.desk, context.actor, press.number(0))
    if outcome is None:
        await show_card(context.desk, context.actor, record, place_of(update))
    elif outcome is Outcome.TAKEN:
        said = context.desk.texts.render("step_done", title=title, number=record.number)
        await context.toast(update, said)


async def _press_later(update: Update, context: Context, press: Press) -> None:
    """稍后提醒."""
    if await ask_until(context.desk, context.actor, press.number(0), user_of(update).id):
        await context.toast(update, context.desk.texts.label("asked_already"))


async def _press_until(update: Update, context: Context, press: Press) -> None:
    """One of the hours to which a reminder may be put off."""
    nag_id, moment = press.number(0), press.number(1)
    await put_off_until(context.desk, context.actor, nag_id, moment, user_of(update).id)


PRESSES = {
    buttons.CALENDAR: _press_calendar,
    buttons.NAG: _press_nag,
    buttons.LATER: _press_later,
    buttons.UNTIL: _press_until,
}
"""What each button about reminders does."""
