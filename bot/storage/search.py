"""Finding records by words and facets: ranked, limited, and the same on every database.

The postings give the candidates; each is then checked against its row and its text, within
the asker's sight, so whatever is found is so, and nobody finds what they may not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain, islice
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.domain.facets import Facet, Sort, pairs, telling_pairs
from bot.storage import tables
from bot.storage.among import among
from bot.storage.postings import (
    Change,
    Postings,
    bits_of,
    both,
    either,
    newest_first,
    size,
    without,
)
from bot.storage.records import record_from, within
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.query import Scope
    from bot.domain.records import Record
    from bot.storage.postings import Bits

MOST_CHECKED = 500
"""How many candidates one question may have read; only words that pairs say little of need it."""

T = tables.records
X = tables.record_texts


@dataclass(frozen=True)
class Indexed:
    """What a record is found by: its plain text and its facets."""

    record_id: int
    text: str
    facets: frozenset[Facet]

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Under what it stands in the index."""
        return _tokens(self.text, (facet.token for facet in self.facets))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of every group of facets one, every word, and within the scope."""

    scope: Scope
    groups: tuple[frozenset[Facet], ...] = ()
    words: tuple[str, ...] = ()
    """Plain words, as `bot.domain.facets.plain` makes them."""
    among: frozenset[int] | None = None
    """If given, no others."""
    first: tuple[Facet, ...] = ()
    """Those with the first facet come first, then those with the next; then the newest."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of records."""

    records: tuple[Record, ...] = ()
    more: bool = False
    """There are further pages."""
    about: int = 0
    """How many there are at most."""
    partial: bool = False
    """Only the newest candidates were looked through."""


