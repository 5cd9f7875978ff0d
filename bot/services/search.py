"""Asking the ledger: a question → the page of records that the asker may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.calendar import local_date
from bot.domain.entries import Text
from bot.domain.errors import DomainError
from bot.domain.facets import Facet, Sort, facets_of, text_of
from bot.domain.numbers import parse_number
from bot.domain.people import Action, Side
from bot.domain.query import LONGEST_QUESTION, Query, Scope, read_query
from bot.storage.questions import Question
from bot.storage.search import Found, Indexed, Wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import date

    from bot.domain.kinds.kind import Kind
    from bot.domain.people import Actor, Place
    from bot.domain.records import Record
    from bot.services.desk import Desk

PAGE = 5
PAGES = 20
"""So far one may turn; whoever wants more must ask more closely."""
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found: a page, or what comes nearest when a number found nothing."""

    query: Query
    scope: Scope
    records: tuple[Record, ...]
    page: int
    """Counted from 0."""
    more: bool
    """There is a next page."""
    about: int
    """How many records there are at most, over all pages."""
    partial: bool
    """Only the newest of them were looked through."""
    nearest: tuple[Record, ...] = ()


async def index_record(desk: Desk, kind: Kind, record: Record) -> None:
    """Let a record, new or changed, be found by all its numbers, its text and its facets.

    Its numbers are its own, those of its number fields, and those that its texts mention.
    """
    values = {name: str(value) for name, value in record.data.items()}
    written = [record.number, *(values[name] for name in kind.numbered if name in values)]
    prefixes = desk.books.kinds.titles
    own = (parse_number(text, system_prefixes=prefixes) for text in written)
    texts = (text for name, text in values.items() if isinstance(kind.entries[name].holds, Text))
    mentioned = (span.value for text in texts for span in desk.reading.numbers(text))
    await desk.tx.records.index(record.id, filter(None, (*own, *mentioned)))
    await desk.tx.search.put([Indexed(record.id, text_of(kind, record), facets_of(kind, record))])


async def search(
    desk: Desk,
    actor: Actor,
    question: str,
    place: Place,
    *,
    page: int = 0,
    on: date | None = None,
    filters: frozenset[Facet] = frozenset(),
) -> Answer:
    """Find what a question asks for, as far as the asker sees, and no further than the place.

    A number is looked for as it stands, else as a part of others; what may be a number and is
    none that is known, as words; and the nearest numbers are told when there is nothing. `on` is
    the day the question was asked, if not today; `filters` narrow it besides those it names.
    In a group nothing is looked for by words: that somebody's name leads to a number says what no
    card there may say. Raises `words_in_private`, `not_entitled`, and `unknown_button` for a page
    that is never offered.
    """
    actor.require(Action.SEE_CARD)
    if not 0 <= page < PAGES:
        raise DomainError("unknown_button")
    query = _understood(desk, question, on or desk.today, filters)
    if not place.private and query.words and not query.number:
        raise DomainError("words_in_private")
    scope = await scope_of(desk, actor, place)
    if not place.private:
        query = replace(query, words=())
    found = await _find(desk, actor, query, scope, page)
    nearest: tuple[Record, ...] = ()
    if query.number and not found.records:
        nearest = tuple(await desk.tx.records.near(query.number, scope, NEAREST))
    more = found.more and page + 1 < PAGES
    return Answer(query, scope, found.records, page, more, found.about, found.partial, nearest)


def _understood(desk: Desk, question: str, on: date, filters: frozenset[Facet]) -> Query:
    query = read_query(question, desk.books.vocabulary, replace(desk.reading, today=on))
    return replace(query, filters=query.filters | filters)


async def remember(
    desk: Desk,
    actor: Actor,
    question: str,
    place: Place,
    filters: frozenset[Facet] = frozenset(),
) -> int:
    """Keep a question, so that a button can name it; returns its number."""
    asked = Question(question[:LONGEST_QUESTION], desk.now, actor.person_id, filters)
    return await desk.tx.questions.add(place.chat_id, asked)


