"""An update is confirmed only after its effects are committed; a failure undoes only its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.services.lookup import look_up
from tests.edge.office import NUMBER, PARTY

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.app import Liaison
    from bot.domain.people import Actor, Place
    from bot.services.desk import Desk
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


class FullDisk:
    """Lets the first commits that hold an update fail, as a full disk would."""

    def __init__(self, liaison: Liaison, times: int = 1) -> None:
        self.left = times
        self._holding: set[Connection] = set()
        engine = liaison.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._watch)
        event.listen(engine, "commit", self._fail)

    def _watch(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO updates"):
            self._holding.add(connection)

    def _fail(self, connection: Connection) -> None:
        if connection in self._holding:
            self._holding.discard(connection)
            if self.left:
                self.left -= 1
                raise OperationalError("COMMIT", {}, Exception("disk full"))


@both
async def test_what_could_not_be_committed_comes_again(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.intake.LONGEST_PAUSE", 0.02)
    office = closed_office
    disk = FullDisk(await office.open(), times=2)
    card = await office.filed()
    await office.settle()
    assert disk.left == 0
    assert [event["name"] for event in await office.rows("events")] == ["file"]
    assert card.text.startswith(f"🔴 {NUMBER}　已移送\n")
    assert len(card.chat.messages) == 3, "the line, the note that it is filed, the card"


async def test_a_webhook_answers_only_after_the_commit(closed_office: Office) -> None:
    office = closed_office
    async with office.behind_a_webhook() as hook:
        disk = FullDisk(office.liaison)
        raw = {"update_id": 1, "message": office["王敏"].write(office.group, "好").json()}
        await office.settle()
        assert disk.left == 0
        disk.left = 1
        assert (await hook.post("/telegram", json=raw)).status_code == 503
        taken = [row["update_id"] for row in await office.rows("updates")]
        assert len(taken) == 1
        assert (await hook.post("/telegram", json=raw)).status_code == 200
        assert [row["update_id"] for row in await office.rows("updates")] == [1, *taken]


@pytest.fixture
def _stumble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make one question fail after it has written something."""

    async def stumbling(desk: Desk, actor: Actor, question: str, place: Place) -> None:
        await look_up(desk, actor, question, place)
        if "77" in question:
            raise RuntimeError(f"{PARTY} {question}")

    monkeypatch.setattr("handlers.records.look_up", stumbling)


@both
@pytest.mark.usefixtures("_stumble")
async def test_a_failure_undoes_only_its_own_update(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.filed("/lead 2C 移送线索 甲占地 鄂州资规罚字〔2025〕77号")
    await office.close()
    first = office["王敏"].write(office.group, f"/case {NUMBER}")
    failing = office["王敏"].write(office.group, "/case 鄂州资规罚字〔2025〕77号")
    office["李静"].write(office.group, f"/case {NUMBER}")
    await office.open()
    fault = await office.reads("王敏", "系统出了故障", office.group)
    await office.settle()
    assert fault.reply_to is failing
    cards = [m for m in office["王敏"].reads(office.group) if m.id > first.id and NUMBER in m.text]
    assert len([m for m in cards if "已移送" in m.text]) == 2
    number = re.findall(r"编号 ([0-9a-f]{6})", fault.text)[0]
    logged = [r.getMessage() for r in caplog.records if number in r.getMessage()]
    assert len(logged) == 1
    assert "RuntimeError at" in logged[0]
    assert "77" not in logged[0].replace(number, "")
    (trouble,) = [row["trouble"] for row in await office.rows("updates") if row["trouble"]]
    assert trouble == f"{number} RuntimeError"


async def test_a_failing_button_gets_the_number_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await office.filed()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError(PARTY)

    monkeypatch.setattr("handlers.records.take_step", broken)
    said = await office.pressed("李静", card, "签收")
    assert re.search(r"系统出了故障（编号 [0-9a-f]{6}）", said)
    assert await office.state() == "handed_over"
