"""The doctor: whether everything is there that the bot needs, and what ails it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.app import ask_telegram, open_books
from bot.domain.calendar import DAY, SHANGHAI, local_date
from bot.domain.clock import SystemClock
from bot.domain.errors import DomainError
from bot.domain.kinds import KINDS
from bot.office import OfficeError
from bot.services.codes import require_known_codes
from bot.services.desk import Desk
from bot.services.health import Need, look
from bot.services.retention import RULES, count_due
from bot.storage.database import Database
from bot.storage.errors import DatabaseError
from bot.storage.schema import SchemaError, require_current

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from bot.office import Office
    from bot.services.desk import Books
    from bot.services.health import Health
    from bot.services.retention import Rule
    from bot.settings import Settings
    from bot.storage.database import Tx

DAILY = timedelta(days=2)
"""What is done every day has been done within so long."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    well: bool
    subject: str
    words: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything in turn; what depends on a thing that is not there is left out."""
    books, finding = _office(settings)
    yield finding
    try:
        database = Database(settings.database_url)
        await database.check()
    except DatabaseError as error:
        yield Finding(False, "database", str(error))
    else:
        async for finding in _database(database, books):
            yield finding
        await database.close()
    yield await _telegram(settings)


def _office(settings: Settings) -> tuple[Books | None, Finding]:
    try:
        books = open_books(settings, "")
    except OfficeError as error:
        return None, Finding(False, "office file", str(error))
    office = books.office
    words = f"{office.name}: {len(office.organs)} organs, {len(office.districts)} districts"
    return books, Finding(True, "office file", words)


async def _database(database: Database, books: Books | None) -> AsyncIterator[Finding]:
    place = str(database.file) if database.is_sqlite else "PostgreSQL"
    try:
        await require_current(database)
    except (SchemaError, OSError) as error:
        yield Finding(False, "database", f"{place}: {error}")
        return
    yield Finding(True, "database", f"{place}: schema is current")
    if books is None:
        return
    async with database.read() as tx:
        yield await _codes(tx, books.office)
        for rule in RULES:
            yield await _rule(tx, books.office, rule)
        try:
            health = await look(await Desk.open(tx, books, SystemClock().now(), "doctor"))
        except DomainError:
            return  # a code in use that the office file lacks
    for finding in (_calendar(health), *_whole(health)):
        yield finding


def _calendar(health: Health) -> Finding:
    words = f"official rest days known up to {health.known_until - DAY}; later dates are 暂定"
    if health.missing_year is None:
        return Finding(True, "calendar", words)
    year = health.missing_year
    return Finding(False, "calendar", f"{words}; import the notice for {year}: /calendar")


def _whole(health: Health) -> Iterator[Finding]:
    """What the bot itself knows of how it is."""
    needs = health.needs
    yield Finding(Need.TICK not in needs, "ticks", _ticks(health))
    words = f"{health.waiting} waiting, {health.failed} given up"
    yield Finding(not {Need.GIVEN_UP, Need.QUEUE} & {*needs}, "outbox", words + _waited(health))
    if health.repeated and health.last_repeated:
        words = f"{health.repeated} messages, the latest {_minute(health.last_repeated)}"
        yield Finding(True, "perhaps sent twice", words)
    for given_up in health.given_up:
        whom = given_up.whom or "nobody known"
        yield Finding(
            False, f"not delivered to {whom}", f"{_minute(given_up.at)}, {given_up.trouble}"
        )
    reach = f"{health.matters_unheard} of which neither people nor groups are reminded"
    yield Finding(Need.UNHEARD not in needs, "matters", reach + _unheard(health))
    lost, coming, refused = (health.files.get(s, 0) for s in ("failed", "waiting", "refused"))
    words = f"{coming} waiting, {lost} not to be had, {refused} refused"
    yield Finding(Need.FILES not in needs, "files", words)
    words = f"{health.updates_failed} could not be read or failed"
    yield Finding(Need.UPDATES not in needs, "updates", words)
    silent = len(health.unreachable)
    words = f"{len(health.people)} on the roster, {silent} cannot be reached in private"
    yield Finding(Need.PEOPLE not in needs and bool(health.people), "people", words)
    admins = len(health.admins)
    yield Finding(bool(admins), "administrators", f"{admins} (LIAISON_ADMINS names the first)")
    yield Finding(Need.GROUPS not in needs, "groups", f"{health.groups} bound")
    yield Finding(True, "size", f"{health.size / 2**20:.1f} MiB")


def _ticks(health: Health) -> str:
    """When the last one was, and when there was none for long."""
    words = f"the last one {_minute(health.ticked)}" if health.ticked else "none yet"
    if not health.ticking:
        words += "; is the bot running?"
    if health.gap:
        words += f"; down from {_minute(health.gap.begins)} to {_minute(health.gap.ends)}"
    return words


def _waited(health: Health) -> str:
    """How long the queue has been stuck, if it is."""
    stuck = Need.QUEUE in health.needs
    return f"; the oldest waits {health.waited.total_seconds() / 60:.0f} minutes" if stuck else ""


def _unheard(health: Health) -> str:
    """Which matters those are, and what to do."""
    named = [f"{each.organ} {', '.join(each.numbers)}" for each in health.unheard]
    return f": {'; '.join(named)}; bind their group: /bind" if named else ""


def _minute(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


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
