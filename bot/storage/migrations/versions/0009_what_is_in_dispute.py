"""What the two organs disagree about, until both call it settled."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import BigId

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    keys = {
        "closed_by_receiver": "events.id",
        "closed_by_sender": "events.id",
        "raised_by": "events.id",
        "record_id": "records.id",
    }
    op.create_table(
        "disputes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("organ", sa.String(length=24), nullable=False),
        sa.Column("raised_by", sa.BigInteger(), nullable=False),
        sa.Column("closed_by_sender", sa.BigInteger(), nullable=True),
        sa.Column("closed_by_receiver", sa.BigInteger(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [of], name=op.f(f"fk_disputes_{name}"))
            for name, of in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sqlite_autoincrement=True,
    )
    still_open = sa.text("closed_by_sender IS NULL OR closed_by_receiver IS NULL")
    op.create_index(
        "uq_disputes_open",
        "disputes",
        ["record_id", "subject"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
