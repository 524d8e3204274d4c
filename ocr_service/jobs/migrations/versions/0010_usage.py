"""What each API key has read on each day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counts = ("pages", "failed_pages", "regions", "prompt_tokens", "completion_tokens")
    op.create_table(
        "usage",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in counts),
        sa.Column("cpu_s", sa.Float(53), nullable=False),
    )
    op.create_index("usage_day", "usage", ["day"])
