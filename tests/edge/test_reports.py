"""Twelve reports from real life: how little has to be done, and what is understood of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.people import Role, Side, Status
from bot.storage.chats import Chat as Binding

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from bot.sandbox.messages import Message
    from tests.edge.office import Office

REPORTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "reports.toml").read_text(encoding="utf-8")
)["report"]
NEWCOMERS = {"林川": "lzb-ec", "何平": "zrzy"}
MOST = 4
"""So many messages and presses may half of the reports take."""


@pytest.fixture
async def bureau(closed_office: Office) -> Office:
    """The office with the forest chief's and the city's people, and a group of all three sides."""
    office = closed_office
    now = office.sandbox.clock.now()
    async with office.database.write() as tx:
        for name, organ in NEWCOMERS.items():
            office.cast[name] = office.sandbox.user(name)
            await tx.people.add(
                user_id=office[name].id,
                name=name,
                role=Role.LIAISON,
                organ=organ,
                status=Status.ACTIVE,
                reachable=True,
                now=now,
            )
            office.sandbox.world.known.add(office[name].id)
            office[name].private.started = True
        three = office.sandbox.group("三方群", *office.cast.values())
        binding = Binding(three.id, 0, three.title, "420704", frozenset(Side))
        await tx.chats.bind(binding, 1, now)
    await office.open()
    return office


class Filer:
    """Somebody who files a report, one act after the other."""

    def __init__(self, office: Office, report: dict[str, Any]) -> None:
        chats = {chat.title: chat for chat in office.sandbox.world.chats.values()}
        self._office = office
        self._person = office[report["who"]]
        self._chat: Chat = chats[report["where"]] if "where" in report else self._person.private

    def _newest(self, label: str = "") -> tuple[Message, str]:
        """The newest message of the bot with such a button, and the button's whole label."""
        bot = self._office.sandbox.world.bot
        return next(
            (message, whole)
            for message in reversed(self._person.reads(self._chat))
            if message.sender is bot
            for whole in message.labels
            if label in whole
        )

    async def act(self, act: str) -> None:
        """Write, answer or press, and wait until the bot has had its say."""
        how, _, what = act.partition(" ")
        if how == "按":
            self._person.press(*self._newest(what))
        elif how == "写":
            self._person.write(self._chat, what)
        elif how == "答":
            self._person.write(self._chat, what, reply_to=self._newest()[0])
        else:
            said = [m for m in self._person.reads(self._chat) if not m.sender.is_bot]
            self._person.write(self._chat, what, reply_to=said[-1])
        await self._office.settle()


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report["title"])
async def test_a_report_is_understood_as_it_was_meant(
    bureau: Office, report: dict[str, Any]
) -> None:
    filer = Filer(bureau, report)
    if "heard" in report:
        bureau["赵立"].write(bureau.group, report["heard"])
    for act in report["acts"]:
        assert await bureau.rows("records") == [], "filed before the last act"
        await filer.act(act)
    (record,) = await bureau.rows("records")
    read = {"kind": record["kind"], "district": record["district"], **record["data"]}
    assert read == report["reads"]


def test_half_of_the_reports_take_four_acts_or_fewer() -> None:
    """Each of them is filed by its last act, as the test above proves."""
    assert len(REPORTS) == 12
    assert median(len(report["acts"]) for report in REPORTS) <= MOST
