"""Where is it? Records found by number or by words, shown as far as the asker may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.outgoing import Button, Manner
from bot.domain.people import Action
from bot.services import buttons
from bot.services.cards import card_buttons, own_buttons, render_card
from bot.services.search import remember, search, search_again

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Place
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from bot.services.search import Answer


async def look_up(desk: Desk, actor: Actor, question: str, place: Place) -> None:
    """Answer a question by number, in any spelling and with parts missing, or by words.

    What the asker may not see is not found; in a group, neither is what does not belong there.
    """
    await _tell(desk, actor, question, await _ask(desk, actor, question, place), place)


async def look_up_one(desk: Desk, actor: Actor, question: str, place: Place) -> Record | None:
    """The one record that a question means; where it means several, they are listed instead."""
    answer = await _ask(desk, actor, question, place)
    if len(answer.records) == 1 and not answer.more:
        return answer.records[0]
    await _tell(desk, actor, question, answer, place)
    return None


async def _ask(desk: Desk, actor: Actor, question: str, place: Place) -> Answer:
    actor.require(Action.SEE_CARD)
    if not question.strip():
        raise DomainError("no_question")
    return await search(desk, actor, question, place)


async def turn_page(desk: Desk, actor: Actor, question_id: int, page: int, place: Place) -> None:
    """Show another page of a list, where the list stands."""
    answer = await search_again(desk, actor, question_id, place, page=page)
    await _list(desk, question_id, answer, place)


async def _tell(desk: Desk, actor: Actor, question: str, answer: Answer, place: Place) -> None:
    if len(answer.records) == 1 and not answer.more:
        await show_card(desk, actor, answer.records[0], place)
    elif answer.records:
        question_id = await remember(desk, question, place)
        await _list(desk, question_id, answer, place)
    elif answer.nearest:
        await _offer_nearest(desk, question, answer, place)
    else:
        raise DomainError("not_found", question=question.strip()[:64])


async def _list(desk: Desk, question_id: int, answer: Answer, place: Place) -> None:
    """List a page of what a question found, each page in the place of the one before."""
    turns = [("page_back", answer.page - 1)] if answer.page else []
    turns += [("page_on", answer.page + 1)] if answer.more else []
    turning = tuple(
        Button(desk.texts.label(label), buttons.code(buttons.PAGE, question_id, page))
        for label, page in turns
    )
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=desk.texts.render(
            "found_several",
            about=answer.about,
            partial=answer.partial,
            page=answer.page + 1,
            single=not turns,
            lines=_lines(desk, answer.records),
        ),
        buttons=(*_record_keys(answer.records), *((turning,) if turning else ())),
        manner=Manner.PUT,
        post=f"list/{question_id}",
    )


async def _offer_nearest(desk: Desk, question: str, answer: Answer, place: Place) -> None:
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=desk.texts.render(
            "found_nearest", question=question.strip()[:64], lines=_lines(desk, answer.nearest)
        ),
        buttons=_record_keys(answer.nearest),
    )


def _lines(desk: Desk, records: tuple[Record, ...]) -> list[dict[str, str]]:
    return [
        {
            "number": record.number,
            "state": desk.books.kinds[record.kind].state(record.state).title,
            "district": desk.office.district(record.district).name,
        }
        for record in records
    ]


def _record_keys(records: tuple[Record, ...]) -> Keyboard:
    return tuple(
        (Button(record.number, buttons.code(buttons.CARD, record.id)),) for record in records
    )


async def show_card(desk: Desk, actor: Actor, record: Record, place: Place) -> None:
    """Say a record's short card as it is now, in private with the steps that fall to the reader.

    In a group the steps are on the living card alone: an answer is not kept up to date.
    """
    kind = desk.books.kinds[record.kind]
    own = await own_buttons(desk, actor, record) if place.private else ()
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=await render_card(desk, kind, record),
        buttons=own or card_buttons(desk, record, ()),
    )


async def open_record(desk: Desk, actor: Actor, record_id: int) -> Record:
    """The record behind a button; raises `out_of_sight` for what the actor may not know of."""
    record = await desk.tx.records.get(record_id)
    if record is None or not actor.may(Action.SEE_CARD, record):
        raise DomainError("out_of_sight")
    return record
