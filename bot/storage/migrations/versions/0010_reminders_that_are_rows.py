"""When each open duty is next reminded of, who was reminded of what, and which group heard when.

Duties that are open now have no plan yet: the first tick plans them.
"""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import BigId, UtcTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "duties", sa.Column("stage", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("duties", sa.Column("rung_at", UtcTime, nullable=True))
    op.add_column(
        "duties",
        sa.Column("plan", sa.String(length=12), server_default=sa.text("''"), nullable=False),
    )
    for column in ("spoken_on", "week_told"):
        op.add_column("chats", sa.Column(column, sa.Date(), nullable=True))
    still_open = sa.text("closed_by IS NULL")
    for column in ("rung_at", "plan"):
        op.create_index(
            f"ix_duties_open_{column}",
            "duties",
            [column],
            unique=False,
            sqlite_where=still_open,
            postgresql_where=still_open,
        )
    op.create_table(
        "nags",
        sa.Column("id", BigId, nullable=False),
        sa.Column("duty_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("message", sa.String(length=96), server_default=sa.text("''"), nullable=False),
        sa.Column("doubtful", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_nags_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nags")),
        sa.UniqueConstraint(
            "duty_id", "stage", "person_id", name=op.f("uq_nags_duty_id_stage_person_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_nags_at"), "nags", ["at"], unique=False)
    waiting, said = sa.text("message = ''"), sa.text("message <> ''")
    op.create_index(
        "ix_nags_waiting",
        "nags",
        ["at", "person_id"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index(
        "ix_nags_message",
        "nags",
        ["message"],
        unique=False,
        sqlite_where=said,
        postgresql_where=said,
    )
