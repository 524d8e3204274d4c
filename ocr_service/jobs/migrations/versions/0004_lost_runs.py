"""Runs that ended with their process, counted since a page was last kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default, so that replicas of the version before can go on submitting.
    op.add_column("jobs", sa.Column("lost_runs", sa.Integer, nullable=False, server_default="0"))
