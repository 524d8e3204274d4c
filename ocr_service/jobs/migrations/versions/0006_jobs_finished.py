"""Jobs by the time of their end: for the removal of old ones, and the rate that refusals tell of."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("jobs_finished", "jobs", ["finished_at"])
