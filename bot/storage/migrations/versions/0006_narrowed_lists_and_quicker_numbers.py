"""How each list of records is narrowed, and whose it is; numbers looked through in the index."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("questions", sa.Column("asker", sa.BigInteger()))
    op.add_column("questions", sa.Column("filters", sa.Text()))
    op.drop_index("ix_record_keys_serial_record_id", "record_keys")
    op.create_index(
        "ix_record_keys_serial", "record_keys", ["serial", "record_id", "prefix", "year"]
    )
