"""How long things are kept (BRIEF §6): each by its own rule, its length set in the office file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.services.search import index_record
from bot.storage.events import stream_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.domain.kinds.kind import Kinds
    from bot.domain.records import Record
    from bot.office import Thresholds
    from bot.services.desk import Desk
    from bot.storage.database import Tx

BATCH = 200
"""So many records a day and no more: one writer serves everybody."""
TROUBLE_DAYS = 30
"""How long a message or file that came to nothing can still be seen by the operator."""
WORDS_DAYS = 7
"""How long what a message says is kept when it did not arrive; if it did, no longer either."""
PURGED = "purged"
"""The event that says so, in a record's history."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One sort of thing that is not kept for ever."""

    code: str
    what: str
    """What goes, for the operator."""
    days: Callable[[Thresholds], int]
    due: Callable[[Tx, Kinds, datetime], Awaitable[int]]
    """How many there are of whose keeping the time was over at a moment."""


async def _drafts_due(tx: Tx, kinds: Kinds, before: datetime) -> int:
    return await tx.retention.count_drafts(before)


async def _personal_due(tx: Tx, kinds: Kinds, before: datetime) -> int:
    return await tx.retention.count_closed(kinds.closed, before)


async def _names_due(tx: Tx, kinds: Kinds, before: datetime) -> int:
    return await tx.retention.count_names(before)


async def _files_due(tx: Tx, kinds: Kinds, before: datetime) -> int:
    return await tx.files.count_loose(before)


async def _undelivered_due(tx: Tx, kinds: Kinds, before: datetime) -> int:
    return await tx.undelivered.count(before)


DRAFTS = Rule("drafts", "unfinished drafts", lambda t: t.draft_days, _drafts_due)
PERSONAL = Rule(
    "personal", "free words and files of closed records", lambda t: t.personal_days, _personal_due
)
AUDIT = Rule("audit", "names of those who left, in old entries", lambda t: t.audit_days, _names_due)
FILES = Rule(
    "files", "files refused, not to be had, or of no draft", lambda _: TROUBLE_DAYS, _files_due
)
UNDELIVERED = Rule(
    "undelivered", "traces of undeliverable messages", lambda _: TROUBLE_DAYS, _undelivered_due
)
RULES = (DRAFTS, PERSONAL, AUDIT, FILES, UNDELIVERED)


async def count_due(tx: Tx, kinds: Kinds, rule: Rule, thresholds: Thresholds, now: datetime) -> int:
    """How many things a rule would remove now; a draft carries its own last day."""
    days = 0 if rule is DRAFTS else rule.days(thresholds)
    return await rule.due(tx, kinds, now - timedelta(days=days))


async def purge_personal(desk: Desk) -> None:
    """Take words and files out of records closed long ago: anybody may be named in them."""
    before = desk.now - timedelta(days=desk.office.thresholds.personal_days)
    for record in await desk.tx.retention.closed(desk.books.kinds.closed, before, BATCH):
        await _purge(desk, record)
    await desk.tx.retention.note(PERSONAL.code, desk.now)


async def _purge(desk: Desk, record: Record) -> None:
    """Row, history, index: what is left says what became of the matter, and of no person."""
    kind = desk.books.kinds[record.kind]
    kept = {name: value for name, value in record.data.items() if name not in kind.personal}
    purged = await desk.tx.records.save(replace(record, data=kept), desk.now)
    await desk.tx.retention.forget_contents(record.id)
    await desk.tx.files.purge(record.id)
    await index_record(desk, kind, purged)
    facts = {"number": record.number, "version": purged.version}
    await desk.tx.events.append(stream_of(record.id), PURGED, facts, actor=None, now=desk.now)


async def forget_leavers(desk: Desk) -> None:
    """Take the names off those who left long ago.

    Who looked at what is an entry of a chain, and none of it can be taken out without breaking
    the proof; so the entry stays, with its organ, and no longer leads to a person.
    """
    days = desk.office.thresholds.audit_days
    await desk.tx.retention.forget_names(desk.now - timedelta(days=days))
    await desk.tx.retention.note(AUDIT.code, desk.now)


async def forget_trouble(desk: Desk) -> None:
    """Let go of what came to nothing: messages that never arrived, files that were not kept.

    A message can be sent once more as long as its words are kept; then only to whom and why
    it was, for a while. Of an update that failed the number of the error is kept as long.
    """
    before = desk.now - timedelta(days=TROUBLE_DAYS)
    await desk.tx.files.forget_loose(before)
    await desk.tx.undelivered.forget_words(desk.now - timedelta(days=WORDS_DAYS))
    await desk.tx.undelivered.prune(before)
    await desk.tx.updates.prune_troubled(before)
    await desk.tx.retention.note(FILES.code, desk.now)
    await desk.tx.retention.note(UNDELIVERED.code, desk.now)
