"""A batch's jobs, newest first; with the state, so that its unfinished ones are counted without their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    in_a_batch = sa.text("batch_id IS NOT NULL")
    op.create_index(
        "jobs_batch", "jobs", ["batch_id", "id", "state"], sqlite_where=in_a_batch, postgresql_where=in_a_batch
    )
