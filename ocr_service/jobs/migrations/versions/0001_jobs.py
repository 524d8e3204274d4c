"""Jobs, their pages and their moves; replicas and what tells them of a change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("row_version", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("file_pages", sa.Integer, nullable=False),
        sa.Column("page_total", sa.Integer, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("engine_version", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("started_at", sa.Float(53)),
        sa.Column("finished_at", sa.Float(53)),
        sa.Column("deadline_at", sa.Float(53)),
        sa.Column("run_id", sa.Text),
        sa.Column("replica", sa.Text),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("cache_key", sa.Text),
        sa.Column("leader_id", sa.Text),
        sa.Column("cached", sa.Boolean, nullable=False),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("request_digest", sa.Text, nullable=False),
        sa.Column("batch_id", sa.Text),
        sa.Column("webhook_url", sa.Text),
        sa.Column("webhook_events", sa.JSON),
        sa.Column("failure_code", sa.Text),
        sa.Column("failure_message", sa.Text),
        sa.Column("failure_page", sa.Integer),
        sa.Column("failure_stage", sa.Text),
    )
    op.create_index("jobs_queue", "jobs", ["state", sa.text("priority DESC"), "turn", "id"])
    op.create_index("jobs_cache", "jobs", ["cache_key"])
    op.create_index("jobs_leader", "jobs", ["leader_id"])
    op.create_index("jobs_idempotency", "jobs", ["owner", "idempotency_key"], unique=True)
    op.create_table(
        "pages",
        sa.Column("job_id", sa.Text, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("error_code", sa.Text),
    )
    op.create_index("pages_seq", "pages", ["job_id", "seq"])
    op.create_table(
        "moves",
        sa.Column("job_id", sa.Text, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("run_id", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_table(
        "replicas",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.Float(53), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Told by the database itself, so that no writer can forget it and none pays a round trip for it.
        op.execute(
            """
            CREATE FUNCTION ocr_job_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_notify('ocr_jobs', NEW.id || ' ' || NEW.state || ' ' || coalesce(NEW.run_id, ''));
                RETURN NULL;
            END $$
            """
        )
        op.execute(
            "CREATE TRIGGER ocr_job_changed AFTER INSERT OR UPDATE ON jobs "
            "FOR EACH ROW EXECUTE FUNCTION ocr_job_changed()"
        )