class Search:
    """Every record's text and facets, and what is found by them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._postings = Postings(connection)

    async def put(self, entries: Sequence[Indexed]) -> None:
        """Let records be found by what they hold now, and no longer by what they held before."""
        before = await self._tokens([entry.record_id for entry in entries])
        await self._postings.change(
            Change(entry.record_id, entry.tokens - old, old - entry.tokens)
            for entry in entries
            for old in [before.get(entry.record_id, frozenset())]
        )
        statement = insert_into(X, self._connection)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["record_id"],
                set_={"text": statement.excluded.text, "facets": statement.excluded.facets},
            ),
            [
                {
                    "record_id": entry.record_id,
                    "text": entry.text,
                    "facets": " ".join(sorted(facet.token for facet in entry.facets)),
                }
                for entry in entries
            ],
        )

    async def _tokens(self, record_ids: Sequence[int]) -> dict[int, frozenset[str]]:
        """Under what some records stand in the index now."""
        rows = await self._connection.execute(
            select(X).where(among(self._connection, X.c.record_id, record_ids))
        )
        return {row.record_id: _tokens(row.text, row.facets.split()) for row in rows}

    async def find(self, wanted: Wanted, *, skip: int, limit: int) -> Found:
        """One page of what is wanted, in its order; `about` counts candidates, not yet checked."""
        if wanted.among is not None and len(wanted.among) <= MOST_CHECKED:
            return await self._find_few(wanted, wanted.among, skip, limit)
        tiers = await self._candidates(wanted)
        about = sum(map(size, tiers))
        ranked = islice(chain.from_iterable(map(newest_first, tiers)), MOST_CHECKED)
        found = await self._check(ranked, wanted, skip + limit + 1)
        more = len(found) > skip + limit
        return Found(
            records=tuple(found[skip : skip + limit]),
            more=more,
            about=about,
            partial=about > MOST_CHECKED and not more,
        )

    async def _find_few(
        self, wanted: Wanted, record_ids: frozenset[int], skip: int, limit: int
    ) -> Found:
        """The same among so few records that their own facets are sooner read than the postings."""
        rows = await self._connection.execute(
            select(X.c.record_id, X.c.facets)
            .join(T, T.c.id == X.c.record_id)
            .where(among(self._connection, X.c.record_id, record_ids), *within(wanted.scope))
            .where(*(X.c.text.contains(word) for word in wanted.words))
        )
        first = [facet.token for facet in wanted.first]
        groups = [{facet.token for facet in group} for group in wanted.groups]
        ranked: list[tuple[int, int]] = []
        for record_id, facets in rows:
            borne = set(facets.split())
            if all(borne & group for group in groups):
                tier = next((n for n, token in enumerate(first) if token in borne), len(first))
                ranked.append((tier, -record_id))
        page = [-newest for _, newest in sorted(ranked)[skip : skip + limit]]
        records = tuple(await self._confirmed(page, wanted)) if page else ()
        return Found(records, more=len(ranked) > skip + limit, about=len(ranked))

    async def bearing(self, *facets: Facet) -> frozenset[int]:
        """The records that bear all of some facets."""
        found = await self._postings.read({facet.token for facet in facets})
        return frozenset(newest_first(reduce(both, found.values())))

    async def overdue(self, today: date) -> frozenset[int]:
        """The records with an open duty whose date has passed."""
        duties = tables.duties
        rows = await self._connection.scalars(
            select(duties.c.record_id).where(duties.c.due < today, duties.c.closed_by.is_(None))
        )
        return frozenset(rows)

    async def _candidates(self, wanted: Wanted) -> list[Bits]:
        """Everything that may be wanted, in tiers: what is asked narrows what else must be read."""
        words = [{pair} for word in wanted.words for pair in telling_pairs(word)]
        asked = [*({facet.token for facet in group} for group in wanted.groups), *words]
        sight = [{facet.token for facet in group} for group in _sight(wanted.scope)]
        first = [facet.token for facet in wanted.first]
        rest = None if wanted.among is None else bits_of(wanted.among)
        if asked and rest != {}:
            rest = _narrowed(rest, asked, await self._read(asked, rest))
        if rest == {}:
            return []
        kept = await self._read([*sight, set(first)], rest)
        rest = _narrowed(rest, sight, kept)
        tiers: list[Bits] = []
        for token in first:
            tiers.append(both(rest, kept[token]))
            rest = without(rest, tiers[-1])
        return [*tiers, rest]

    async def _read(self, groups: Iterable[set[str]], blocks: Bits | None) -> dict[str, Bits]:
        return await self._postings.read(frozenset(chain.from_iterable(groups)), blocks)

    async def _check(self, ranked: Iterator[int], wanted: Wanted, enough: int) -> list[Record]:
        """The first `enough` candidates that are what is wanted: mostly the very first ones are."""
        found: list[Record] = []
        handful = enough
        while len(found) < enough and (record_ids := list(islice(ranked, handful))):
            found += await self._confirmed(record_ids, wanted)
            handful = MOST_CHECKED
        return found[:enough]

    async def _confirmed(self, record_ids: Sequence[int], wanted: Wanted) -> Iterable[Record]:
        rows = await self._connection.execute(
            select(T)
            .join(X, X.c.record_id == T.c.id)
            .where(among(self._connection, X.c.record_id, record_ids), *within(wanted.scope))
            .where(*(X.c.text.contains(word) for word in wanted.words))
        )
        records = {row.id: record_from(row) for row in rows}
        return (records[record_id] for record_id in record_ids if record_id in records)


def _narrowed(rest: Bits | None, groups: Sequence[set[str]], kept: dict[str, Bits]) -> Bits:
    """The ids, of all or of the rest, that bear a token of every group."""
    sets = [either(*(kept[token] for token in group)) for group in groups]
    return reduce(both, sets if rest is None else [rest, *sets])


def _sight(scope: Scope) -> Iterator[frozenset[Facet]]:
    """The facets that anything in sight has; the rows themselves are checked besides."""
    yield frozenset({Facet(Sort.SIDE, scope.side)})
    if not scope.everywhere:
        yield frozenset(Facet(Sort.DISTRICT, district) for district in scope.districts)


def _tokens(text: str, facets: Iterable[str]) -> frozenset[str]:
    return frozenset(pairs(text)).union(facets)
