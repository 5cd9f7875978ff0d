"""What a handler is given: the desk of its transaction, and the update with no optionals."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType, MessageEntityType
from telegram.ext import CallbackContext, ContextTypes, ExtBot

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner
from bot.domain.people import Actor, Place
from bot.services.desk import identify, is_asking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.desk import Desk
    from bot.services.pulse import Pulse

ANONYMOUS_ADMIN = 1087968824
"""The id that all anonymous administrators of all groups share."""


@dataclass
class Scope:
    """One update being taken in: its desk, and what a handler raised, if one did."""

    desk: Desk
    pulse: Pulse
    """What the process knows of itself."""
    error: Exception | None = None
    actor: Actor | None = None
    """Who speaks, once the guard has found them on the roster."""
    why_not: str = "stranger"
    """The refusal that tells anybody else why they may not."""
    toasted: bool = False


SCOPE: ContextVar[Scope] = ContextVar("SCOPE")
"""Set by the intake around the handlers of one update."""


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """A handler's context: the desk, who speaks, where, and the ways to answer."""

    @property
    def scope(self) -> Scope:
        """The update being taken in."""
        return SCOPE.get()

    @property
    def desk(self) -> Desk:
        """The transaction's desk."""
        return SCOPE.get().desk

    async def identify(self, update: Update) -> Actor | None:
        """Find out who speaks; None for anybody who is not on the roster."""
        user_id = user_of(update).id
        self.scope.actor = await identify(self.desk, user_id)
        if self.scope.actor is None and await is_asking(self.desk, user_id):
            self.scope.why_not = "asking"
        return self.scope.actor

    @property
    def actor(self) -> Actor:
        """Who speaks, from the roster; the guard has already turned away everybody else."""
        if self.scope.actor is None:
            raise DomainError(self.scope.why_not)
        return self.scope.actor

    async def reachable(self) -> bool:
        """Tell whether the bot can write to the speaker in private."""
        person = await self.desk.tx.people.get(self.actor.person_id)
        return person is not None and person.reachable

    async def reply(self, update: Update, template: str, **facts: object) -> None:
        """Answer in the same place."""
        place = place_of(update)
        await self.desk.say(
            place.chat_id,
            thread_id=place.thread_id,
            text=self.desk.texts.render(template, **facts),
        )

    async def tell_in_private(
        self, update: Update, tell: Callable[[], Awaitable[None]], payload: str = "hello"
    ) -> None:
        """Tell the speaker something in private, and say so where they asked; or lead them there.

        `payload` is what the private chat is then opened for.
        """
        if not await self.reachable():
            await self.open_private(update, payload)
            return
        await tell()
        if place_of(update).private:
            return
        if update.callback_query is None:
            await self.reply(update, "sent_in_private")
        else:
            await self.toast(update, self.desk.texts.render("sent_in_private"))

    async def open_private(self, update: Update, payload: str) -> None:
        """Lead somebody whom the bot cannot write to into the private chat.

        A pressed button opens it; after a command, a button to press is given.
        """
        url = self.desk.private_chat(payload)
        if update.callback_query is not None:
            await self.toast(update, url=url)
            return
        place = place_of(update)
        await self.desk.say(
            place.chat_id,
            thread_id=place.thread_id,
            text=self.desk.texts.render("open_private"),
            buttons=((Button(self.desk.texts.label("open_private"), url=url),),),
        )

    async def toast(
        self, update: Update, text: str = "", url: str = "", manner: Manner = Manner.TOAST
    ) -> None:
        """Answer a pressed button, once; a text shows for a moment, a URL opens."""
        query = update.callback_query
        if query is None or self.scope.toasted:
            return
        self.scope.toasted = True
        await self.desk.say(
            query.from_user.id,
            text=text[:200],
            buttons=((Button("", url=url),),) if url else (),
            manner=manner,
            press=query.id,
            forget=True,
        )


CONTEXT_TYPES = ContextTypes(context=Context)


def user_of(update: Update) -> User:
    """Whoever caused the update."""
    user = update.effective_user
    if user is None:
        raise DomainError("stranger")
    return user


def message_of(update: Update) -> Message:
    """The message of the update, or the one under which a button was pressed."""
    message = update.effective_message
    if not isinstance(message, Message):
        raise DomainError("unknown_button")
    return message


def query_of(update: Update) -> CallbackQuery:
    """The pressed button."""
    if update.callback_query is None:
        raise DomainError("unknown_button")
    return update.callback_query


def place_of(update: Update) -> Place:
    """The chat, and the topic where the group is a forum.

    Outside forums a `message_thread_id` only marks a chain of replies.
    """
    message = message_of(update)
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(
        chat_id=message.chat.id,
        thread_id=topic or 0,
        private=message.chat.type == ChatType.PRIVATE,
        title=(message.chat.title or "")[:255],
    )


def words_of(update: Update) -> str:
    """What a message says: its text, or its file's caption."""
    message = message_of(update)
    return message.text or message.caption or ""


def after_command(update: Update) -> str:
    """What stands after the command, or all of it where there is none."""
    message = message_of(update)
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntityType.BOT_COMMAND or first.offset:
        return words_of(update).strip()
    return words_of(update)[first.length :].strip()
