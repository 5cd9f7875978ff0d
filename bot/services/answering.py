"""What somebody writes while a form asks: the answer, that it goes on without one, or the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.blanks import form_of
from bot.services.forms import answer, go_on_below, skip
from bot.services.submission import cancel

if TYPE_CHECKING:
    from bot.domain.people import Actor
    from bot.domain.records import Draft
    from bot.services.desk import Desk

GIVE_UP = frozenset({"取消", "算了", "不登记了", "不办了"})
DO_WITHOUT = frozenset({"跳过", "无", "没有", "不清楚", "不知道"})


async def take_words(desk: Desk, actor: Actor, draft: Draft, words: str, message_id: int) -> None:
    """Take words as the answer, or as the wish to do without it, or to give up."""
    gives_up = words in GIVE_UP
    if not gives_up and not (words in DO_WITHOUT and draft.asking in draft.to_ask):
        await answer(desk, actor, draft, words, message_id)
        return
    await go_on_below(desk, await form_of(desk, actor, draft), draft)
    await (cancel(desk, actor, draft) if gives_up else skip(desk, actor, draft, draft.asking))
