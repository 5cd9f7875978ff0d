"""The State Council's notices of rest days: those in force, and those that wait to be confirmed."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import BigId, Json, UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "rest_day_notices",
        sa.Column("id", BigId, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("rest", Json, nullable=False),
        sa.Column("work", Json, nullable=False),
        sa.Column("imported_by", sa.BigInteger(), nullable=True),
        sa.Column("read_at", UtcTime, nullable=False),
        sa.Column("imported_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["people.id"], name=op.f("fk_rest_day_notices_imported_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rest_day_notices")),
        sqlite_autoincrement=True,
    )
