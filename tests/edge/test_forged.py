"""Buttons that never were, and updates that no messenger sends: nothing happens, all goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.edge.office import LINE, PARTY

if TYPE_CHECKING:
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

FORGED = (
    "x",
    "1",
    "1.",
    "1.mv",
    "1.mv.",
    "1.mv.1",
    "1.mv.1.sign",
    "1.mv.1.sign.x",
    "1.mv.1.sign.0",
    "1.mv.1.sign.99",
    "1.mv.1.archive.1",
    "1.mv.1.explode.1",
    "1.mv.-1.sign.1",
    "1.mv.99.sign.1",
    "1.mv.9223372036854775807.sign.1",
    "1.mv.9223372036854775808.sign.1",
    f"1.mv.{'9' * 32}.sign.1",
    "1.mv.１.sign.1",
    "1.de",
    "1.de.2",
    "1.hi.x",
    "1.cd.77",
    "1.pg.1.0",
    "1.fl",
    "1.fl.1",
    "1.fl.x.s",
    "1.fo.1.mine",
    "1.fo.1",
    "1.ff.99.d.420704",
    "1.td",
    "1.td.x",
    "1.td.-1",
    "1.ts.1",
    "1.ts.1.sign.1",
    "1.ts.1.sign.1.0",
    "1.ts.1.withdraw.99.0",
    "1.ts.99.sign.1.0",
    "1.zz.1",
    "2.mv.1.sign.1",
    "1.fi.99",
    "1.ca.99",
    "1.ch.99.route.apply",
    "1.gr.99.1",
    "1.ba.99",
    "1.fi.1.1.1.1.1.1.1",
    "1.bi.420704.all",
    "1.im.1",
    "1.im.1.000000000000",
    "1.im.x.x",
    "1.ni.1",
    "1.bi.nowhere.all",
    "1.ad.1001.zrzy-ec.liaison",
    "1.rf.1001.zrzy-ec.liaison",
    "1.ea",
    "1.ea.x",
    "1.ea.1",
    "1.ea.-1",
    "1.lv.2",
    "1.lv.99",
    "1.jo.zrzy-ec.admin",
    "1.js.nobody",
    "1.jo.-.-",
    "'; DROP TABLE records; --",
    "1.mv.1.sign.1\n1.mv.1.sign.1",
    "\x00" * 64,
    "a" * 64,
    "密" * 21,
    "<b>&amp;" * 8,
)


@both
async def test_no_forged_button_does_anything(office: Office) -> None:
    card = await office.filed()
    await office.settle()
    before = await office.counts()
    for data in FORGED:
        said = await office.forged("王敏", card, data)
        assert said, f"{data!r} was not answered"
        assert "故障" not in said, f"{data!r} made it fail"
    await office.settle()
    assert await office.counts() == before
    assert await office.state() == "handed_over"


async def test_nobody_gets_at_somebody_elses_form(office: Office) -> None:
    card = await office.filed()
    office["王敏"].write(office.group, "线索")
    await office.reads("王敏", "属于哪一类情形", office.group)
    (draft,) = await office.rows("drafts")
    for data in ("fi.{}", "ca.{}", "ch.{}.route.apply", "gr.{}.1", "ba.{}"):
        said = await office.forged("李静", card, "1." + data.format(draft["id"]))
        assert said == "这是别人的草稿，没有作任何改动。"
    assert await office.rows("drafts") == [draft]


@pytest.mark.parametrize(
    "data",
    ["ch.1.route.sideways", "ch.1.summary.x", "ch.1.party.x", "gr.1.99", "ch.1.zz.1", "fi.1"],
)
async def test_ones_own_form_takes_no_nonsense(office: Office, data: str) -> None:
    office["王敏"].write(office.group, "线索")
    preview = await office.reads("王敏", "属于哪一类情形", office.group)
    (draft,) = await office.rows("drafts")
    said = await office.forged("王敏", preview, f"1.{data}")
    assert said
    assert "故障" not in said
    assert await office.rows("drafts") == [draft]


async def test_a_button_under_a_message_too_old_to_be_told_still_works(office: Office) -> None:
    card = await office.filed()
    query: dict[str, object] = {
        "id": "77",
        "from": office["李静"].user.json(),
        "message": {"chat": office.group.json(), "message_id": card.id, "date": 0},
        "chat_instance": "1",
        "data": "1.mv.1.sign.1",
    }
    office.sandbox.world.updates.add("callback_query", query)
    await office.sandbox.until(lambda: "　已签收\n" in card.text)


SOMEBODY: dict[str, Any] = {"id": 1001, "is_bot": False, "first_name": "王敏"}
CHAT: dict[str, Any] = {"id": -1001000000001, "type": "supergroup", "title": "鄂城群"}
MESSAGE: dict[str, Any] = {
    "message_id": 900,
    "date": 1773018000,
    "chat": CHAT,
    "from": SOMEBODY,
    "text": "刘某某",
}
QUERY: dict[str, Any] = {
    "id": "5",
    "from": SOMEBODY,
    "message": MESSAGE,
    "chat_instance": "1",
    "data": "1.de.1",
}


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


UNREADABLE: tuple[tuple[str, object], ...] = (
    ("message", {}),
    ("message", None),
    ("message", "words"),
    ("message", [1]),
    ("message", 7),
    *(("message", without(MESSAGE, name)) for name in MESSAGE),
    *(("message", {**MESSAGE, name: None}) for name in MESSAGE),
    *(("message", {**MESSAGE, name: "x"}) for name in MESSAGE),
    *(("message", {**MESSAGE, name: {"x": []}}) for name in MESSAGE),
    ("message", {**MESSAGE, "text": 12}),
    ("message", {**MESSAGE, "chat": {**CHAT, "id": "x"}}),
    ("message", {**MESSAGE, "chat": {**CHAT, "id": 2**70}, "text": "/help"}),
    ("message", {**MESSAGE, "chat": {**CHAT, "type": "sect"}, "text": "/help"}),
    ("message", {**MESSAGE, "chat": {**CHAT, "id": "x"}, "text": "/case 线索2026-1"}),
    ("message", {**MESSAGE, "from": {**SOMEBODY, "id": "x"}}),
    ("message", {**MESSAGE, "from": {**SOMEBODY, "id": 2**70}}),
    ("message", {**MESSAGE, "entities": "x"}),
    ("message", {**MESSAGE, "entities": [{"type": "bot_command", "offset": 9, "length": 9}]}),
    (
        "message",
        {
            **MESSAGE,
            "text": "/case",
            "entities": [{"type": "bot_command", "offset": 0, "length": 999}],
        },
    ),
    ("message", {**MESSAGE, "message_thread_id": "x", "is_topic_message": True}),
    ("message", {**MESSAGE, "reply_to_message": {}}),
    ("message", {**MESSAGE, "migrate_to_chat_id": "x"}),
    *(("callback_query", without(QUERY, name)) for name in QUERY),
    *(("callback_query", {**QUERY, name: None}) for name in QUERY),
    *(("callback_query", {**QUERY, name: {"x": 1}}) for name in QUERY),
    ("my_chat_member", {}),
    ("my_chat_member", {"chat": CHAT, "from": SOMEBODY, "date": 0}),
    ("edited_message", {**MESSAGE, "chat": None}),
    ("poll", {}),
    ("tomorrow", {"x": 1}),
)


@both
async def test_what_cannot_be_read_is_set_aside(closed_office: Office) -> None:
    office = closed_office
    async with office.behind_a_webhook() as hook:
        for number, (kind, payload) in enumerate(UNREADABLE, start=1):
            answer = await hook.post("/telegram", json={"update_id": number, kind: payload})
            assert answer.status_code == 200, (kind, payload)
        card = await office.filed()
        assert await office.pressed("李静", card, "签收") == ""
    assert len(await office.rows("records")) == 1


async def test_what_cannot_be_read_does_not_stop_the_polling(closed_office: Office) -> None:
    office = closed_office
    office.malformed = True
    for kind, payload in UNREADABLE:
        if kind in {"message", "callback_query"} and isinstance(payload, dict):
            office.sandbox.world.updates.add(kind, payload)
    office["王敏"].write(office.group, LINE)
    await office.open()
    await office.reads("王敏", "待提交", office.group)
    await office.sandbox.until(lambda: not len(office.sandbox.world.updates))
    troubles = [row["trouble"] for row in await office.rows("updates") if row["trouble"]]
    assert troubles
    assert PARTY not in str(troubles)
