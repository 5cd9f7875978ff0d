"""The command line: demo, run, migrate, verify, doctor, calendar, backup, restore."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import signal
import sys
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from bot.app import Liaison, WrongTokenError, open_books
from bot.demo.stage import DEMO_PORT, serve_demo
from bot.demo.tour import play_tour
from bot.doctor import examine
from bot.domain.clock import SystemClock
from bot.domain.errors import DomainError
from bot.domain.rest_days import breaks
from bot.office import OfficeError
from bot.services.desk import Desk
from bot.services.rest_days import examine as examine_notice
from bot.services.rest_days import import_notice
from bot.services.shifts import compare, line_of
from bot.services.verify import verify as verify_chains
from bot.settings import SettingsError, load_settings
from bot.storage.backup import BackupError, back_up
from bot.storage.backup import restore as restore_file
from bot.storage.database import Database
from bot.storage.errors import DatabaseError, is_collision
from bot.storage.schema import SchemaError, require_current
from bot.storage.schema import migrate as migrate_schema

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bot.services.desk import Books
    from bot.services.verify import Report
    from bot.settings import Settings

T = TypeVar("T")

TRIES = 3
"""How often an import is done over when the running bot was at the same row."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="liaison-bot")
def main() -> None:
    """The liaison bot: two public bodies keep their promises in a chat group."""


@main.command()
@click.option("--tour", is_flag=True, help="Play a scripted day without a browser, print it, end.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEMO_PORT,
    show_default=True,
    help="Port of the chat page; 0: any.",
)
def demo(tour: bool, port: int) -> None:
    """Try the bot on a chat page of its own: no token, no server, nothing kept."""
    _hush_libraries()
    try:
        _run(play_tour() if tour else serve_demo(port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _end(f"端口 {port} 已被占用，请换一个，例如：liaison demo --port {port + 1}")


def _hush_libraries() -> None:
    """Let no library log what nobody may read, or what we log ourselves in a line."""
    for library in ("aiosqlite", "apscheduler", "httpcore", "httpx", "telegram"):
        logging.getLogger(library).setLevel(logging.WARNING)  # below: texts, and the token
    unread = logging.getLogger("telegram.request.BaseRequest")
    unread.setLevel(logging.CRITICAL)  # an answer that is no JSON, whole, with a traceback


@main.command()
def run() -> None:
    """Serve the bot on Telegram, with the settings of the environment and .env."""
    settings = _settings()
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    _hush_libraries()
    gc.freeze()  # what is loaded stays; going over it again would hold an answer up by 40 ms
    try:
        _run(Liaison(settings).run())
    except OfficeError as error:
        _end(f"LIAISON_OFFICE：{error}")
    except (SettingsError, DatabaseError, SchemaError) as error:
        _end(str(error))
    except WrongTokenError:
        _end("LIAISON_BOT_TOKEN: the server does not know this token")


@main.command()
def migrate() -> None:
    """Bring the database up to this program's schema, after a backup."""
    applied = _with_database(migrate_schema)
    click.echo("\n".join(f"applied {name}" for name in applied) or "nothing to do")


async def _verify(database: Database) -> Report:
    await require_current(database)
    async with database.read() as tx:
        return await verify_chains(tx)


@main.command()
def verify() -> None:
    """Check every history's chain of hashes, and every day's digest."""
    report = _with_database(_verify)
    click.echo(
        f"{report.streams} chains, {report.events} entries, {report.contents} contents, "
        f"{report.digests} digests"
    )
    if not report.sound:
        _end("\n".join(f"broken: {found.place} ({found.fault})" for found in report.broken))
    click.echo("every chain holds")


@main.command()
def doctor() -> None:
    """Look at settings, office file, calendar, database, people and Telegram, and say what ails."""
    settings = _settings()

    async def told() -> bool:
        findings = [finding async for finding in examine(settings)]
        for finding in findings:
            click.echo(f"{'ok  ' if finding.well else 'LOOK'} {finding.subject}: {finding.words}")
        return all(finding.well for finding in findings)

    sys.exit(0 if asyncio.run(told()) else 1)


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Import it; without this, only tell what would change.")
def calendar(source: Path, yes: bool) -> None:
    """Read the State Council's notice of rest days in SOURCE, and tell which dates it changes.

    The bot may go on meanwhile; what is imported is in force at once.
    """
    books = _books()
    try:
        text = source.read_text("utf-8-sig")
        lines = _with_database(lambda database: _take_in(database, books, text, keep=yes))
    except UnicodeDecodeError:
        _end(f"{source}: not a text file in UTF-8")
    except DomainError as error:
        _end(unescape(books.texts.refusal(error)))
    click.echo("\n".join(lines))


async def _take_in(database: Database, books: Books, text: str, *, keep: bool) -> list[str]:
    """Look at a notice, once more where the running bot was at the same row."""
    await require_current(database)
    for _ in range(TRIES):
        try:
            return await _look_or_import(database, books, text, keep=keep)
        except Exception as error:
            if not is_collision(error):
                raise
            collision = error
    raise collision


async def _look_or_import(database: Database, books: Books, text: str, *, keep: bool) -> list[str]:
    """Look at a notice, and import it if it is to be kept; returns what there is to tell."""
    async with database.write() if keep else database.read() as tx:
        now = SystemClock().now()
        desk = await Desk.open(tx, books, now, f"calendar/{now.timestamp()}")
        notice, after = await examine_notice(desk, text)
        shifts = await import_notice(desk, notice) if keep else (await compare(desk, after))[0]
        return [
            f"{notice.source}: {notice.year}",
            *(f"  {each.name} {each.first} - {each.last}" for each in breaks(notice)),
            *(f"  {day} at work" for day in sorted(notice.work)),
            f"{len(shifts)} open duties change",
            *(f"  {unescape(line_of(desk, shift))}" for shift in shifts),
            "imported" if keep else "nothing was written; --yes imports it",
        ]


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Copy the SQLite database to TARGET while the bot goes on."""
    _with_database(lambda database: back_up(database, target))
    click.echo(f"written: {target}")


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Put the backup SOURCE in the database's place; the old file is kept aside."""
    aside = _with_database(lambda database: _restore(database, source))
    click.echo(f"restored; the file before is {aside}" if aside else "restored")


async def _restore(database: Database, source: Path) -> Path | None:
    if database.file is None:
        raise BackupError("PostgreSQL: restore with pg_restore")
    return await restore_file(source, database.file)


def _books() -> Books:
    try:
        return open_books(_settings(), "")
    except OfficeError as error:
        _end(f"LIAISON_OFFICE：{error}")


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        _end(str(error))


def _with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Do some work on the database of the settings; its refusals end the program."""

    async def worked() -> T:
        database = Database(_settings().database_url)
        try:
            await database.check()
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(worked())
    except (DatabaseError, SchemaError, BackupError) as error:
        _end(str(error))


def _run(main_task: Coroutine[object, object, None]) -> None:
    """Run until done, or until a signal asks us to stop; what is under way ends in order."""

    async def until_told() -> None:
        task = asyncio.ensure_future(main_task)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            click.echo("stopped", err=True)

    asyncio.run(until_told())


def _end(line: str) -> NoReturn:
    """Stop with one line that says why."""
    click.echo(line, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
