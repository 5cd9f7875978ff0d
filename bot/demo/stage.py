"""The stage of the demonstration: an invented office on a chat page, on the real code path."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import SecretStr

from bot.app import Liaison, open_books
from bot.domain.calendar import DAY, local_instant
from bot.domain.kinds import KINDS
from bot.domain.line import read_line
from bot.domain.people import Role, Side, Status
from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from bot.services.desk import Desk
from bot.services.ledger import file_record, move_record
from bot.settings import Address, Settings
from bot.storage.chats import Chat
from bot.storage.schema import migrate
from handlers.flood import TELEGRAM, Rates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from bot.domain.people import Actor, Person
    from bot.domain.records import Value
    from bot.sandbox.persona import Persona

DEMO_PORT = 8022
TOKEN = "42:demonstration"  # noqa: S105 (valid in the sandbox only)
LEAD, ADVICE = KINDS["lead"], KINDS["advice"]


@dataclass(frozen=True)
class Member:
    """An invented person of the office."""

    name: str
    post: str
    role: Role
    organ: str | None
    reachable: bool = True


MEMBERS = (
    Member("王敏", "鄂城分局 联络员", Role.LIAISON, "zrzy-ec"),
    Member("李静", "鄂城区检察院 联络员", Role.LIAISON, "jcy-ec"),
    Member("赵立", "鄂城区检察院 联络员（B角）", Role.DEPUTY, "jcy-ec", reachable=False),
    Member("陈刚", "市资规局 联络员", Role.LIAISON, "zrzy"),
    Member("周岚", "市检察院 联络员", Role.LIAISON, "jcy"),
    Member("吴建国", "市检察院 分管负责人", Role.LEADER, "jcy"),
    Member("何苗", "鄂城区林长办 联络员", Role.LIAISON, "lzb-ec"),
    Member("孙伟", "系统管理员", Role.ADMIN, None),
)
LIVELY = Rates(overall_per_second=30, chat_interval=0.2, group_per_minute=60)
"""Faster than Telegram allows, so that two months pass in a minute; the page's 限速 slows it."""
ADMIN = "孙伟"
STRANGER = "路人甲"

CITY, DISTRICT, FOREST = "市级协作群", "鄂城区协作群", "鄂城区林长+检察长"

PAST = (
    (3, "王敏", "2C 移送线索 张某某非法占地3.52亩 鄂州资规罚字〔2025〕31号 申请3月3日", 2),
    (
        2,
        "王敏",
        "4D 申请监督 某建材公司违法用地2.10亩逾期未执结 （2025）鄂0704行审66号 昨天知道",
        1,
    ),
    (1, "何苗", "F 移送线索 某村林地被占用4.2亩，现场已固定证据", 0),
)
"""Leads under way: days ago, who filed it, the line, how many steps were taken since."""
STEPS = ("sign", "review")

RECEIVED = 20
"""So many days ago a recommendation was received: its reply is not yet reminded of."""
ITEMS = "催告并申请强制执行\n完善移送台账"


@dataclass(frozen=True)
class Stage:
    """Everything of a running demonstration."""

    url: str
    sandbox: Sandbox
    cast: dict[str, Persona]
    liaison: Liaison


