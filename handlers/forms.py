"""Filling in forms in chat: the commands that open them, the answers, their buttons."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.numbers import parse_number
from bot.services import buttons
from bot.services.answering import take_words
from bot.services.blanks import ADD
from bot.services.drafts import resume, tell_drafts
from bot.services.forms import (
    Said,
    answer,
    ask_for,
    attach,
    choose,
    clear,
    open_form,
    own_draft,
    save_for_later,
    show_draft,
    show_fields,
    skip,
    teller_of,
)
from bot.services.lookup import look_up, open_record
from bot.services.rereading import reread
from bot.services.steps import Outcome, append_draft
from bot.services.submission import cancel, submit, undo
from handlers.asked import asked
from handlers.context import after_command, message_of, place_of, user_of, words_of
from handlers.files import offered_of, sent

if TYPE_CHECKING:
    from telegram import Message, Update

    from bot.domain.kinds.kind import Kind, Kinds
    from bot.services.buttons import Press
    from handlers.context import Context

LOOK_UP = "查"
"""What a message may begin with instead of /case."""


class OpenForm:
    """`/lead …`: one line becomes a draft."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    async def __call__(self, update: Update, context: Context) -> None:
        """Read the line and show what was understood."""
        await _open(update, context, self.kind, after_command(update))


async def _open(update: Update, context: Context, kind: Kind, line: str) -> None:
    """Begin a record; a file of the message replied to comes along, or it is said why not."""
    desk, place = context.desk, place_of(update)
    said = await _said(update, context, line)
    await open_form(desk, context.actor, kind, place, said)
    replied = _replied(update, context)
    brings = [offered_of(message) for message in (message_of(update), replied) if message]
    offered = next(filter(None, brings), None)
    if offered is None:
        return
    try:
        await attach(desk, context.actor, place, offered)
    except DomainError as error:
        await desk.say(place.chat_id, thread_id=place.thread_id, text=desk.texts.refusal(error))


async def _said(update: Update, context: Context, line: str) -> Said:
    """What a message says that begins a record, with what it points at: another's message."""
    message, replied = message_of(update), _replied(update, context)
    author = replied.from_user if replied else None
    if replied is None or author is None:
        return Said(line, message.message_id)
    quoted = replied.text or replied.caption or ""
    if message.quote is not None and message.quote.is_manual:
        quoted = message.quote.text
    teller = await teller_of(context.desk, author.id, author.full_name) if quoted else ""
    return Said(line, message.message_id, quoted, teller)


def _replied(update: Update, context: Context) -> Message | None:
    """The message replied to, unless the bot itself has said it."""
    replied = message_of(update).reply_to_message
    author = replied.from_user if replied else None
    return None if author is None or author.id == context.bot.id else replied


