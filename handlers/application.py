"""python-telegram-bot's application, with our context and our handlers; it never polls."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias

from telegram import Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ApplicationHandlerStop,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ExtBot,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import HTTPXRequest

from bot.domain.errors import DomainError
from bot.services import buttons
from handlers import calendar, forms, health, places, records, reminders, roster
from handlers.commands import all_commands, unknown
from handlers.context import CONTEXT_TYPES, SCOPE, Context, query_of
from handlers.guard import guard

if TYPE_CHECKING:
    from bot.domain.kinds.kind import Kinds

LiaisonApplication: TypeAlias = Application[
    ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None
]

SENDS_AT_ONCE = 16


def build_application(
    token: str, base_url: str, base_file_url: str, proxy: str | None, kinds: Kinds
) -> LiaisonApplication:
    """Build the application and register every handler."""
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    application: LiaisonApplication = (
        ApplicationBuilder()
        .token(token)
        .base_url(base_url)
        .base_file_url(base_file_url)
        .request(_request(proxy, SENDS_AT_ONCE + 1))  # and one for the long poll
        .context_types(CONTEXT_TYPES)
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.add_handler(TypeHandler(Update, guard), group=-1)
    for handler in routes(kinds):
        application.add_handler(handler)
    application.add_error_handler(_keep_error)
    return application


def _request(proxy: str | None, connections: int) -> HTTPXRequest:
    """A transport that takes its proxy from our settings only, not from the environment."""
    return HTTPXRequest(
        connection_pool_size=connections,
        proxy=proxy,
        pool_timeout=5.0,
        httpx_kwargs={"trust_env": False},
    )


def routes(kinds: Kinds) -> list[BaseHandler[Any, Context, None]]:
    """What is handled, in the order it is tried; the first that fits has it."""
    fresh, spoken = filters.UpdateType.MESSAGE, forms.Spoken(kinds)
    return [
        ChatMemberHandler(places.membership, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.MIGRATE & fresh, places.migrated),
        *(
            CommandHandler(command.name, command.run, filters=fresh)
            for command in all_commands(kinds)
        ),
        CallbackQueryHandler(pressed),
        MessageHandler(fresh & filters.TEXT & ~filters.COMMAND, spoken),
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.TEXT, spoken.again),
        MessageHandler(fresh & filters.COMMAND & filters.ChatType.PRIVATE, unknown),
        MessageHandler(fresh & filters.LOCATION, forms.pinned),
        MessageHandler(fresh & (filters.ATTACHMENT | filters.VOICE), spoken.captioned),
    ]


PRESSES = {
    **forms.PRESSES,
    **records.PRESSES,
    **roster.PRESSES,
    **places.PRESSES,
    **calendar.PRESSES,
    **reminders.PRESSES,
    **health.PRESSES,
}
"""Every button there is."""


async def pressed(update: Update, context: Context) -> None:
    """A button: do what its code says, and let the messenger know that it was done."""
    press = buttons.read(query_of(update).data or "")
    if press.verb not in PRESSES:
        raise DomainError("unknown_button")
    await PRESSES[press.verb](update, context, press)
    await context.toast(update)


async def _keep_error(update: object, context: Context) -> None:
    """Hand a handler's error to the intake, and let no further handler run."""
    error = context.error
    SCOPE.get().error = error
    raise ApplicationHandlerStop from error
