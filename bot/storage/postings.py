"""Which records bear a token: sets of record ids, as bits, in blocks of ids.

Both databases keep the same bytes and the sets are intersected here, so they always agree. At a
million records a token has 66 blocks at most, and that is all a question ever reads of it.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select, text

from bot.storage import tables
from bot.storage.among import among
from bot.storage.upsert import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

BLOCK = 15_360
"""Ids in a block: as many as fit, at a bit each, into a row that PostgreSQL keeps in one piece."""
_WIDTH = BLOCK // 8
_FEW = 256
"""Up to so many ids are written one by one, two bytes each."""
_AT_ONCE = 1000
"""Tokens named in one statement."""

Marks: TypeAlias = dict[str, tuple[list[int], list[int]]]
"""Within a block: token → the places to mark and those to clear."""
Bits: TypeAlias = dict[int, int]
"""A set of record ids: block → its ids as bits, no block without any."""

T = tables.postings


@dataclass(frozen=True, slots=True)
class Change:
    """The tokens that a record bears from now on, and those it no longer bears."""

    record_id: int
    added: frozenset[str]
    gone: frozenset[str]


class Postings:
    """The inverted index: token by token, the records that bear it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def read(
        self, tokens: Collection[str], blocks: Collection[int] | None = None
    ) -> dict[str, Bits]:
        """The records that bear each token, within some blocks or everywhere."""
        found: dict[str, Bits] = {token: {} for token in tokens}
        question = select(T.c.token, T.c.block, T.c.bits).where(
            among(self._connection, T.c.token, tokens)
        )
        if blocks is not None:
            question = question.where(among(self._connection, T.c.block, blocks))
        for token, block, packed in await self._connection.execute(question):
            found[token][block] = _unpack(packed)
        return found

    async def change(self, changes: Iterable[Change]) -> None:
        """Let records bear tokens, and no longer bear others."""
        await self._wait_for_turn()
        blocks: dict[int, Marks] = defaultdict(lambda: defaultdict(lambda: ([], [])))
        for change in changes:
            block, place = divmod(change.record_id, BLOCK)
            for token in change.added:
                blocks[block][token][0].append(place)
            for token in change.gone:
                blocks[block][token][1].append(place)
        for block, marks in blocks.items():
            tokens = sorted(marks)
            for start in range(0, len(tokens), _AT_ONCE):
                await self._mark(block, marks, tokens[start : start + _AT_ONCE])

    async def _mark(self, block: int, marks: Marks, tokens: list[str]) -> None:
        kept = await self.read(tokens, [block])
        rows = []
        for token in tokens:
            added, gone = map(_ids, marks[token])
            ids = (kept[token].get(block, 0) | added) & ~gone
            rows.append({"token": token, "block": block, "bits": _pack(ids)})
        statement = insert_into(T, self._connection)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["token", "block"], set_={"bits": statement.excluded.bits}
            ),
            rows,
        )

    async def _wait_for_turn(self) -> None:
        """One writer of the index at a time; SQLite has only one anyway."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended('liaison/postings', 0))")
            )


def bits_of(record_ids: Iterable[int]) -> Bits:
    """A set of ids."""
    bits: Bits = defaultdict(int)
    for record_id in record_ids:
        bits[record_id // BLOCK] |= 1 << record_id % BLOCK
    return dict(bits)


def either(*sets: Bits) -> Bits:
    """The ids in any of the sets."""
    union: Bits = {}
    for bits in sets:
        for block, ids in bits.items():
            union[block] = union.get(block, 0) | ids
    return union


def both(one: Bits, other: Bits) -> Bits:
    """The ids in both sets."""
    shared = ((block, one[block] & other[block]) for block in one.keys() & other.keys())
    return {block: ids for block, ids in shared if ids}


def without(one: Bits, other: Bits) -> Bits:
    """The ids of the first set that are not in the second."""
    rest = ((block, ids & ~other.get(block, 0)) for block, ids in one.items())
    return {block: ids for block, ids in rest if ids}


def size(bits: Bits) -> int:
    """How many ids there are."""
    return sum(ids.bit_count() for ids in bits.values())


def newest_first(bits: Bits) -> Iterator[int]:
    """The ids, the highest first."""
    for block in sorted(bits, reverse=True):
        ids = bits[block]
        while ids:
            bit = ids.bit_length() - 1
            ids ^= 1 << bit
            yield block * BLOCK + bit


def _pack(ids: int) -> bytes:
    if ids.bit_count() > _FEW:
        return ids.to_bytes(_WIDTH, "little")
    places = list(newest_first({0: ids}))
    return struct.pack(f"<{len(places)}H", *places)


def _unpack(packed: bytes) -> int:
    if len(packed) == _WIDTH:
        return int.from_bytes(packed, "little")
    return _ids(struct.unpack(f"<{len(packed) // 2}H", packed))


def _ids(places: Iterable[int]) -> int:
    ids = bytearray(_WIDTH)
    for place in places:
        ids[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(ids, "little")
