"""Schema migrations, run from the package at the start (alembic).

A new revision: a file in ``versions`` by the next number. Rows of the last version must stay readable by the one
before it, because replicas are replaced one after another.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, inspect, text

from ocr_service.jobs.db.database import DatabaseError

_LOCK = 0x6F63725F  # any constant; replicas that start together upgrade one after another


def upgrade(url: str | URL, *, name: str) -> None:
    """Bring the database at the SQLAlchemy ``url`` up to this program's version. ``name`` is what errors call it.

    Raises DatabaseError when it was written by a newer version, or holds tables that are not ours; nothing is changed.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent))
            config.attributes["connection"] = connection
            _refuse_foreign(connection, ScriptDirectory.from_config(config), name)
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _refuse_foreign(connection: Connection, scripts: ScriptDirectory, name: str) -> None:
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if "jobs" in tables:
            raise DatabaseError(f"{name} holds a table 'jobs' that this program did not make: nothing was changed")
        return
    ours = {script.revision for script in scripts.walk_revisions()}
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in ours:
        raise DatabaseError(
            f"{name} was written by a newer version (schema {found}; this one knows up to "
            f"{scripts.get_current_head()}): nothing was changed. "
            "Start that version again, or give this one another place"
        )
