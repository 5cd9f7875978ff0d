"""When each rule of retention ran."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("ran_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_retention")),
    )
