"""The start: what stops it, and what is answered before the bot serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bot.app import WrongTokenError
from bot.office import OfficeError
from bot.settings import Address
from tests.edge.office import (
    NUMBER,
    SECRET,
    answering,
    at_work,
    client_of,
    eventually,
    free_port,
)

if TYPE_CHECKING:
    from tests.edge.office import Office


async def test_a_code_in_use_that_the_office_file_lacks_stops_the_start(
    closed_office: Office,
) -> None:
    await closed_office.bind(closed_office.other, "420799")
    with pytest.raises(OfficeError, match=r"^420799 正在使用，机关文件里却没有$"):
        await closed_office.hire().run()


async def test_a_wrong_token_stops_the_start(closed_office: Office) -> None:
    with pytest.raises(WrongTokenError):
        await closed_office.hire(bot_token=SecretStr("13:wrong")).run()


async def test_health_is_answered_while_telegram_cannot_be_reached(closed_office: Office) -> None:
    port = free_port()
    liaison = closed_office.hire(
        bot_api_url=f"http://127.0.0.1:{free_port()}",
        listen=Address("127.0.0.1", port),
        webhook_url=f"http://127.0.0.1:{port}",
        webhook_secret=SecretStr(SECRET),
    )
    async with at_work(liaison) as running, client_of(port) as client:
        await answering(client)
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()["serving"]) == (503, False)
        assert (await client.post("/telegram", json={"update_id": 1})).status_code == 503
        assert not running.done()


async def test_a_taken_port_is_said_once_and_had_when_it_is_free(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.app.AGAIN", 0.01)
    monkeypatch.setattr("bot.web.listening.AGAIN", 0.01)
    office, port = closed_office, free_port()
    first = await office.open(listen=Address("127.0.0.1", port))
    second = office.hire(listen=Address("127.0.0.1", port))
    async with client_of(port) as client, at_work(second) as running:
        await answering(client)
        await office.until(lambda: "idle: this bot is already served by" in caplog.text)
        await office.until(
            lambda: f"LIAISON_LISTEN: cannot listen on 127.0.0.1:{port}" in caplog.text
        )
        await office.filed()
        assert first.ready.is_set()
        await office.close()
        await office.until(second.ready.is_set)

        async def second_is_well() -> bool:
            return (await client.get("/healthz")).status_code == 200

        await answering(client)
        await eventually(second_is_well)
        asked = office["王敏"].write(office.group, f"/case {NUMBER}")
        await office.reads("王敏", "已移送", office.group, after=asked)
        await office.settle()
        assert not running.done()
    assert caplog.text.count("LIAISON_LISTEN") == 1
