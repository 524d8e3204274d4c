"""What is still to be delivered: uploads and webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("job_id", sa.Text, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("pages_too", sa.Boolean, nullable=False),
        sa.Column("sent_seq", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Float(53), nullable=False),
        sa.Column("in_hand", sa.Boolean, nullable=False),
        sa.Column("failing_since", sa.Float(53)),
        sa.Column("given_up_seq", sa.Integer),
        sa.Column("error", sa.Text),
    )
    op.create_index("deliveries_due", "deliveries", ["kind", "next_at"])
