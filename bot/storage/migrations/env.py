"""How Alembic reaches the database: on the connection that somebody else opened.

Run by Alembic, never imported. `bot.storage.schema` owns the transaction around it.
"""

from alembic import context

from bot.storage.migrations.rendering import render_item
from bot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
)
context.run_migrations()