@asynccontextmanager
async def raise_stage(
    *, port: int = 0, clock: SandboxClock | None = None, rates: Rates = TELEGRAM
) -> AsyncIterator[Stage]:
    """Start the sandbox, seed the office, and run the real bot against it."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="liaison-demo-"))
        sandbox = Sandbox(token=TOKEN, clock=clock or SandboxClock())
        url = await stack.enter_async_context(sandbox.serve(port=port))
        liaison = Liaison(_settings(url, Path(folder)), clock=sandbox.clock, rates=rates)
        cast = _cast(sandbox)
        await migrate(liaison.database)
        await _seed(liaison, sandbox, cast)
        sandbox.clock.subscribe(liaison.clock_moved)
        sandbox.clock.next_stop = liaison.next_instant
        running = asyncio.create_task(liaison.run())
        stack.push_async_callback(_stop, running)
        await liaison.ready.wait()
        yield Stage(url, sandbox, cast, liaison)


async def _stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def _settings(url: str, folder: Path) -> Settings:
    """Settings for a bot of our own, whatever the environment says."""
    return Settings(
        bot_token=SecretStr(TOKEN),
        bot_api_url=url,
        database_url=f"sqlite+aiosqlite:///{folder / 'demo.sqlite3'}",
        listen=Address("127.0.0.1", 0),
        office=None,
        proxy=None,
        webhook_url=None,
        webhook_secret=None,
        admins=(),
        log_level="WARNING",
    )


def _cast(sandbox: Sandbox) -> dict[str, Persona]:
    """The personas, and the groups they sit in."""
    cast = {member.name: sandbox.user(member.name, post=member.post) for member in MEMBERS}
    cast[STRANGER] = sandbox.user(STRANGER, post="未登记")
    return cast


async def _seed(liaison: Liaison, sandbox: Sandbox, cast: dict[str, Persona]) -> None:
    """Put people on the roster, bind the groups, and file what was filed before."""
    books = open_books(liaison.settings, sandbox.world.bot.username or "")
    now = sandbox.clock.now()
    async with liaison.database.write() as tx:
        people = {
            member.name: await tx.people.add(
                user_id=cast[member.name].id,
                name=member.name,
                role=member.role,
                organ=member.organ,
                status=Status.ACTIVE,
                reachable=member.reachable,
                now=now,
            )
            for member in MEMBERS
        }
        for chat in _groups(sandbox, cast):
            await tx.chats.bind(chat, people[ADMIN].id, now)
    for member in MEMBERS:
        if member.reachable:
            cast[member.name].start()
    async with liaison.database.write() as tx:
        await _advise(await Desk.open(tx, books, now, "seed"), people)
    for serial, lead in enumerate(PAST):
        async with liaison.database.write() as tx:
            await _file(await Desk.open(tx, books, now, f"seed{serial}"), people, *lead)


def _groups(sandbox: Sandbox, cast: dict[str, Persona]) -> list[Chat]:
    """A city group, a district group, and the group of forest chief and chief procurator."""
    land = frozenset({Side.PROCURATORATE, Side.RESOURCES})
    forest = frozenset({Side.PROCURATORATE, Side.FORESTRY})
    plan = (
        (CITY, "420700", land | forest, ("陈刚", "周岚", "吴建国")),
        (DISTRICT, "420704", land, (*cast,)),
        (FOREST, "420704", forest, ("何苗", "李静", "赵立")),
    )
    chats: list[Chat] = []
    for title, district, sides, names in plan:
        others = [cast[name] for name in names if name != ADMIN]
        basic = title == FOREST  # one that can still become a supergroup
        group = sandbox.group(title, cast[ADMIN], *others, kind="group" if basic else "supergroup")
        chats.append(Chat(group.id, 0, title, district, sides))
    return chats


async def _file(
    desk: Desk, people: dict[str, Person], days: int, author: str, line: str, steps: int
) -> None:
    """File one lead as of some days ago, and take the steps that followed."""
    then = replace(desk, now=desk.now - timedelta(days=days))
    entries = {name: LEAD.entries[name] for name in LEAD.offered}
    data = read_line(line, entries, LEAD.rest, then.reading).data
    record = await file_record(then, then.actor(people[author]), LEAD, "420704", data)
    for code in STEPS[:steps]:
        record = await move_record(
            then, then.actor(people["李静"]), record, code, {}, version=record.version
        )


async def _advise(desk: Desk, people: dict[str, Person]) -> None:
    """Issue a recommendation, let both sides turn their keys, and the bureau check itself.

    What is left is the clock of the written reply, with all its reminders still to come.
    """
    received = desk.calendar.workday_on_or_before(desk.today - RECEIVED * DAY)
    checked = desk.calendar.next_workday(received)
    prosecutor, bureau = desk.actor(people["李静"]), desk.actor(people["王敏"])
    given: dict[str, Value] = {
        "served_on": received.isoformat(),
        "delivery": "direct",
        "signatory": "王敏",
    }
    steps: tuple[tuple[date, Actor, str, dict[str, Value]], ...] = (
        (received, prosecutor, "serve", given),
        (received, bureau, "confirm_receipt", {}),
        (checked, bureau, "check", {"self_check": "已逐项自查，台账不完善属实"}),
    )
    then = replace(desk, now=local_instant(received, time(10)))
    filed: dict[str, Value] = {
        "type": "breach",
        "advice_number": f"鄂州检行建〔{received.year}〕3号",
        "issued_on": received.isoformat(),
        "items": ITEMS,
    }
    record = await file_record(then, prosecutor, ADVICE, "420704", filed)
    for day, actor, code, data in steps:
        then = replace(desk, now=local_instant(day, time(11)))
        record = await move_record(then, actor, record, code, data, version=record.version)


async def serve_demo(port: int) -> None:
    """Serve the chat page until interrupted."""
    async with raise_stage(port=port, rates=LIVELY) as stage:
        click.echo(f"对话页面已就绪：{stage.url}/")
        click.echo("数据只在内存和临时文件中，退出即清除。按 Ctrl+C 退出。")
        await asyncio.Event().wait()
