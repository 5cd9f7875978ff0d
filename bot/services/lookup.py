"""Where is it? Records found by number or by words, shown as far as the asker may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.errors import DomainError
from bot.domain.facets import Facet, Sort
from bot.domain.outgoing import Button, Manner, in_rows
from bot.domain.people import Action
from bot.services import buttons
from bot.services.cards import card_buttons, own_buttons, render_card
from bot.services.filters import filter_keys, in_force, switched
from bot.services.reposting import card_post
from bot.services.search import (
    filters_of,
    narrow,
    remember,
    scope_of,
    search,
    search_again,
)

if TYPE_CHECKING:
    from bot.domain.outgoing import Keyboard
    from bot.domain.people import Actor, Place
    from bot.domain.records import Record
    from bot.services.desk import Desk
    from bot.services.filters import Path
    from bot.services.search import Answer


OWN = frozenset({Facet(Sort.MINE)})
"""What narrows a look-up without a question."""


async def look_up(desk: Desk, actor: Actor, question: str, place: Place) -> None:
    """Answer a question by number, in any spelling and with parts missing, or by words.

    Without a question, list what is the asker's own. What the asker may not see is not found;
    in a group, neither is what does not belong there.
    """
    if question.strip():
        await _tell(desk, actor, question, await search(desk, actor, question, place), place)
    else:
        await _list_own(desk, actor, place)


async def look_up_one(desk: Desk, actor: Actor, question: str, place: Place) -> Record | None:
    """The one record that a question means; where it means several, they are listed instead."""
    if not question.strip():
        await _list_own(desk, actor, place)
        return None
    answer = await search(desk, actor, question, place)
    if len(answer.records) == 1 and not answer.more:
        return answer.records[0]
    await _tell(desk, actor, question, answer, place)
    return None


async def _tell(desk: Desk, actor: Actor, question: str, answer: Answer, place: Place) -> None:
    if len(answer.records) == 1 and not answer.more:
        await show_card(desk, actor, answer.records[0], place)
    elif answer.records:
        question_id = await remember(desk, actor, question, place)
        await _list(desk, question_id, answer, place)
    elif answer.nearest:
        await _offer_nearest(desk, question, answer, place)
    else:
        raise DomainError("not_found", question=question.strip()[:64])


async def _list_own(desk: Desk, actor: Actor, place: Place) -> None:
    """List what the asker filed and what waits for their organ; a filter widens it to all."""
    answer = await search(desk, actor, "", place, filters=OWN)
    await _list(desk, await remember(desk, actor, "", place, OWN), answer, place)


async def turn_page(desk: Desk, actor: Actor, question_id: int, page: int, place: Place) -> None:
    """Show another page of a list, where the list stands."""
    answer = await search_again(desk, actor, question_id, place, page=page)
    await _list(desk, question_id, answer, place)


async def choose_filter(
    desk: Desk, actor: Actor, question_id: int, path: Path, place: Place
) -> None:
    """Show a panel of filters under a list; raises `unknown_button` for one that is not there."""
    answer = await search_again(desk, actor, question_id, place)
    await _list(desk, question_id, answer, place, choosing=path)


async def switch_filter(
    desk: Desk, actor: Actor, question_id: int, args: Path, place: Place, *, on: bool
) -> None:
    """Narrow a list by one more filter, or take one off: shown where the list stands."""
    before = await filters_of(desk, actor, question_id, place)
    districts = (await scope_of(desk, actor, place)).districts
    after = switched(desk, before, districts, args, on=on)
    await narrow(desk, actor, question_id, place, after)
    await choose_filter(desk, actor, question_id, (), place)


async def _list(
    desk: Desk, question_id: int, answer: Answer, place: Place, *, choosing: Path | None = None
) -> None:
    """List a page of what a question found, each page in the place of the one before.

    Below it stand its records, or the filters of one panel: where nothing is found, the first.
    """
    path = choosing if choosing is not None or answer.records else ()
    await desk.say(
        place.chat_id,
        thread_id=place.thread_id,
        text=desk.texts.render(
            "found_several",
            about=answer.about,
            partial=answer.partial,
            page=answer.page + 1,
            single=not (answer.page or answer.more),
            lines=_lines(desk, answer.records),
            filters=[option.title for option in in_force(desk, answer.query.filters)],
            choosing=path is not None,
            bare=not answer.query.rest and answer.query.filters == OWN,
        ),
        buttons=(
            _list_keys(desk, question_id, answer)
            if path is None
            else _panel_keys(desk, question_id, answer, path)
        ),
        manner=Manner.PUT,
        post=f"list/{question_id}",
    )


def _list_keys(desk: Desk, question_id: int, answer: Answer) -> Keyboard:
    """The records, the pages before and after, and the way to the filters."""
    turns = [("page_back", answer.page - 1)] if answer.page else []
    turns += [("page_on", answer.page + 1)] if answer.more else []
    turning = [
        Button(desk.texts.label(label), buttons.code(buttons.PAGE, question_id, page))
        for label, page in turns
    ]
    narrowing = Button(desk.texts.label("filters"), buttons.code(buttons.FILTERS, question_id))
    return (*_record_keys(answer.records), *in_rows(turning, 2), (narrowing,))


def _panel_keys(desk: Desk, question_id: int, answer: Answer, path: Path) -> Keyboard:
    """The filters of one panel; from the first one the way back to the records found."""
    keys = filter_keys(desk, question_id, answer.query.filters, answer.scope.districts, path)
    if path or not answer.records:
        return keys
    code = buttons.code(buttons.PAGE, question_id, 0)
    return (*keys, (Button(desk.texts.label("back_to_list"), code),))


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


async def opened_aside(desk: Desk, record: Record, place: Place, message_id: int) -> bool:
    """Tell whether a message in private is not the record's own card, which keeps up to date."""
    name = card_post(record.id, place.chat_id, 0)
    return place.private and await desk.tx.chats.post(name) != (place.chat_id, message_id)


async def renew_card(
    desk: Desk, actor: Actor, record_id: int, place: Place, message_id: int
) -> None:
    """Bring a card up to date that was opened aside in private."""
    record = await open_record(desk, actor, record_id)
    await desk.say(
        place.chat_id,
        text=await render_card(desk, desk.books.kinds[record.kind], record),
        buttons=await own_buttons(desk, actor, record),
        manner=Manner.AMEND,
        reply_to=message_id,
    )


async def open_record(desk: Desk, actor: Actor, record_id: int) -> Record:
    """The record behind a button; raises `out_of_sight` for what the actor may not know of."""
    record = await desk.tx.records.get(record_id)
    if record is None or not actor.may(Action.SEE_CARD, record):
        raise DomainError("out_of_sight")
    return record
