"""Why a date is that date: those of a record, or that of any period somebody asks about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.people import Action
from bot.domain.why import prove, read_question
from bot.services.cards import card_buttons
from bot.services.disclosure import note_look
from bot.services.lookup import look_up_one
from bot.services.proofs import account_of, proven

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.domain.calendar import WorkCalendar
    from bot.domain.people import Actor, Place
    from bot.domain.records import Record
    from bot.domain.why import Question
    from bot.services.desk import Desk
    from bot.services.proofs import Told
    from bot.text import Texts

ROWS, WIDTH = 36, 30
"""What a screen holds: rows, and characters in a row."""


async def explain(desk: Desk, actor: Actor, question: str, place: Place) -> None:
    """Answer with the date of a bare period, or with those of the record that a question means.

    Without a question, say how to ask. Raises what `read_question` and `look_up_one` raise.
    """
    if not question.strip():
        text = desk.texts.render("why_usage")
        await desk.say(place.chat_id, thread_id=place.thread_id, text=text)
        return
    asked = read_question(question, desk.today, desk.books.periods)
    if asked is not None:
        text = answer(desk.texts, asked, desk.calendar)
        await desk.say(place.chat_id, thread_id=place.thread_id, text=text)
    elif record := await look_up_one(desk, actor, question, place):
        await tell_why(desk, actor, record, place)


def answer(texts: Texts, asked: Question, calendar: WorkCalendar) -> str:
    """The date of a bare period, proven."""
    proof = prove(asked.period, asked.start, calendar)
    proved = proven(texts, proof, asked.period.starts_on)
    return texts.render("why_period", period=asked.period, proof=proved)


async def tell_why(desk: Desk, actor: Actor, record: Record, place: Place) -> None:
    """Prove a record's dates where somebody asks; only in private with the names of persons.

    What is said of a receipt besides its day is content: telling it is an event.
    """
    actor.require(Action.SEE_CARD, record)
    entitled = place.private and actor.may(Action.SEE_DETAIL, record)
    account = await account_of(desk, record, entitled=entitled)
    if account.discloses:
        await note_look(desk, actor, record, "why_disclosed")
    receipts, openings, endings = account.receipts(), account.openings(), account.endings()
    blocks, lines = fitted(openings, endings, ROWS - sum(map(rows_of, receipts)))
    text = desk.texts.render(
        "why",
        number=record.number,
        blocks=[*receipts, *blocks],
        lines=lines,
        left_out=len(endings) - len(lines),
    )
    keys = card_buttons(desk, record, ())
    await desk.say(place.chat_id, thread_id=place.thread_id, text=text, buttons=keys)


def fitted(
    openings: Sequence[Told], endings: Sequence[Told], room: int
) -> tuple[list[str], list[str]]:
    """As much as there is room for, in rows: one duty in full at least, the others if they fit.

    What the law asks for comes before what is only agreed. Of the duties that have ended the
    newest are told, in full only those under the law.
    """
    room -= sum(rows_of(told.line) for told in openings)
    first = sorted(range(len(openings)), key=lambda at: not openings[at].statutory)
    if first and room < rows_of(openings[first[0]].full):
        room = rows_of(openings[first[0]].full)
    blocks, room = _enlarged(openings, first, room)
    kept: list[Told] = []
    for told in reversed(endings):
        if (rows := rows_of(told.line)) > room:
            break
        kept.insert(0, told)
        room -= rows
    newest = (at for at in reversed(range(len(kept))) if kept[at].statutory)
    return blocks, _enlarged(kept, newest, room)[0]


def _enlarged(every: Sequence[Told], order: Iterable[int], room: int) -> tuple[list[str], int]:
    """A line of each, or in that order its full text where there is room; and what room is left."""
    texts = [told.line for told in every]
    for at in order:
        more = rows_of(every[at].full) - rows_of(every[at].line)
        if more <= room:
            texts[at], room = every[at].full, room - more
    return texts, room


def rows_of(text: str) -> int:
    """How many rows of a screen a text takes, about, without its markup."""
    plain = re.sub("<[^>]+>", "", text)
    return sum(max(1, -(-len(line) // WIDTH)) for line in plain.splitlines())
