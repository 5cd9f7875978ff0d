"""Which message told of a reminder last, so that it can be ticked off there.

By that a message finds its reminders too; the index over `message` served only who left `''` out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    told_in = sa.Column("told_in", sa.String(96), nullable=False, server_default=sa.text("''"))
    op.add_column("nags", told_in)
    op.execute("UPDATE nags SET told_in = message WHERE message <> ''")
    op.create_index("ix_nags_told_in", "nags", ["told_in"])
    op.drop_index("ix_nags_message", "nags")
    waiting = sa.text("message = ''")
    op.create_index(
        "ix_nags_waiting_for",
        "nags",
        ["person_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
