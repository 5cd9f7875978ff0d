"""How each list of records is narrowed, and whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("questions", sa.Column("asker", sa.BigInteger()))
    op.add_column("questions", sa.Column("filters", sa.Text()))
