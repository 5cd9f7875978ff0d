"""A duty keeps the rule it was counted by, and how it ended; steps may wait for approval.

The table of duties is made anew, since SQLite cannot add a column that must not be empty.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from dateutil.relativedelta import relativedelta

from bot.storage.columns import BigId, Json, UtcTime

revision = "0007"
down_revision = "0006"

KNOWN = {
    "P-SIGN": ("签收", "移送", 2, "work_days", "skip"),
    "P-REPLY": ("程序性回复", "签收", 7, "calendar_days", "forward"),
    "P-RESULT": ("反馈办理结果", "签收", 3, "months", "forward"),
    "P-CHECK": ("反馈履职预警核查结论", "签收", 15, "calendar_days", "forward"),
}
"""The periods that duties were counted by so far, as they stood."""
UNMET = frozenset({"withdraw", "void"})
KEPT = (
    "record_id",
    "code",
    "debtor",
    "creditor",
    "start",
    "nominal",
    "due",
    "provisional",
    "calendar_version",
    "shown",
    "opened_by",
    "closed_by",
)


def upgrade() -> None:
    rows = _old_rows()
    op.drop_table("duties")
    _create_duties()
    duties = sa.table("duties", *(sa.column(c.name, c.type) for c in _columns()))
    if rows:
        op.bulk_insert(duties, rows)
    op.create_table(
        "proposals",
        sa.Column("id", BigId, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("move", sa.String(length=24), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("organ", sa.String(length=24), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["people.id"], name=op.f("fk_proposals_proposed_by")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_proposals_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_proposals_organ"), "proposals", ["organ"])
    op.create_index("uq_proposals_record_id_move", "proposals", ["record_id", "move"], unique=True)


def _old_rows() -> list[dict[str, object]]:
    duties = sa.table(
        "duties",
        sa.column("id"),
        sa.column("period"),
        *(sa.column(c.name, c.type) for c in _columns() if c.name in KEPT),
    )
    events = sa.table("events", sa.column("id"), sa.column("at", UtcTime()), sa.column("name"))
    found = op.get_bind().execute(
        sa.select(duties, events.c.at.label("ended_at"), events.c.name.label("ended_with"))
        .select_from(duties.outerjoin(events, events.c.id == duties.c.closed_by))
        .order_by(duties.c.id)
    )
    return [_new_row(row) for row in found.mappings()]


def _new_row(row: Mapping[str, Any]) -> dict[str, object]:
    ended_at, met = row["ended_at"], row["ended_with"] not in UNMET
    met_on = ended_at.astimezone(ZoneInfo("Asia/Shanghai")).date() if ended_at and met else None
    outcome = ("met" if met else "dropped") if ended_at else None
    kept = {name: row[name] for name in KEPT}
    rule = _rule(str(row["period"]), row["start"], row["nominal"])
    return {**kept, "rule": rule, "outcome": outcome, "met_on": met_on}


def _length(default: int, unit: str, start: date, nominal: date) -> int:
    """The length that an office had set, as far as the dates tell it; else the usual one.

    Working days cannot be counted back without the calendar of that time.
    """
    if unit == "calendar_days":
        return (nominal - start).days or default
    if unit == "months":
        months = (nominal.year - start.year) * 12 + nominal.month - start.month
        fits = start + relativedelta(months=months) == nominal
        return months if months > 0 and fits else default
    return default


def _rule(code: str, start: date, nominal: date) -> dict[str, object]:
    title, starts_on, usual, unit, roll = KNOWN[code]
    length = _length(usual, unit, start, nominal)
    return {
        "code": code,
        "title": title,
        "starts_on": starts_on,
        "length": length,
        "unit": unit,
        "roll": roll,
        "legal_basis": "双方工作约定（可调整）",
        "effective_from": "2021-11-13",
        "statutory": False,
    }


def _columns() -> list[sa.Column]:
    return [
        sa.Column("id", BigId, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("debtor", sa.String(length=24), nullable=False),
        sa.Column("creditor", sa.String(length=24), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("nominal", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("calendar_version", sa.String(length=16), nullable=False),
        sa.Column("shown", sa.String(length=8), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
    ]


def _create_duties() -> None:
    keys = {"closed_by": "events.id", "opened_by": "events.id", "record_id": "records.id"}
    op.create_table(
        "duties",
        *_columns(),
        *(
            sa.ForeignKeyConstraint([name], [of], name=op.f(f"fk_duties_{name}"))
            for name, of in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index(op.f("ix_duties_record_id"), "duties", ["record_id"])
    still_open = sa.text("closed_by IS NULL")
    where = {"sqlite_where": still_open, "postgresql_where": still_open}
    op.create_index("uq_duties_open", "duties", ["record_id", "code"], unique=True, **where)
    op.create_index("ix_duties_open_due", "duties", ["due", "record_id"], **where)
    op.create_index("ix_duties_open_debtor", "duties", ["debtor", "record_id"], **where)
