"""The commands and buttons about records, the same for every kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Manner
from bot.domain.people import Place
from bot.services import buttons
from bot.services.acknowledging import acknowledge
from bot.services.amendments import open_addition, open_correction, open_note
from bot.services.disclosure import disclose, hand_files, tell_history
from bot.services.disputing import open_dispute, settle
from bot.services.drafts import resume
from bot.services.forms import own_draft
from bot.services.lookup import (
    choose_filter,
    look_up,
    look_up_one,
    open_record,
    opened_aside,
    renew_card,
    show_card,
    switch_filter,
    turn_page,
)
from bot.services.previews import CONTINUE
from bot.services.proposals import decide, open_refusal, show_proposal, withdraw_proposal
from bot.services.steps import Outcome, take_step
from bot.services.todo import tell_todo, turn_todo
from bot.services.why import explain, tell_why
from handlers.context import after_command, message_of, place_of, user_of

if TYPE_CHECKING:
    from telegram import Message, Update

    from bot.domain.records import Record
    from bot.services.buttons import Press
    from handlers.context import Context


async def case(update: Update, context: Context) -> None:
    """`/case NUMBER`: tell where it is."""
    await look_up(context.desk, context.actor, after_command(update), place_of(update))


async def todo(update: Update, context: Context) -> None:
    """`/todo`: what waits for the asker and for their organ, in private."""
    tell = partial(tell_todo, context.desk, context.actor, user_of(update).id)
    await context.tell_in_private(update, tell)


async def log(update: Update, context: Context) -> None:
    """`/log NUMBER`: what happened to it, in private."""
    desk, actor = context.desk, context.actor
    record = await look_up_one(desk, actor, after_command(update), place_of(update))
    if record is not None:
        await _in_private(update, context, record, "h")


async def why(update: Update, context: Context) -> None:
    """`/why NUMBER`: how its dates come about; `/why 2个月 2026-07-20`: that of any period."""
    await explain(context.desk, context.actor, after_command(update), place_of(update))


async def _record(context: Context, press: Press) -> Record:
    """The record that a button names first."""
    return await open_record(context.desk, context.actor, press.number(0))


async def _press_card(update: Update, context: Context, press: Press) -> None:
    """One of several records found."""
    record = await _record(context, press)
    await show_card(context.desk, context.actor, record, place_of(update))


async def _press_page(update: Update, context: Context, press: Press) -> None:
    """Another page of a list."""
    page = (press.number(0), press.number(1))
    await turn_page(context.desk, context.actor, *page, place_of(update))


async def _press_filters(update: Update, context: Context, press: Press) -> None:
    """筛选: one panel of filters under a list."""
    place, path = place_of(update), press.args[1:]
    await choose_filter(context.desk, context.actor, press.number(0), path, place)


async def _press_filter_on(update: Update, context: Context, press: Press) -> None:
    """One more filter of a list."""
    place, args = place_of(update), press.args[1:]
    await switch_filter(context.desk, context.actor, press.number(0), args, place, on=True)


async def _press_filter_off(update: Update, context: Context, press: Press) -> None:
    """One filter less."""
    place, args = place_of(update), press.args[1:]
    await switch_filter(context.desk, context.actor, press.number(0), args, place, on=False)


async def _press_move(update: Update, context: Context, press: Press) -> None:
    """A step of the life-cycle; a card that was opened aside shows what came of it, too."""
    record, desk, place = await _record(context, press), context.desk, place_of(update)
    message = message_of(update)
    aside = await opened_aside(desk, record, place, message.message_id)
    try:
        if await _step(update, context, record, press) is not Outcome.TAKEN:
            return
    except DomainError as error:
        if error.code != "came_second":
            raise
        await context.toast(update, desk.texts.refusal(error), manner=Manner.ALERT)
    if not aside:
        return
    title = desk.books.kinds[record.kind].move(press.word(1)).title
    said = desk.texts.render("step_done", title=title, number=record.number)
    await context.toast(update, said)
    if _leads_to_content(message, record):
        await renew_card(desk, context.actor, record.id, place, message.message_id)


def _leads_to_content(message: Message, record: Record) -> bool:
    """Tell a short card from what it leads to: content that was asked for stays as it is."""
    keys = message.reply_markup.inline_keyboard if message.reply_markup else ()
    detail = buttons.code(buttons.DETAIL, record.id)
    return any(key.callback_data == detail for row in keys for key in row)


async def _press_todo(update: Update, context: Context, press: Press) -> None:
    """Another page of what waits; below a reminder, which names no page, all of it anew."""
    if press.word(0) == buttons.ALL:
        await tell_todo(context.desk, context.actor, user_of(update).id)
    else:
        await turn_todo(context.desk, context.actor, user_of(update).id, press.number(0))


async def _press_todo_step(update: Update, context: Context, press: Press) -> None:
    """A step taken from the list of what waits, which then shows what is left."""
    desk, page = context.desk, press.number(3)
    record = await _record(context, press)
    if await _step(update, context, record, press) is Outcome.TAKEN:
        title = desk.books.kinds[record.kind].move(press.word(1)).title
        said = desk.texts.render("step_taken", title=title, number=record.number)
        await context.toast(update, said)
        await turn_todo(desk, context.actor, user_of(update).id, page)


async def _step(update: Update, context: Context, record: Record, press: Press) -> Outcome:
    """Take the step that a button names, or say where it goes on."""
    move, version = press.word(1), press.number(2)
    outcome = await take_step(context.desk, context.actor, record, move, version)
    if outcome is Outcome.NEEDS_PRIVATE_CHAT:
        payload = f"m{record.id}-{move}-{version}"
        await context.open_private(update, payload)
    elif outcome is Outcome.FORM_OPENED and not place_of(update).private:
        await context.toast(update, context.desk.texts.render("go_on_in_private"))
    return outcome


async def _press_acknowledge(update: Update, context: Context, press: Press) -> None:
    """已阅."""
    await acknowledge(context.desk, context.actor, await _record(context, press))


async def _press_detail(update: Update, context: Context, press: Press) -> None:
    """私聊看详情."""
    record = await _record(context, press)
    await _in_private(update, context, record, "d")


async def _press_history(update: Update, context: Context, press: Press) -> None:
    """办理经过."""
    record = await _record(context, press)
    await _in_private(update, context, record, "h")


async def _press_why(update: Update, context: Context, press: Press) -> None:
    """期限依据."""
    record = await _record(context, press)
    await tell_why(context.desk, context.actor, record, place_of(update))


async def _press_files(update: Update, context: Context, press: Press) -> None:
    """附件."""
    record = await _record(context, press)
    await _in_private(update, context, record, "f")


TELLING = {"d": disclose, "h": tell_history, "f": hand_files}
"""What is told in private only, by the letter that a link's payload begins with."""


