"""Filling in forms in chat: the commands that open them, the answers, their buttons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.numbers import parse_number
from bot.services import buttons
from bot.services.forms import (
    answer,
    ask_for,
    cancel,
    choose,
    open_form,
    own_draft,
    show_draft,
    show_fields,
    submit,
)
from bot.services.lookup import look_up
from bot.services.previews import draft_post
from handlers.context import after_command, message_of, place_of, words_of

if TYPE_CHECKING:
    from telegram import Update

    from bot.domain.kinds.kind import Kind, Kinds
    from bot.domain.people import Actor
    from bot.domain.records import Draft
    from bot.services.buttons import Press
    from bot.services.desk import Desk
    from handlers.context import Context

LOOK_UP = "查"
"""What a message may begin with instead of /case."""
GIVE_UP = frozenset({"取消", "算了", "不登记了", "不办了"})


class OpenForm:
    """`/lead …`: one line becomes a draft."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    async def __call__(self, update: Update, context: Context) -> None:
        """Read the line and show what was understood."""
        line = after_command(update)
        await open_form(context.desk, context.actor, self.kind, place_of(update), line)


class Spoken:
    """Words that are no command: the answer to an open question comes before all else.

    Otherwise `线索 …` files and `查 …` looks up; in private a number alone looks up too.
    Other talk in a group is none of ours.
    """

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = {word: kind for kind in kinds.all for word in kind.words}
        words = "|".join(map(re.escape, [*self._kinds, LOOK_UP]))
        self._opening = re.compile(rf"({words})(?:[\s:：]+(.*))?", re.DOTALL)

    async def __call__(self, update: Update, context: Context) -> None:
        """Find out what the words are, and do it."""
        desk, actor, place = context.desk, context.actor, place_of(update)
        words = words_of(update).strip()
        draft = await _asked(update, context)
        opening = self._opening.fullmatch(words)
        if draft is not None:
            await _answer(desk, actor, draft, words)
        elif opening and opening[1] == LOOK_UP:
            await look_up(desk, actor, opening[2] or "", place)
        elif opening:
            await open_form(desk, actor, self._kinds[opening[1]], place, opening[2] or "")
        elif place.private and parse_number(words, system_prefixes=desk.books.kinds.titles):
            await look_up(desk, actor, words, place)
        elif place.private:
            await context.reply(update, "nothing_asked")


async def _asked(update: Update, context: Context) -> Draft | None:
    """The draft whose open question a message answers: in a group, only by a reply to it."""
    place = place_of(update)
    drafts = context.desk.tx.drafts
    draft = await drafts.asking_at(context.actor.person_id, place.chat_id, place.thread_id)
    if draft is None or place.private:
        return draft
    replied = message_of(update).reply_to_message
    standing = await context.desk.tx.chats.post(draft_post(draft))
    answers = replied is not None and standing == (replied.chat.id, replied.message_id)
    return draft if answers else None


async def _answer(desk: Desk, actor: Actor, draft: Draft, words: str) -> None:
    """Take the words as the answer, or as the wish to give up."""
    if words in GIVE_UP:
        await cancel(desk, actor, draft)
    else:
        await answer(desk, actor, draft, words)


async def press_file(update: Update, context: Context, press: Press) -> None:
    """提交."""
    actor = context.actor
    draft = await own_draft(context.desk, actor, press.number(0))
    await submit(context.desk, actor, draft)


async def press_cancel(update: Update, context: Context, press: Press) -> None:
    """取消."""
    actor = context.actor
    await cancel(context.desk, actor, await own_draft(context.desk, actor, press.number(0)))


async def press_choice(update: Update, context: Context, press: Press) -> None:
    """One of a field's choices."""
    actor = context.actor
    draft = await own_draft(context.desk, actor, press.number(0))
    await choose(context.desk, actor, draft, press.word(1), press.word(2))


async def press_group(update: Update, context: Context, press: Press) -> None:
    """A group of a long list of choices."""
    actor = context.actor
    draft = await own_draft(context.desk, actor, press.number(0))
    await show_draft(context.desk, actor, draft, group=press.number(1))


async def press_back(update: Update, context: Context, press: Press) -> None:
    """Back to the draft as a whole, and to its open question."""
    actor = context.actor
    draft = await own_draft(context.desk, actor, press.number(0))
    await show_draft(context.desk, actor, draft)


async def press_edit(update: Update, context: Context, press: Press) -> None:
    """补充或修改: every field there is."""
    actor = context.actor
    await show_fields(context.desk, actor, await own_draft(context.desk, actor, press.number(0)))


async def press_ask(update: Update, context: Context, press: Press) -> None:
    """One field, to be filled in or changed."""
    actor = context.actor
    draft = await own_draft(context.desk, actor, press.number(0))
    await ask_for(context.desk, actor, draft, press.word(1))


PRESSES = {
    buttons.FILE: press_file,
    buttons.CANCEL: press_cancel,
    buttons.CHOOSE: press_choice,
    buttons.GROUP: press_group,
    buttons.BACK: press_back,
    buttons.EDIT: press_edit,
    buttons.ASK: press_ask,
}
"""What each button of a form does."""
