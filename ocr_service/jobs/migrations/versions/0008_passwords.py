"""Ended jobs and fed batches forget the password of their PDF."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, Float, MetaData, Table, Text, select, update

from ocr_service.jobs.models import without_password

revision, down_revision, branch_labels, depends_on = "0008", "0007", None, None

_metadata = MetaData()
_jobs = Table("jobs", _metadata, Column("id", Text), Column("options", JSON), Column("finished_at", Float))
_batches = Table("batches", _metadata, Column("id", Text), Column("options", JSON), Column("fed", Boolean))


def upgrade() -> None:
    connection = op.get_bind()
    for table, ended in ((_jobs, _jobs.c.finished_at.is_not(None)), (_batches, _batches.c.fed)):
        for row in connection.execute(select(table.c.id, table.c.options).where(ended)).all():
            if row.options.get("password"):
                changed = update(table).where(table.c.id == row.id).values(options=without_password(row.options))
                connection.execute(changed)