async def _in_private(update: Update, context: Context, record: Record, what: str) -> None:
    """Tell content, history or files in private."""
    tell = partial(TELLING[what], context.desk, context.actor, record, user_of(update).id)
    await context.tell_in_private(update, tell, f"{what}{record.id}")


async def started_for(update: Update, context: Context, payload: str) -> bool:
    """`/start PAYLOAD`: go on in private with what a group's button began."""
    verb, args = payload[:1], payload[1:].split("-")
    if verb not in {*TELLING, "m", CONTINUE} or not args[0].isdecimal():
        return False
    press = buttons.Press(verb, tuple(args))
    if verb == CONTINUE:
        draft = await own_draft(context.desk, context.actor, press.number(0))
        await resume(context.desk, context.actor, draft, place_of(update))
        return True
    record = await _record(context, press)
    if verb == "m":
        await take_step(context.desk, context.actor, record, press.word(1), press.number(2))
    else:
        await _in_private(update, context, record, verb)
    return True


OPENING = {
    buttons.CORRECT: open_correction,
    buttons.ADD: open_addition,
    buttons.DISPUTE: open_dispute,
    buttons.NOTE: open_note,
}
"""What begins the form in which something is said of a record, by its button."""


async def _press_amend(update: Update, context: Context, press: Press) -> None:
    """更正, 补充, 有异议 or 内部备注, which are done in private."""
    record = await _record(context, press)
    private = Place(user_of(update).id, private=True)
    await OPENING[press.verb](context.desk, context.actor, record, private)


async def _press_settle(update: Update, context: Context, press: Press) -> None:
    """异议已解决."""
    record = await _record(context, press)
    dispute_id, raised_by = press.number(1), press.number(2)
    said = await settle(context.desk, context.actor, record, dispute_id, raised_by)
    await context.toast(update, said)


async def _press_proposal(update: Update, context: Context, press: Press) -> None:
    """One of those that wait for a leader, from the list of what waits."""
    await show_proposal(context.desk, context.actor, press.number(0), user_of(update).id)


async def _press_approve(update: Update, context: Context, press: Press) -> None:
    """批准, under what is put before a leader."""
    await decide(context.desk, context.actor, press.number(0), approve=True)


async def _press_decline(update: Update, context: Context, press: Press) -> None:
    """退回, which first asks why, in private."""
    private = Place(user_of(update).id, private=True)
    await open_refusal(context.desk, context.actor, press.number(0), private)


async def _press_retract(update: Update, context: Context, press: Press) -> None:
    """撤回报请, under what its proposer was told."""
    await withdraw_proposal(context.desk, context.actor, press.number(0))


PRESSES = {
    buttons.PROPOSAL: _press_proposal,
    buttons.APPROVE: _press_approve,
    buttons.DECLINE: _press_decline,
    buttons.RETRACT: _press_retract,
    **dict.fromkeys(OPENING, _press_amend),
    buttons.SETTLE: _press_settle,
    buttons.CARD: _press_card,
    buttons.PAGE: _press_page,
    buttons.FILTERS: _press_filters,
    buttons.FILTER_ON: _press_filter_on,
    buttons.FILTER_OFF: _press_filter_off,
    buttons.MOVE: _press_move,
    buttons.ACKNOWLEDGE: _press_acknowledge,
    buttons.TODO: _press_todo,
    buttons.TODO_STEP: _press_todo_step,
    buttons.DETAIL: _press_detail,
    buttons.HISTORY: _press_history,
    buttons.WHY: _press_why,
    buttons.FILES: _press_files,
}
"""What each button about records does."""
