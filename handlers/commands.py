"""Every command, declared once: the handlers, the menus, /help and the README's table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    Update,
)

from bot.domain.errors import DomainError
from bot.domain.people import Action, Role
from handlers import calendar, forms, health, places, records, reminders, roster
from handlers.context import place_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine

    from telegram import Bot

    from bot.domain.kinds.kind import Kinds
    from handlers.context import Context


class Menu(StrEnum):
    """In whose command menu a command stands."""

    EVERYWHERE = "everywhere"
    PRIVATE = "private"
    ADMIN = "admin"


@dataclass(frozen=True)
class Command:
    """One command: its name, what it is for, where it is offered, and what it does."""

    name: str
    purpose: str
    menu: Menu
    run: Callable[[Update, Context], Coroutine[Any, Any, None]]
    example: str = ""


def all_commands(kinds: Kinds) -> tuple[Command, ...]:
    """Every command there is, in the order of menus and /help; each kind brings its own."""
    filing = tuple(
        Command(
            kind.command,
            f"登记{kind.title}",
            Menu.EVERYWHERE,
            forms.OpenForm(kind),
            f"/{kind.command} {kind.example}".rstrip(),
        )
        for kind in kinds.all
    )
    commands = (
        *filing,
        Command("case", "按编号或关键词查询", Menu.EVERYWHERE, records.case, "/case 线索2026-12"),
        Command("todo", "我和本单位的待办", Menu.EVERYWHERE, records.todo),
        Command("upcoming", "将要发出的提醒", Menu.EVERYWHERE, reminders.upcoming, "/upcoming 14"),
        Command("drafts", "未提交的草稿", Menu.EVERYWHERE, forms.drafts),
        Command("log", "查看办理经过", Menu.EVERYWHERE, records.log, "/log 线索2026-12"),
        Command("why", "期限怎么算出来的", Menu.EVERYWHERE, records.why, "/why 2个月 2026-07-20"),
        Command("roster", "联络员名册", Menu.EVERYWHERE, roster.roster),
        Command(
            "away",
            "登记外出和代办",
            Menu.EVERYWHERE,
            roster.away,
            "/away 10月8日-10月15日 由李四代",
        ),
        Command("join", "申请登记为联络员", Menu.PRIVATE, roster.join, "/join {organ} 联络员 王敏"),
        Command("leave", "退出名册", Menu.PRIVATE, roster.leave),
        Command("bind", "绑定本群的区域和单位", Menu.ADMIN, places.bind, "/bind {district} 三方"),
        Command("unbind", "解除本群绑定", Menu.ADMIN, places.unbind),
        Command("calendar", "放假安排和导入", Menu.ADMIN, calendar.calendar),
        Command("health", "运行情况和未送达的消息", Menu.ADMIN, health.health),
        Command("remove", "将某人移出名册", Menu.ADMIN, roster.remove, "/remove 王敏"),
        Command("start", "打开私聊", Menu.PRIVATE, roster.start),
    )
    return (*commands, Command("help", "用法说明", Menu.EVERYWHERE, Help(commands)))


async def unknown(update: Update, context: Context) -> None:
    """A command that there is not; in a group it may be another bot's."""
    raise DomainError("no_such_command", command=words_of(update).split()[0][:32])


IN_GROUPS = frozenset({Menu.EVERYWHERE})
IN_PRIVATE = frozenset({Menu.EVERYWHERE, Menu.PRIVATE})
FOR_ADMINS = frozenset(Menu)
"""What is offered where; an administrator is offered everything in their private chat."""


class Help:
    """`/help`: the commands that are of use here."""

    def __init__(self, commands: tuple[Command, ...]) -> None:
        self._commands = commands

    async def __call__(self, update: Update, context: Context) -> None:
        """List them, those for administrators apart and to them only."""
        private, admin = place_of(update).private, context.actor.may(Action.BIND_CHAT)
        await context.reply(
            update,
            "help",
            commands=self._shown(context, IN_PRIVATE if private else IN_GROUPS),
            for_admin=self._shown(context, {Menu.ADMIN} if admin else ()),
            private=private,
            words=[word for kind in context.desk.books.kinds.all for word in kind.words],
        )

    def _shown(self, context: Context, menus: Collection[Menu]) -> list[Command]:
        """The commands of some menus, with examples of this office."""
        illustrate = context.desk.office.illustrate
        return [
            replace(c, example=illustrate(c.example)) for c in self._commands if c.menu in menus
        ]


async def publish_menus(bot: Bot, commands: tuple[Command, ...]) -> None:
    """Put the commands into the menus of private chats and of groups."""
    await bot.set_my_commands(_offered(commands, IN_PRIVATE), BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(_offered(commands, IN_GROUPS), BotCommandScopeAllGroupChats())


async def publish_menu(bot: Bot, commands: tuple[Command, ...], chat_id: int, role: str) -> None:
    """Give one private chat the menu of a role, or none of its own."""
    scope = BotCommandScopeChat(chat_id)
    if role == Role.ADMIN:
        await bot.set_my_commands(_offered(commands, FOR_ADMINS), scope)
    else:
        await bot.delete_my_commands(scope)


def _offered(commands: tuple[Command, ...], menus: Collection[Menu]) -> list[BotCommand]:
    return [BotCommand(c.name, c.purpose) for c in commands if c.menu in menus]
