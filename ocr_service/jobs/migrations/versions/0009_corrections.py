"""How many corrections people have made in a job."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0009", "0008", None, None


def upgrade() -> None:
    # With a default, so that replicas of the version before can go on submitting jobs.
    op.add_column("jobs", sa.Column("corrections", sa.Integer, nullable=False, server_default="0"))