async def search_again(
    desk: Desk, actor: Actor, question_id: int, place: Place, *, page: int = 0
) -> Answer:
    """Another page of what was asked here.

    Raises `unknown_button` when it is kept no more, `not_your_list` when somebody else asked.
    """
    kept = await _asked(desk, actor, question_id, place)
    on = local_date(kept.asked_at)
    return await search(desk, actor, kept.text, place, page=page, on=on, filters=kept.filters)


async def filters_of(desk: Desk, actor: Actor, question_id: int, place: Place) -> frozenset[Facet]:
    """What narrows a question asked here, by its words or by button; raises as `search_again`."""
    kept = await _asked(desk, actor, question_id, place)
    return _understood(desk, kept.text, local_date(kept.asked_at), kept.filters).filters


async def narrow(
    desk: Desk, actor: Actor, question_id: int, place: Place, filters: frozenset[Facet]
) -> None:
    """Let just these filters narrow a question asked here; raises as `search_again`.

    Those that its words name are taken out of the words, lest they come back.
    """
    kept = await _asked(desk, actor, question_id, place)
    rest = _understood(desk, kept.text, local_date(kept.asked_at), frozenset()).rest
    await desk.tx.questions.change(question_id, rest[:LONGEST_QUESTION], filters)


async def _asked(desk: Desk, actor: Actor, question_id: int, place: Place) -> Question:
    kept = await desk.tx.questions.get(question_id, place.chat_id)
    if kept is None:
        raise DomainError("unknown_button")
    if kept.asker not in {None, actor.person_id}:
        raise DomainError("not_your_list")
    return kept


async def scope_of(desk: Desk, actor: Actor, place: Place) -> Scope:
    """How far the asker sees; in a group, only what belongs there (`bot.services.cards.belongs`).

    Raises `not_entitled` for whoever belongs to no organ.
    """
    standing = actor.standing
    if standing is None:
        raise DomainError("not_entitled")
    everywhere = len(standing.districts) == len(desk.office.districts)
    scope = Scope(standing.side, frozenset(Side), standing.districts, everywhere)
    if place.private:
        return scope
    chat = await desk.tx.chats.at(place.chat_id, place.thread_id)
    if chat is None:
        return replace(scope, group=frozenset())
    district = desk.office.district(chat.district)
    if all(desk.office.organ(district.organ(side)).city for side in chat.sides):
        return replace(scope, group=chat.sides)
    here = standing.districts & {chat.district}
    return Scope(standing.side, chat.sides, here)


async def _find(desk: Desk, actor: Actor, query: Query, scope: Scope, page: int) -> Found:
    """The page of the first reading of the question that finds anything at all."""
    groups = tuple(_groups(actor, query))
    first = (Facet(Sort.HOLDER, actor.organ), Facet(Sort.PARTY, actor.organ))
    overdue = await desk.tx.search.overdue(desk.today) if query.asks(Sort.OVERDUE) else None
    found = Found()
    async for words, numbered in _readings(desk, query):
        among = _shared(numbered, overdue)
        wanted = Wanted(scope, groups, words, among, first)
        found = await desk.tx.search.find(wanted, skip=page * PAGE, limit=PAGE)
        if found.about:
            break
    return found


def _shared(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    """The ids in both; None is every id there is."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


async def _readings(
    desk: Desk, query: Query
) -> AsyncIterator[tuple[tuple[str, ...], frozenset[int] | None]]:
    """The words, and the ids it must be among: as a number, and unless it is complete as words."""
    if query.number:
        yield (), await desk.tx.records.numbered(query.number)
    if not query.number or (query.words and not query.number.key):
        yield query.words, None


def _groups(actor: Actor, query: Query) -> Iterator[frozenset[Facet]]:
    """Of every topic one; 我的 is what the asker filed, or their organ's turn."""
    for group in query.groups():
        if Facet(Sort.MINE) in group:
            filed = Facet(Sort.SUBMITTER, str(actor.person_id))
            yield frozenset({filed, Facet(Sort.HOLDER, actor.organ)})
        elif Facet(Sort.OVERDUE) not in group:
            yield group
