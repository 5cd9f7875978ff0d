"""The commands and buttons about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.people import Action, Visitor
from bot.services import buttons
from bot.services.admission import decide
from bot.services.away import end_away, say_away
from bot.services.joining import ask_to_join, press_join
from bot.services.menus import opened_private
from bot.services.roster import ask_to_leave, ask_to_remove, tell_roster, welcome
from bot.services.roster import leave as leave_roster
from bot.services.todo import tell_todo
from handlers.context import after_command, place_of, user_of
from handlers.records import started_for

if TYPE_CHECKING:
    from telegram import Update

    from bot.services.buttons import Press
    from handlers.context import Context


def visitor_of(update: Update) -> Visitor:
    """Whoever speaks, as Telegram shows them."""
    user = user_of(update)
    return Visitor(user.id, user.full_name, user.username or "")


async def start(update: Update, context: Context) -> None:
    """`/start`: from now on the bot can write here; a payload says what was begun elsewhere."""
    place, payload = place_of(update), after_command(update)
    if not place.private:
        await context.open_private(update, "hello")
        return
    await opened_private(context.desk, user_of(update).id)
    if payload == "join":
        await ask_to_join(context.desk, visitor_of(update), "", place)
    elif not await started_for(update, context, payload):
        await welcome(context.desk, visitor_of(update))
        await catch_up(context, update)


async def catch_up(context: Context, update: Update) -> None:
    """Tell somebody who can be reached again, or for the first time, what waits for them."""
    actor = context.scope.actor
    if actor is not None and actor.may(Action.MOVE):
        await tell_todo(context.desk, actor, user_of(update).id, silent=True)


async def join(update: Update, context: Context) -> None:
    """`/join 鄂城分局 联络员 王敏`."""
    await ask_to_join(context.desk, visitor_of(update), after_command(update), place_of(update))


async def roster(update: Update, context: Context) -> None:
    """`/roster`: who is who, and who cannot be reached."""
    await tell_roster(context.desk, context.actor, place_of(update))


async def away(update: Update, context: Context) -> None:
    """`/away 10月8日-10月15日 由李四代`; without a line, the speaker's own absences."""
    await say_away(context.desk, context.actor, after_command(update), place_of(update))


async def leave(update: Update, context: Context) -> None:
    """`/leave`: asks back before anything is given up."""
    await ask_to_leave(context.desk, context.actor, place_of(update))


async def remove(update: Update, context: Context) -> None:
    """`/remove 王敏`, for administrators."""
    actor = context.actor
    await ask_to_remove(context.desk, actor, after_command(update), place_of(update))


async def _press_join(update: Update, context: Context, press: Press) -> None:
    await press_join(context.desk, visitor_of(update), place_of(update), press)


async def _press_decision(update: Update, context: Context, press: Press) -> None:
    await decide(context.desk, context.actor, press)


async def _press_leave(update: Update, context: Context, press: Press) -> None:
    actor = context.actor
    await leave_roster(context.desk, actor, press.number(0), place_of(update))


async def _press_end_away(update: Update, context: Context, press: Press) -> None:
    """提前结束."""
    actor, place = context.actor, place_of(update)
    await context.toast(update, await end_away(context.desk, actor, press.number(0), place))


PRESSES = {
    buttons.JOIN_SIDE: _press_join,
    buttons.JOIN: _press_join,
    buttons.ADMIT: _press_decision,
    buttons.REFUSE: _press_decision,
    buttons.LEAVE: _press_leave,
    buttons.END_AWAY: _press_end_away,
}
"""What each button about people does."""
