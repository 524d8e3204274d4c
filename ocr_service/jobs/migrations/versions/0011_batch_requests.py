"""Batches whose documents are requests of a foreign protocol, and that can be cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With defaults, so that replicas of the version before can go on making batches of the bucket.
    op.add_column("batches", sa.Column("kind", sa.Text, nullable=False, server_default="s3"))
    op.add_column("batches", sa.Column("about", sa.JSON))
    op.add_column("batches", sa.Column("cancelled", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("batch_documents", sa.Column("custom_id", sa.Text))
    op.add_column("batch_documents", sa.Column("asked", sa.JSON))
    op.create_index("batches_owner", "batches", ["owner", "id"])
