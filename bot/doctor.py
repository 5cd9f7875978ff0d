"""The doctor: whether everything is there that the bot needs, and what ails it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.app import ask_telegram, open_books
from bot.domain.calendar import DAY, WorkCalendar, local_date
from bot.domain.clock import SystemClock
from bot.domain.kinds import KINDS
from bot.domain.people import Role, Status
from bot.office import OfficeError
from bot.services.codes import require_known_codes
from bot.services.retention import RULES, count_due
from bot.storage.database import Database
from bot.storage.errors import DatabaseError
from bot.storage.schema import SchemaError, require_current

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.office import Office
    from bot.services.retention import Rule
    from bot.settings import Settings
    from bot.storage.database import Tx

DAILY = timedelta(days=2)
"""What is done every day has been done within so long."""
PUBLISHED = 11
"""The month by which the State Council publishes the next year's rest days."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    well: bool
    subject: str
    words: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything in turn; what depends on a thing that is not there is left out."""
    office, finding = _office(settings)
    yield finding
    try:
        database = Database(settings.database_url)
        await database.check()
    except DatabaseError as error:
        yield Finding(False, "database", str(error))
    else:
        async for finding in _database(database, office):
            yield finding
        await database.close()
    yield await _telegram(settings)


def _office(settings: Settings) -> tuple[Office | None, Finding]:
    try:
        office = open_books(settings, "").office
    except OfficeError as error:
        return None, Finding(False, "office file", str(error))
    words = f"{office.name}: {len(office.organs)} organs, {len(office.districts)} districts"
    return office, Finding(True, "office file", words)


def look_at_calendar(calendar: WorkCalendar, today: date) -> Finding:
    """From November on, when it is published, the schedule of the next year must be there."""
    until = calendar.known_until(today)
    wanted = today.year + (today.month >= PUBLISHED)
    words = f"official rest days known up to {until - DAY}; later dates are 暂定"
    if calendar.knows(wanted):
        return Finding(True, "calendar", words)
    return Finding(False, "calendar", f"{words}; import the notice for {wanted}: /calendar")


async def _database(database: Database, office: Office | None) -> AsyncIterator[Finding]:
    place = str(database.file) if database.is_sqlite else "PostgreSQL"
    try:
        await require_current(database)
    except (SchemaError, OSError) as error:
        yield Finding(False, "database", f"{place}: {error}")
        return
    yield Finding(True, "database", f"{place}: schema is current")
    async with database.read() as tx:
        yield look_at_calendar(await tx.calendar(), local_date(SystemClock().now()))
        if office:
            yield await _codes(tx, office)
            for rule in RULES:
                yield await _rule(tx, office, rule)
        queue = await tx.outbox.counts()
        files = await tx.files.counts()
        troubled = await tx.updates.troubled()
        people = await tx.people.everybody(Status.ACTIVE)
        chats = await tx.chats.everywhere()
    failed, waiting = queue.get("failed", 0), queue.get("waiting", 0)
    yield Finding(not failed, "outbox", f"{waiting} waiting, {failed} given up")
    lost, coming, refused = (files.get(state, 0) for state in ("failed", "waiting", "refused"))
    words = f"{coming} waiting, {lost} not to be had, {refused} refused"
    yield Finding(not lost, "files", words)
    yield Finding(not troubled, "updates", f"{troubled} could not be read or failed")
    silent = [person for person in people if not person.reachable]
    words = f"{len(people)} on the roster, {len(silent)} cannot be reached in private"
    yield Finding(not silent and bool(people), "people", words)
    admins = [person for person in people if person.role is Role.ADMIN]
    yield Finding(bool(admins), "administrators", f"{len(admins)} (LIAISON_ADMINS names the first)")
    yield Finding(bool(chats), "groups", f"{len(chats)} bound")


async def _codes(tx: Tx, office: Office) -> Finding:
    try:
        await require_known_codes(tx, office)
    except OfficeError as error:
        return Finding(False, "codes in use", str(error))
    return Finding(True, "codes in use", "all of them stand in the office file")


async def _rule(tx: Tx, office: Office, rule: Rule) -> Finding:
    """How long a sort of thing is kept, how much is due to go, and when the rule last ran."""
    now = SystemClock().now()
    due = await count_due(tx, KINDS, rule, office.thresholds, now)
    last = await tx.retention.last(rule.code)
    ran = f"last run {local_date(last)}" if last else "not run yet"
    well = not due or (last is not None and now - last < DAILY)
    words = f"{rule.what}: {rule.days(office.thresholds)} days; {due} due; {ran}"
    return Finding(well, f"retention of {rule.code}", words)


async def _telegram(settings: Settings) -> Finding:
    if settings.bot_token is None:
        return Finding(False, "Telegram", "LIAISON_BOT_TOKEN is not set")
    well, words = await ask_telegram(settings)
    return Finding(well, "Telegram", words)
