"""Run by alembic: the connection is given by ``upgrade``."""

from alembic import context

from ocr_service.jobs.db.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()
