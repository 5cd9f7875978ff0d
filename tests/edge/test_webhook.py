"""The webhook, end to end: what is taken in, what is refused, and the health beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import SecretStr

from bot.services.pulse import Pulse
from bot.settings import Address
from bot.storage.leader import Leadership
from bot.web.app import build_web
from tests.edge.office import (
    LINE,
    NUMBER,
    PARTY,
    SECRET,
    SIGNED,
    answering,
    at_work,
    client_of,
    eventually,
    free_port,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.sandbox.messages import Message
    from bot.services.health import Health
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def as_update(number: int, message: Message) -> dict[str, object]:
    return {"update_id": number, "message": message.json()}


async def well(client: httpx.AsyncClient) -> None:
    """Wait until the bot is well: its first tick is over."""

    async def healthy() -> bool:
        return (await client.get("/healthz")).status_code == 200

    await eventually(healthy)


@both
async def test_a_lead_by_webhook(closed_office: Office) -> None:
    office = closed_office
    async with office.behind_a_webhook():
        office.sandbox.faults.duplicate_updates(1.0)
        card = await office.filed()
        assert await office.pressed("李静", card, "签收") == ""
        await office.settle()
    assert [event["name"] for event in await office.rows("events")] == ["file", "sign"]
    asked = [e for e in office.sandbox.exchanges if e.method.lower() == "getupdates"]
    assert asked == []
    (told,) = [e.params for e in office.sandbox.exchanges if e.method == "setWebhook"]
    assert told["secret_token"] == SECRET


async def test_the_same_update_twice_is_answered_twice_and_done_once(closed_office: Office) -> None:
    office = closed_office
    async with office.behind_a_webhook() as hook:
        message = office["王敏"].write(None, "/lead 2C")
        await office.reads("王敏", "待提交")
        await office.settle()
        before = await office.counts()
        (taken,) = await office.rows("updates")
        raw = as_update(taken["update_id"], message)
        for _ in range(2):
            assert (await hook.post("/telegram", json=raw)).status_code == 200
        await office.settle()
        assert await office.counts() == before


async def test_without_the_secret_nothing_comes_in(closed_office: Office) -> None:
    office = closed_office
    async with office.behind_a_webhook() as hook:
        for secret in ("", "wrong", f"{SECRET}x", SECRET[:-1], "密"):
            headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
            answer = await hook.post("/telegram", json={"update_id": 1}, headers=headers)
            assert answer.status_code == 403, secret
        del hook.headers["X-Telegram-Bot-Api-Secret-Token"]
        assert (await hook.post("/telegram", json={"update_id": 1})).status_code == 403
    assert await office.rows("updates") == []


NO_UPDATES = (
    b"",
    b"hello",
    b"\xff\xfe",
    b"[]",
    b"null",
    b"7",
    b"{}",
    b'{"update_id": "1"}',
    b'{"update_id": null}',
    b"[" * 100_000,
    json.dumps({"update_id": 1, "x": "y" * 1024 * 1024}).encode(),
)


async def test_what_is_no_update_is_refused(closed_office: Office) -> None:
    async with closed_office.behind_a_webhook() as hook:
        for body in NO_UPDATES:
            answer = await hook.post("/telegram", content=body)
            assert answer.status_code == 400, body[:24]
        assert (await hook.get("/telegram")).status_code == 405
    assert await closed_office.rows("updates") == []


async def test_what_cannot_be_taken_in_is_asked_for_again_and_logged_without_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def take(_: Sequence[dict[str, object]]) -> bool:
        raise RuntimeError(PARTY)

    async def look() -> Health:
        raise RuntimeError(PARTY)

    transport = httpx.ASGITransport(build_web(take, look, Pulse(), SECRET))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as hook:
        answer = await hook.post("/telegram", json={"update_id": 1}, headers=SIGNED)
        probe, figures = await hook.get("/healthz"), await hook.get("/metrics")
    assert (answer.status_code, probe.status_code, figures.status_code) == (503, 503, 200)
    assert probe.json() == {"serving": False, "database": "away"}
    assert "liaison_leader 0.0" in figures.text
    assert "RuntimeError" in caplog.text
    assert PARTY not in caplog.text + answer.text + probe.text + figures.text


async def test_when_polling_there_is_no_webhook(closed_office: Office) -> None:
    port = free_port()
    await closed_office.open(listen=Address("127.0.0.1", port))
    async with client_of(port) as client:
        await answering(client)
        assert (await client.post("/telegram", json={"update_id": 1})).status_code == 404
        await well(client)


async def test_health_tells_what_it_rests_on(closed_office: Office) -> None:
    office = closed_office
    async with office.behind_a_webhook() as hook:
        await office.filed()
        await office.settle()
        await well(hook)
        answer = await hook.get("/healthz")
        facts = answer.json()
        assert facts["serving"] is True
        assert facts["outbox"]["sent"] > 0
        assert NUMBER not in answer.text


@pytest.fixture
async def idle(closed_office: Office) -> AsyncIterator[int]:
    """The port of a bot that waits, because another process serves."""
    port = free_port()
    leader = Leadership(closed_office.database, 42)
    assert await leader.seize()
    liaison = closed_office.hire(
        listen=Address("127.0.0.1", port),
        webhook_url=f"http://127.0.0.1:{port}",
        webhook_secret=SecretStr(SECRET),
    )
    async with at_work(liaison):
        yield port
    await leader.release()


async def test_an_idle_process_says_not_here(closed_office: Office, idle: int) -> None:
    message = closed_office["王敏"].write(None, LINE)
    async with client_of(idle) as client:
        await answering(client)
        answer = await client.post("/telegram", json=as_update(5, message))
        assert answer.status_code == 503
        assert (await client.get("/healthz")).status_code == 503
    assert await closed_office.rows("updates") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_with_postgresql_any_process_takes_updates_in(
    closed_office: Office, idle: int
) -> None:
    message = closed_office["王敏"].write(None, LINE)
    async with client_of(idle) as client:
        await answering(client)

        async def taken() -> bool:
            answer = await client.post("/telegram", json=as_update(5, message))
            return answer.status_code == 200

        await eventually(taken)  # not before the bot's own name is known
    assert len(await closed_office.rows("drafts")) == 1
