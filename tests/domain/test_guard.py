from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.guard import find_secrecy_marks

DATA = Path(__file__).parent / "data" / "guard_corpus.tsv"
CORPUS = [
    line.split("\t")
    for line in DATA.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_of_the_whole_corpus_nothing_is_missed_and_nothing_is_a_false_alarm() -> None:
    read = [(marks, [s.value for s in find_secrecy_marks(text)]) for marks, text in CORPUS]
    misses = [found for marks, found in read if marks != "-" and found != marks.split()]
    false_alarms = [found for marks, found in read if marks == "-" and found]
    assert len(read) >= 160
    assert (len(misses), len(false_alarms)) == (0, 0)


@pytest.mark.parametrize(("marks", "text"), CORPUS)
def test_no_miss_and_no_false_alarm(marks: str, text: str) -> None:
    found = [span.value for span in find_secrecy_marks(f"{text}。")]
    assert found == ([] if marks == "-" else marks.split())


def test_the_span_holds_the_whole_mark() -> None:
    assert [span.text for span in find_secrecy_marks("题头：机\u200b密★３年 正文")] == [
        "机\u200b密★３年"
    ]


@given(
    st.sampled_from(["绝密", "机密", "密级"]),
    st.lists(st.sampled_from(" \n\u200b★☆*·　\ufeff"), max_size=3),
)
def test_thin_characters_hide_no_mark(mark: str, between: list[str]) -> None:
    text = f"标题 {mark[0]}{''.join(between)}{mark[1]} 正文"
    assert [span.value for span in find_secrecy_marks(text)] == [mark]


@given(
    st.lists(st.sampled_from("绝机秘密级内部资料保★ ·，3年\u200b") | st.characters(), max_size=30)
)
def test_arbitrary_text_never_raises_and_spans_slice_it(chars: list[str]) -> None:
    text = "".join(chars)
    assert all(text[s.start : s.end] == s.text != "" for s in find_secrecy_marks(text))
