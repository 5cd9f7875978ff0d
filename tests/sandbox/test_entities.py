from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.entities import Entity, Formatted, detect, utf16_len, utf16_slice
from bot.sandbox.markup_html import parse_html

letters = st.text(alphabet=st.sampled_from("字a😀<&>\"' \n"), min_size=0, max_size=20)
tags = st.sampled_from(["b", "i", "u", "s", "code"])
TYPES = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "code": "code"}


@given(st.lists(st.tuples(tags, letters, letters), max_size=5))
def test_entities_cover_what_was_marked(parts: list[tuple[str, str, str]]) -> None:
    source = "".join(f"<{t}>{escape(a)}</{t}>{escape(b)}" for t, a, b in parts)
    parsed = parse_html(source)
    assert parsed.text == "".join(a + b for _, a, b in parts)
    covered = [(e.type, utf16_slice(parsed.text, e.offset, e.length)) for e in parsed.entities]
    assert covered == [(TYPES[t], a) for t, a, _ in parts if a]


@given(st.lists(st.tuples(tags, letters, letters), max_size=5))
def test_rendered_html_reads_back_the_same(parts: list[tuple[str, str, str]]) -> None:
    source = "".join(f"<{t}>{escape(a)}</{t}>{escape(b)}" for t, a, b in parts)
    parsed = parse_html(source)
    assert parse_html(parsed.html()) == parsed


@given(letters)
def test_trimming_never_moves_an_entity_off_its_text(text: str) -> None:
    whole = Formatted(text, (Entity("bold", 0, utf16_len(text)),)).trimmed()
    assert whole.text == text.strip(" \n")
    covered = [utf16_slice(whole.text, e.offset, e.length) for e in whole.entities]
    assert covered == ([whole.text] if whole.text else [])


def test_the_indent_of_a_chinese_paragraph_stays() -> None:
    assert Formatted("　　各单位：").trimmed().text == "　　各单位："


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<a href="https://a.cn/x">看</a>', Entity("text_link", 0, 1, url="https://a.cn/x")),
        ("<span class='tg-spoiler'>密</span>", Entity("spoiler", 0, 1)),
        ("<blockquote expandable>引</blockquote>", Entity("expandable_blockquote", 0, 1)),
        ('<a href="tg://user?id=7">人</a>', Entity("text_mention", 0, 1, user_id=7)),
        (
            '<pre><code class="language-sql">x</code></pre>',
            Entity("pre", 0, 1, language="sql"),
        ),
        ("<STRONG>大</STRONG>", Entity("bold", 0, 1)),
    ],
)
def test_tags(source: str, expected: Entity) -> None:
    assert parse_html(source).entities == (expected,)


def test_a_link_to_nowhere_is_dropped_in_silence() -> None:
    assert parse_html('<a href="javascript:x">看</a>') == Formatted("看")


def test_references_and_a_lone_ampersand() -> None:
    assert parse_html("&lt;&#20013;&#x6587;&nbsp; A&B").text == "<中文&nbsp; A&B"


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("/lead 一条", "bot_command", "/lead"),
        ("😀 /lead@liaison_bot 一条", "bot_command", "/lead@liaison_bot"),
        ("请@wangmin看", "mention", None),
        ("请 @wangmin 看", "mention", "@wangmin"),
        ("见https://a.cn/x?y=1。谢谢", "url", "https://a.cn/x?y=1"),
        ("2026/3/2", "bot_command", None),
        ("#林长制 工作", "hashtag", "#林长制"),
    ],
)
def test_detection(text: str, kind: str, found: str | None) -> None:
    seen = [utf16_slice(text, e.offset, e.length) for e in detect(text) if e.type == kind]
    assert seen == ([found] if found else [])


def test_nothing_is_detected_in_code() -> None:
    parsed = parse_html("<code>/lead</code> /due").with_detected()
    assert [(e.type, e.offset) for e in parsed.entities] == [("code", 0), ("bot_command", 6)]


def test_overlapping_entities_render_as_nested_tags() -> None:
    crossed = Formatted("甲乙丙", (Entity("bold", 0, 2), Entity("italic", 1, 2)))
    assert crossed.html() == "<b>甲</b><b><i>乙</i></b><i>丙</i>"
