"""Where a reading sits in what a person typed, whatever had to be folded to recognise it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# Traditional characters of the words we look for, and the simplified ones they stand for.
_SIMPLIFIED = dict(
    zip(
        "佔來倆個億內兩凍別劃劉區吳員嚴國園圓圖執報場婁孫宮實寧審導嶺廠廣張後復應戶損據擴於時"
        "書會東楊業構樓標樹橋機檢歐歲毀湯準溫濟濫灣為無爾獨產畝畢異當發盜監盧礦祕積築簡紀級終"
        "結絕給經維緊線縣總續罰羅臨與舉莊華萬葉蔣蕭蘇處號衛規許訴話認請諸謝譚議責貳賀資賈質趙"
        "車軒轄轅轉辦農週過達違還鄉鄒鄧鄭銀銜鋪錢鍾鎮鐵長門開閻關陳陸陽際電韋韓頃項領顏類餘馬"
        "馮駱體鮑黃點齊龍龔",
        "占来俩个亿内两冻别划刘区吴员严国园圆图执报场娄孙宫实宁审导岭厂广张后复应户损据扩于时"
        "书会东杨业构楼标树桥机检欧岁毁汤准温济滥湾为无尔独产亩毕异当发盗监卢矿秘积筑简纪级终"
        "结绝给经维紧线县总续罚罗临与举庄华万叶蒋萧苏处号卫规许诉话认请诸谢谭议责贰贺资贾质赵"
        "车轩辖辕转办农周过达违还乡邹邓郑银衔铺钱钟镇铁长门开阎关陈陆阳际电韦韩顷项领颜类余马"
        "冯骆体鲍黄点齐龙龚",
        strict=True,
    )
)

# Characters that are drawn as nothing although Unicode does not call them format characters.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Span(Generic[T_co]):
    """A value recognised in a text: `original[start:end] == text`, always."""

    start: int
    end: int
    value: T_co
    text: str

    def overlaps(self, others: Iterable["Span[object]"]) -> bool:
        """Whether any character is shared with one of the others."""
        return any(self.start < other.end and other.start < self.end for other in others)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text after folding, with the way back to the characters it came from."""

    original: str
    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int, value: T) -> Span[T]:
        """Carry a non-empty stretch of the folded text back to the original."""
        first, last = self.places[start], self.places[end - 1] + 1
        return Span(first, last, value, self.original[first:last])

    def slice(self, start: int, end: int) -> str:
        """Give the original characters of a non-empty stretch of the folded text."""
        return self.span(start, end, None).text

    def blank(self, spans: Iterable[Span[object]]) -> "Folded":
        """Hide what is already understood, so that nothing reads numbers out of it."""
        hidden = {place for span in spans for place in range(span.start, span.end)}
        text = "".join(
            "\x00" if place in hidden else char
            for char, place in zip(self.text, self.places, strict=True)
        )
        return Folded(self.original, text, self.places)


def fold(text: str) -> Folded:
    """Fold full-width forms and traditional characters, drop invisible ones, one by one."""
    pairs = [(char, place) for place, raw in enumerate(text) for char in _fold_char(raw)]
    return Folded(text, "".join(char for char, _ in pairs), tuple(place for _, place in pairs))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf" or char in _BLANK or unicodedata.name(char, "").startswith("VARIATION SEL"):
        return ""
    if category == "No":  # ② before 1.10亩 is a list mark, not a digit of it
        return char
    folded = unicodedata.normalize("NFKC", char)
    return _SIMPLIFIED.get(folded, folded) if len(folded) <= 4 else char
