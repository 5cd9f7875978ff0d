"""Groups and topics: bound, unbound, upgraded, left; and never mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.office import LINE, NUMBER

if TYPE_CHECKING:
    from bot.sandbox.chats import Chat
    from tests.edge.office import Office

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
HUARONG = "/lead 2C 移送线索 某公司占地2亩 鄂州资规罚字〔2025〕52号"


async def references(office: Office, chat_id: int) -> list[str]:
    """The tables in which a chat is still referred to, but for the history."""
    return [
        table
        for table in ("chats", "drafts", "outbox", "posts")
        if str(chat_id) in str(await office.rows(table))
    ]


async def test_an_administrator_binds_and_unbinds(office: Office) -> None:
    place = office.sandbox.group("新群", office["孙伟"], office["王敏"])
    office["孙伟"].write(place, "/bind 梁子湖 三方")
    bound = await office.reads("孙伟", "已绑定本群：梁子湖区", place)
    assert bound.labels == ["打开私聊"]
    office["孙伟"].write(place, "/unbind")
    await office.reads("孙伟", "已解除本群的绑定", place)
    office["孙伟"].write(place, "/unbind")
    await office.reads("孙伟", "本群尚未绑定", place)
    assert [e["name"] for e in await office.rows("events")] == ["bound", "unbound"]


async def test_what_bind_does_not_say_is_asked_by_buttons(office: Office) -> None:
    place = office.sandbox.group("新群", office["孙伟"], office["王敏"])
    asked = office["孙伟"].write(place, "/bind")
    districts = await office.reads("孙伟", "请选择本群", place, after=asked)
    assert "没有办理此项的权限" in await office.pressed("王敏", districts, "梁子湖区")
    await office.pressed("孙伟", districts, "梁子湖区")
    parties = await office.reads("孙伟", "哪几方", place, after=districts)
    await office.pressed("孙伟", parties, "检察长＋林长")
    await office.reads("孙伟", "已绑定本群：梁子湖区", place, after=parties)


async def test_only_administrators_bind(office: Office) -> None:
    place = office.sandbox.group("新群", office["王敏"])
    office["王敏"].promote(place)
    office["王敏"].write(place, "/bind 鄂城 三方")
    await office.reads("王敏", "没有办理此项的权限", place)
    assert len(await office.rows("chats")) == 2


async def test_the_bot_greets_a_group_it_is_added_to(office: Office) -> None:
    ours = office.sandbox.group("新群", office["孙伟"], announce=True)
    theirs = office.sandbox.group("别群", office["王敏"], announce=True)
    await office.reads("孙伟", "/bind", ours)
    await office.reads("王敏", "本群尚未绑定", theirs)


async def test_a_group_that_put_the_bot_out_is_forgotten(office: Office) -> None:
    await office.filed()
    office["王敏"].remove_bot(office.group)
    await office.settle()
    assert [row["chat_id"] for row in await office.rows("chats")] == [office.other.id]
    assert await references(office, office.group.id) == ["outbox"]
    office["李静"].press(await office.reads("李静", NUMBER), "签收")
    await office.reads("李静", "　已签收")
    await office.settle()
    assert "chat not found" not in str(await office.rows("outbox"))


async def test_topics_are_bound_apart_and_cards_land_in_theirs(office: Office) -> None:
    people = [office[name] for name in ("孙伟", "王敏", "陈刚", "李静", "周岚")]
    forum = office.sandbox.group("全市论坛", *people, forum=True)
    ours, theirs = (office.sandbox.topic(forum, name) for name in ("鄂城", "华容"))
    office["孙伟"].write(office.group, "/unbind")
    await office.reads("孙伟", "已解除本群", office.group)
    office["孙伟"].write(forum, "/bind 鄂城 检察＋资规", topic=ours)
    await office.reads("孙伟", "已绑定本话题：鄂城区", forum)
    office["孙伟"].write(forum, "/bind 华容 检察＋资规", topic=theirs)
    await office.reads("孙伟", "已绑定本话题：华容区", forum)

    office["王敏"].write(forum, LINE, topic=ours)
    preview = await office.reads("王敏", "待提交", forum)
    office["王敏"].press(preview, "✅ 提交")
    card = await office.reads("王敏", "已移送", forum)
    assert (preview.thread, card.thread) == (ours, ours)

    asked = office["王敏"].write(forum, f"/case {NUMBER}", topic=theirs)
    refusal = await office.reads("王敏", "没有找到", forum, after=asked)
    assert refusal.thread == theirs
    asked = office["王敏"].write(forum, f"/case {NUMBER}")
    general = await office.reads("王敏", "本群尚未绑定", forum, after=asked)
    assert general.thread is None


async def test_an_answer_counts_only_in_its_own_topic(office: Office) -> None:
    forum = office.sandbox.group("论坛", office["孙伟"], office["王敏"], forum=True)
    ours, elsewhere = (office.sandbox.topic(forum, name) for name in ("鄂城", "其他"))
    await office.bind(forum, "420704", ours)
    office["王敏"].write(forum, "/lead 2C 移送", topic=ours)
    preview = await office.reads("王敏", "请回复本条消息", forum)
    assert preview.thread == ours
    office["王敏"].write(forum, "不是回答", topic=elsewhere)
    office["王敏"].write(forum, "刘某某占地", reply_to=preview)
    await office.sandbox.until(lambda: "✅ 提交" in preview.labels)
    (draft,) = await office.rows("drafts")
    assert draft["data"]["summary"] == "刘某某占地"


async def test_one_person_in_two_groups_keeps_two_forms_apart(office: Office) -> None:
    office["王敏"].write(office.group, "/lead 2C 移送")
    here = await office.reads("王敏", "请回复本条消息", office.group)
    office["王敏"].write(office.other, "/lead 4D 申请监督 3月2日知道")
    there = await office.reads("王敏", "请回复本条消息", office.other)
    office["王敏"].write(office.other, "乙案", reply_to=there)
    office["王敏"].write(office.group, "甲案", reply_to=here)
    await office.sandbox.until(lambda: "✅ 提交" in here.labels and "✅ 提交" in there.labels)
    drafts = {d["chat_id"]: d["data"]["summary"] for d in await office.rows("drafts")}
    assert drafts == {office.group.id: "甲案", office.other.id: "乙案"}


async def test_two_people_in_one_group_keep_their_forms_apart(office: Office) -> None:
    await office.bind(office.group, "420700")
    office["王敏"].write(office.group, "/lead 鄂城 2C 移送")
    first = await office.reads("王敏", "请回复本条消息", office.group)
    office["陈刚"].write(office.group, "/lead 华容 4D 申请监督 3月2日知道")
    second = await office.reads("陈刚", "请回复本条消息", office.group, after=first)
    office["陈刚"].write(office.group, "答错了地方", reply_to=first)
    office["陈刚"].write(office.group, "乙案", reply_to=second)
    office["王敏"].write(office.group, "甲案", reply_to=first)
    await office.sandbox.until(lambda: "✅ 提交" in first.labels and "✅ 提交" in second.labels)
    people = {row["id"]: row["name"] for row in await office.rows("people")}
    drafts = {people[d["person_id"]]: d["data"]["summary"] for d in await office.rows("drafts")}
    assert drafts == {"王敏": "甲案", "陈刚": "乙案"}


async def basic_group(office: Office) -> Chat:
    """A basic group in the place of the district's own."""
    chat = office.sandbox.group("鄂城小群", office["王敏"], office["李静"], kind="group")
    async with office.database.write() as tx:
        await tx.chats.unbind(office.group.id)
    await office.bind(chat, "420704")
    office.group = chat
    return chat


