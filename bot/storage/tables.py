"""Every table, in one place; migrations must arrive at exactly this."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.storage.columns import BigId, Json, UtcTime, partial_index

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people = Table(
    "people",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigInteger, nullable=False, unique=True),
    Column("name", String(40), nullable=False),
    Column("role", String(16), nullable=False),
    Column("organ", String(24)),
    Column("status", String(16), nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=false()),
    Column("asked_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("decided_by", BigInteger),
    Column("lost_at", UtcTime),
)

chats = Table(
    "chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("title", String(255), nullable=False),
    Column("district", String(24), nullable=False),
    Column("sides", String(64), nullable=False),
    Column("bound_by", BigInteger, nullable=False),
    Column("bound_at", UtcTime, nullable=False),
    Column("spoken_on", Date),
    Column("week_told", Date),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("last", Integer, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("number", String(64), nullable=False, unique=True),
    Column("district", String(24), nullable=False),
    Column("sender", String(24), nullable=False),
    Column("receiver", String(24), nullable=False),
    Column("sides", String(64), nullable=False),
    Column("submitter", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("state", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

record_keys = Table(
    "record_keys",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("record_id", BigInteger, ForeignKey("records.id"), primary_key=True, index=True),
    Column("prefix", String(64), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("sub", String(16), nullable=False),
    Column("suffix", String(8), nullable=False),
    Index("ix_record_keys_serial", "serial", "record_id", "prefix", "year"),
    Index("ix_record_keys_prefix_year_serial", "prefix", "year", "serial"),
)

record_texts = Table(
    "record_texts",
    metadata,
    Column("record_id", BigId, ForeignKey("records.id"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("facets", Text, nullable=False),
)

postings = Table(
    "postings",
    metadata,
    Column("token", String(80), primary_key=True),
    Column("block", Integer, primary_key=True, autoincrement=False),
    Column("bits", LargeBinary, nullable=False),
)

questions = Table(
    "questions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("text", String(200), nullable=False),
    Column("asked_at", UtcTime, nullable=False, index=True),
    Column("asker", BigInteger),
    Column("filters", Text),
    sqlite_autoincrement=True,  # an old button must never meet a newer question
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("move", String(24), nullable=False),
    Column("record_id", BigInteger, ForeignKey("records.id")),
    Column("record_version", Integer),
    Column("asking", String(40), nullable=False),
    Column("to_ask", String(200), nullable=False, server_default=text("''")),
    Column("data", Json, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "person_id", "chat_id", "thread_id"),
    sqlite_autoincrement=True,  # buttons and messages name a draft by its id long after it is gone
)

origins = Table(
    "origins",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, nullable=False),
    Column("draft_id", BigInteger, index=True),
    Column("record_id", BigInteger, ForeignKey("records.id"), index=True),
    Column("asked", String(40), nullable=False),
    Column("fields", String(600), nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)

events = Table(
    "events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("stream", String(32), nullable=False),
    Column("no", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", BigInteger),
    Column("name", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("stream", "no"),
)

contents = Table(
    "contents",
    metadata,
    Column("event_id", BigInteger, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("nonce", String(32), nullable=False),
    Column("body", Text, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("day", Date, primary_key=True),
    Column("streams", Integer, nullable=False),
    Column("last_event", BigInteger, nullable=False),
    Column("code", String(64), nullable=False),
)

duties = Table(
    "duties",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("record_id", BigInteger, ForeignKey("records.id"), nullable=False, index=True),
    Column("code", String(24), nullable=False),
    Column("debtor", String(24), nullable=False),
    Column("creditor", String(24), nullable=False),
    Column("rule", Json, nullable=False),
    Column("start", Date, nullable=False),
    Column("nominal", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", String(16), nullable=False),
    Column("shown", String(8), nullable=False),
    Column("opened_by", BigInteger, ForeignKey("events.id"), nullable=False),
    Column("closed_by", BigInteger, ForeignKey("events.id")),
    Column("outcome", String(8)),
    Column("met_on", Date),
    Column("stage", Integer, nullable=False, server_default=text("0")),
    Column("rung_at", UtcTime),
    Column("plan", String(12), nullable=False, server_default=text("''")),
    partial_index("uq_duties_open", "record_id", "code", unique=True, where="closed_by IS NULL"),
    partial_index("ix_duties_open_debtor", "debtor", "record_id", where="closed_by IS NULL"),
    partial_index("ix_duties_open_due", "due", "record_id", where="closed_by IS NULL"),
    partial_index("ix_duties_open_rung_at", "rung_at", where="closed_by IS NULL"),
    partial_index("ix_duties_open_calendar", "calendar_version", where="closed_by IS NULL"),
    partial_index("ix_duties_open_plan", "plan", where="closed_by IS NULL"),
)

nags = Table(
    "nags",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("duty_id", BigInteger, ForeignKey("duties.id"), nullable=False),
    Column("stage", Integer, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("message", String(96), nullable=False, server_default=text("''")),
    Column("doubtful", Boolean, nullable=False, server_default=false()),
    Column("told_in", String(96), nullable=False, server_default=text("''"), index=True),
    UniqueConstraint("duty_id", "stage", "person_id"),
    Index(None, "at"),
    partial_index("ix_nags_waiting", "at", "person_id", where="message = ''"),
    partial_index("ix_nags_waiting_for", "person_id", where="message = ''"),
    sqlite_autoincrement=True,  # buttons and messages name a nag by its id long after it is gone
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("record_id", BigInteger, ForeignKey("records.id"), nullable=False),
    Column("move", String(24), nullable=False),
    Column("data", Json, nullable=False),
    Column("organ", String(24), nullable=False, index=True),
    Column("proposed_by", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("proposed_at", UtcTime, nullable=False),
    Index("uq_proposals_record_id_move", "record_id", "move", unique=True),
    sqlite_autoincrement=True,  # buttons name a proposal by its id long after it is gone
)

rest_day_notices = Table(
    "rest_day_notices",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("source", String(64), nullable=False),
    Column("rest", Json, nullable=False),
    Column("work", Json, nullable=False),
    Column("imported_by", BigInteger, ForeignKey("people.id")),
    Column("read_at", UtcTime, nullable=False),
    Column("imported_at", UtcTime),
    sqlite_autoincrement=True,  # buttons name a notice by its id long after it is gone
)

disputes = Table(
    "disputes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("record_id", BigInteger, ForeignKey("records.id"), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("organ", String(24), nullable=False),
    Column("raised_by", BigInteger, ForeignKey("events.id"), nullable=False),
    Column("closed_by_sender", BigInteger, ForeignKey("events.id")),
    Column("closed_by_receiver", BigInteger, ForeignKey("events.id")),
    partial_index(
        "uq_disputes_open",
        "record_id",
        "subject",
        unique=True,
        where="closed_by_sender IS NULL OR closed_by_receiver IS NULL",
    ),
    sqlite_autoincrement=True,  # buttons name a dispute by its id long after it is settled
)

absences = Table(
    "absences",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("deputy_id", BigInteger, ForeignKey("people.id")),
    Column("made_at", UtcTime, nullable=False),
    Column("shown", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("person_id", "first"),
    sqlite_autoincrement=True,  # buttons name an absence by its id long after it is over
)

posts = Table(
    "posts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("chat_id", BigInteger, nullable=False, index=True),
    Column("thread_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("depth", BigInteger, nullable=False, server_default=text("0")),
)

scrolls = Table(
    "scrolls",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
    Column("depth", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(96), nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("manner", String(8), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("post", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("buttons", Json, nullable=False),
    Column("reply_to", BigInteger),
    Column("press", String(64), nullable=False),
    Column("detour", Json),
    Column("document", Json),
    Column("forget", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("repeated", Boolean, nullable=False),
    Column("message_id", BigInteger),
    Column("trouble", String(200), nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    partial_index("ix_outbox_waiting", "priority", "id", where="state = 'waiting'"),
    Index("ix_outbox_chat_id_state", "chat_id", "state"),
    partial_index("ix_outbox_given_up", "settled_at", where="state = 'failed'"),
    Index(
        "ix_outbox_repeated",
        "settled_at",
        sqlite_where=text("repeated = 1"),
        postgresql_where=text("repeated"),
    ),
    partial_index("ix_outbox_post", "post", where="post <> ''"),
)

files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("draft_id", BigInteger),
    Column("record_id", BigInteger, ForeignKey("records.id")),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("remote_id", String(255), nullable=False),
    Column("name", String(120), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("declared", BigInteger),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("trouble", String(200), nullable=False),
    Column("sha256", String(64), ForeignKey("files.sha256"), index=True),
    Column("added_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    UniqueConstraint("draft_id", "sha256"),
    UniqueConstraint("record_id", "sha256"),
    partial_index("ix_attachments_waiting", "not_before", where="state = 'waiting'"),
    sqlite_autoincrement=True,  # messages name an attachment by its id long after it is gone
)

updates = Table(
    "updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("trouble", String(200), nullable=False),
)

retention = Table(
    "retention",
    metadata,
    Column("rule", String(16), primary_key=True),
    Column("ran_at", UtcTime, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("down_from", UtcTime),
    Column("down_until", UtcTime),
)

alarms = Table(
    "alarms",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("told_at", UtcTime, nullable=False),
)

leaders = Table(
    "leaders",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("since", UtcTime, nullable=False),
)
