"""Write docs/periods.md: every period of `bot.domain.periods`, and which duties count by it.

`make periods` writes it anew; a test holds it to the data.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.entries import OneOf
from bot.domain.kinds import KINDS
from bot.domain.periods import PERIODS, Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.domain.kinds.kind import Kind, Kinds
    from bot.domain.kinds.lifecycle import DutyRule

PAGE = Path(__file__).parent / "periods.md"
HEAD = """\
# 期限一览

本页由 `make periods` 根据程序中的期限数据生成，请勿手工修改。\
任何一个日期怎么算出来的，发送 `/why` 加编号查看；\
不涉及具体事项的，发送 `/why 2个月 2026-07-20` 或 `/why A1 2026-07-20` 推算。

## 怎么算

1. 起算当日不计入，自次日起算（《民法典》第201条、《民事诉讼法》第85条）。
2. 按月计算的，到期月的对应日为最后一日；没有对应日的，月末日为最后一日（《民法典》第202条）。\
一律从原起算日计算，不逐月累加。
3. 最后一日是休息日的，以其后第一个工作日为最后一日（《民法典》第203条）；中间的休息日照常计入。
4. 按工作日计算的，休息日不计。
5. 调休上班的周六、周日是工作日：不引起顺延，按工作日计算的计入在内。\
妇女节、青年节的半天假不是休息日。
6. 最后一日到24时止（北京时间）。在途时间不计：期满前交邮的不算逾期，以邮戳为准。
7. 放假安排以国务院办公厅当年的通知为准。通知尚未公布的，\
暂按《全国年节及纪念日放假办法》规定的节假日和周末休息计算，不预计调休、补假，注明“暂定”；\
公布后重新计算，前后两个日期都保留。
8. 季度报送是双方约定，不是法定期限：季度最后一日是休息日的，提前到此前最后一个工作日。
9. 名义届满（不考虑休息日）和法定届满（约定的期限为约定届满）一并给出。
"""
STATUTORY = """\
## 法定期限

出自法律、司法解释、司法文件或者最高人民检察院的规定，任何机关不能在程序中改动。\
注明“待核”的，条文尚未与正式文本核对，使用前请先核对。
"""
AGREED = """\
## 约定期限

双方可以商定调整。
"""
CHANGING = """\
## 怎么调整约定期限

在机关文件（如 `bot/offices/ezhou.toml`）的 `[periods]` 一节写上代码和新的长度，单位不变：

```toml
[periods]
P-SIGN = 3
```

重新启动后，新开始的期限按新长度计算，已经开始的不变。可以调整的有：{changeable}。

长度是不小于1的整数。写了法定期限、没有的代码，或者不由程序定长度的期限，程序不启动，并指出是哪个代码。
"""
COLUMNS = ("代码", "期限", "起算", "长度", "末日", "依据", "施行日", "用于")


def page() -> str:
    """The whole page as the data has it."""
    uses = uses_of(KINDS)
    statutory = [_row(p, uses.get(p.code, [])) for p in PERIODS.values() if p.statutory]
    agreed = [_row(p, uses.get(p.code, [])) for p in PERIODS.values() if not p.statutory]
    changeable = "、".join(p.code for p in PERIODS.values() if p.length and not p.statutory)
    return "\n".join(
        (
            HEAD,
            STATUTORY,
            *_table(statutory),
            "",
            AGREED,
            *_table(agreed),
            "",
            CHANGING.format(changeable=changeable).strip(),
            "",
        )
    )


def uses_of(kinds: Kinds) -> dict[str, list[str]]:
    """Which duties of which kinds count by a period, by its code."""
    uses: dict[str, list[str]] = {}
    for kind in kinds.all:
        for rule in kind.duties:
            for code in _codes(kind, rule):
                told = uses.setdefault(code, [])
                if (use := f"{kind.title}：{rule.title}") not in told:
                    told.append(use)
    return uses


def _codes(kind: Kind, rule: DutyRule) -> list[str]:
    """The periods of a duty, whatever its record says."""
    fields = {name: kind.entries[name].holds for name in rule.chosen_by}
    choices = [
        [None, *(choice.code for choice in holds.choices)] if isinstance(holds, OneOf) else [None]
        for holds in fields.values()
    ]
    said = (zip(fields, chosen, strict=True) for chosen in product(*choices))
    data = ({name: code for name, code in each if code is not None} for each in said)
    return [*dict.fromkeys(rule.period_of(each) for each in data)]


def _row(period: Period, uses: list[str]) -> tuple[str, ...]:
    return (
        period.code,
        period.title,
        period.starts_on,
        period.measure,
        period.roll.label,
        period.legal_basis,
        period.effective_from.isoformat(),
        "；".join(uses) or "—",
    )


def _table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (COLUMNS, ("---",) * len(COLUMNS), *rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
