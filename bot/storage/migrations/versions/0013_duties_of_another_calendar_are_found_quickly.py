"""Duties that another calendar has dated are found without reading them all."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    still_open = sa.text("closed_by IS NULL")
    op.create_index(
        "ix_duties_open_calendar",
        "duties",
        ["calendar_version"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
