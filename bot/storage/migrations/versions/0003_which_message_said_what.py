"""Which message said what, and what a form may still ask; a draft's post is named by its place."""

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "drafts",
        sa.Column("to_ask", sa.String(length=200), nullable=False, server_default=sa.text("''")),
    )
    op.create_table(
        "origins",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.String(length=600), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_origins_record_id")),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_origins")),
    )
    for column in ("at", "draft_id", "record_id"):
        op.create_index(op.f(f"ix_origins_{column}"), "origins", [column])
    op.execute(
        "UPDATE posts SET name = name || '/' || chat_id || '/' || thread_id "
        "WHERE name LIKE 'draft/%'"
    )
    op.execute(
        "UPDATE outbox SET post = post || '/' || chat_id || '/' || thread_id "
        "WHERE post LIKE 'draft/%'"
    )