class Spoken:
    """Words that are no command: `线索 …` files and `查 …` looks up, whatever is being asked.

    Otherwise they answer the open question; in private a number alone looks up too. Other talk
    in a group is none of ours.
    """

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = {word: kind for kind in kinds.all for word in kind.words}
        words = "|".join(map(re.escape, [*self._kinds, LOOK_UP]))
        self._opening = re.compile(rf"({words})(?:[\s:：]+(.*))?", re.DOTALL)
        self._commands = {kind.command: kind for kind in kinds.all}
        self._command = re.compile(r"/([A-Za-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

    async def __call__(self, update: Update, context: Context) -> None:
        """Find out what the words are, and do it."""
        desk, actor, place = context.desk, context.actor, place_of(update)
        words = words_of(update).strip()
        opening = self._opening.fullmatch(words)
        if opening and opening[1] == LOOK_UP:
            await look_up(desk, actor, opening[2] or "", place)
        elif opening:
            await _open(update, context, self._kinds[opening[1]], opening[2] or "")
        elif draft := await asked(update, context):
            await take_words(desk, actor, draft, words, message_of(update).message_id)
        elif place.private and parse_number(words, system_prefixes=desk.books.kinds.titles):
            await look_up(desk, actor, words, place)
        elif place.private:
            await context.reply(update, "nothing_asked")

    def _begun(self, update: Update) -> tuple[Kind | None, str]:
        """The kind of record that a message begins, by word or command, and what it says of it."""
        words = words_of(update).strip()
        opening = self._opening.fullmatch(words)
        if opening:
            return self._kinds.get(opening[1]), opening[2] or ""
        command = self._command.fullmatch(words)
        if command:
            return self._commands.get(command[1].lower()), command[2] or ""
        return None, words

    async def again(self, update: Update, context: Context) -> None:
        """An edited message: whatever was read from it is read again."""
        kind, line = self._begun(update)
        said = await _said(update, context, line)
        message_id, opens = message_of(update).message_id, kind.code if kind else ""
        await reread(context.desk, context.actor, place_of(update), message_id, said, opens)

    async def captioned(self, update: Update, context: Context) -> None:
        """A file: its caption may begin a record, to which it then belongs."""
        kind, line = self._begun(update)
        if kind is not None:
            await _open(update, context, kind, line)
        else:
            await sent(update, context)


async def pinned(update: Update, context: Context) -> None:
    """A place on the map: an addition can be one."""
    location, draft = message_of(update).location, await asked(update, context)
    if location is None or draft is None or draft.move != ADD:
        if place_of(update).private:
            await context.reply(update, "no_place_asked")
        return
    label = context.desk.texts.label("location")
    words = label.format(north=location.latitude, east=location.longitude)
    await answer(context.desk, context.actor, draft, words, message_of(update).message_id)


async def drafts(update: Update, context: Context) -> None:
    """`/drafts`: what one has begun and not filed, in private."""
    tell = partial(tell_drafts, context.desk, context.actor, user_of(update).id)
    await context.tell_in_private(update, tell)


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
    await show_draft(context.desk, actor, draft, group=press.number(1), ask=draft.asking)


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


async def press_skip(update: Update, context: Context, press: Press) -> None:
    """跳过."""
    draft = await own_draft(context.desk, context.actor, press.number(0))
    await skip(context.desk, context.actor, draft, press.word(1))


async def press_clear(update: Update, context: Context, press: Press) -> None:
    """清空 one field."""
    draft = await own_draft(context.desk, context.actor, press.number(0))
    await clear(context.desk, context.actor, draft, press.word(1))


async def press_save(update: Update, context: Context, press: Press) -> None:
    """稍后再填."""
    await save_for_later(
        context.desk, await own_draft(context.desk, context.actor, press.number(0))
    )


async def press_resume(update: Update, context: Context, press: Press) -> None:
    """继续填写, which is done in private."""
    draft = await own_draft(context.desk, context.actor, press.number(0))
    await resume(context.desk, context.actor, draft, place_of(update))


async def press_append(update: Update, context: Context, press: Press) -> None:
    """追加到 a record there is, instead of filing another one."""
    desk, actor = context.desk, context.actor
    draft = await own_draft(desk, actor, press.number(0))
    record = await open_record(desk, actor, press.number(1))
    outcome = await append_draft(desk, actor, draft, record)
    if outcome is Outcome.NEEDS_PRIVATE_CHAT:
        await context.open_private(update, "hello")
    elif not place_of(update).private:
        await context.toast(update, desk.texts.render("go_on_in_private"))


async def press_undo(update: Update, context: Context, press: Press) -> None:
    """撤销登记."""
    record = await open_record(context.desk, context.actor, press.number(0))
    await undo(context.desk, context.actor, record, place_of(update))


PRESSES = {
    buttons.FILE: press_file,
    buttons.CANCEL: press_cancel,
    buttons.CHOOSE: press_choice,
    buttons.GROUP: press_group,
    buttons.BACK: press_back,
    buttons.EDIT: press_edit,
    buttons.ASK: press_ask,
    buttons.SKIP: press_skip,
    buttons.CLEAR: press_clear,
    buttons.SAVE: press_save,
    buttons.RESUME: press_resume,
    buttons.APPEND: press_append,
    buttons.UNDO: press_undo,
}
"""What each button of a form does."""
