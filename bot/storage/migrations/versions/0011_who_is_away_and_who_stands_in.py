"""On which days somebody is away, and who stands in by name."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import BigId, UtcTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("shown", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], ["people.id"], name=op.f(f"fk_absences_{name}"))
            for name in ("person_id", "deputy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("person_id", "first", name=op.f("uq_absences_person_id_first")),
        sqlite_autoincrement=True,
    )