@both
async def test_a_group_that_became_a_supergroup_is_followed(office: Office) -> None:
    old = await basic_group(office)
    await office.filed()
    office["王敏"].write(old, "/lead 2C 移送")
    await office.reads("王敏", "请回复本条消息", old)
    await office.settle()
    new = office.sandbox.upgrade(old)
    await office.settle()
    assert await references(office, old.id) == []
    assert [e["name"] for e in await office.rows("events")] == ["file", "upgraded"]
    office["李静"].press(await office.reads("李静", NUMBER), "签收")
    card = await office.reads("李静", "　已签收", new)
    assert await office.pressed("李静", card, "开始审查") == ""
    await office.sandbox.until(lambda: "　审查中\n" in card.text)


@both
async def test_an_upgrade_nobody_told_of_is_learnt_from_the_refusal(office: Office) -> None:
    old = await basic_group(office)
    await office.filed()
    await office.settle()
    await office.close()
    new = office.sandbox.upgrade(old)
    office.sandbox.world.updates.clear()
    await office.open()
    office["李静"].press(await office.reads("李静", NUMBER), "签收")
    card = await office.reads("李静", "　已签收", new)
    await office.settle()
    assert await references(office, old.id) == []
    assert office.talk(new).count(card.text.splitlines()[0]) == 1
