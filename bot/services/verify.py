"""The proof: every history re-computed, every content held to its seal, every digest to both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.storage.events import BEGINNING, is_sound, seal

if TYPE_CHECKING:
    from bot.domain.records import Event
    from bot.storage.database import Tx


class Fault(StrEnum):
    """What can be wrong at a place."""

    GAP = "gap"
    """The number does not follow the one before it: an entry is missing or was moved."""
    CHAIN = "chain"
    """The entry does not say what its hash covers, or does not follow its predecessor."""
    CONTENT = "content"
    """The content is not the one that was sealed."""
    DIGEST = "digest"
    """The heads of that day's histories are not those that the digest names."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """One broken place: `record/12#3` for an entry, `2026-03-09` for a day's digest."""

    place: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and where it is broken."""

    streams: int
    events: int
    contents: int
    purged: int
    """Contents that are gone, as their retention allows; the chain does not need them."""
    digests: int
    broken: tuple[Breakage, ...]

    @property
    def sound(self) -> bool:
        """Nothing is broken anywhere."""
        return not self.broken


async def verify(tx: Tx) -> Report:
    """Check every entry, content and digest there is; memory holds one entry at a time."""
    streams = events = contents = purged = 0
    broken: list[Breakage] = []
    before: Event | None = None
    async for event, content in tx.events.all():
        if before is not None and before.stream != event.stream:
            before = None
        streams += before is None
        events += 1
        contents += content is not None
        if fault := _fault(event, before, content):
            broken.append(Breakage(f"{event.stream}#{event.no}", fault))
        elif content is None and "content" in event.facts:
            purged += 1
        before = event
    digests = await tx.events.digests()
    for day, last_event, code in digests:
        if (await tx.events.heads_code(last_event))[1] != code:
            broken.append(Breakage(day.isoformat(), Fault.DIGEST))
    return Report(streams, events, contents, purged, len(digests), tuple(broken))


def _fault(event: Event, before: Event | None, content: tuple[str, str] | None) -> Fault | None:
    """What is wrong with an entry, given the one before it in its stream."""
    if event.no != (before.no if before else 0) + 1:
        return Fault.GAP
    if not is_sound(event, before.hash if before else BEGINNING):
        return Fault.CHAIN
    if content is not None and event.facts.get("content") != seal(*content):
        return Fault.CONTENT
    return None
