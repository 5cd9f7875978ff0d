"""When the bot last ticked, since when somebody is lost, and what administrators were told."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import UtcTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("down_from", UtcTime, nullable=True),
        sa.Column("down_until", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "alarms",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("told_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_alarms")),
    )
    op.add_column("people", sa.Column("lost_at", UtcTime, nullable=True))
    op.create_index(
        "ix_outbox_given_up",
        "outbox",
        ["settled_at"],
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_outbox_repeated",
        "outbox",
        ["settled_at"],
        sqlite_where=sa.text("repeated = 1"),
        postgresql_where=sa.text("repeated"),
    )
