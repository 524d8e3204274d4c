"""Pages that are to be read again, and stay until that is done."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default, so that replicas of the version before can go on keeping pages.
    op.add_column("pages", sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()))
