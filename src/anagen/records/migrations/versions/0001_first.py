"""The first released schema.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from anagen.records.migrations.append_only import triggers

revision = "0001"
down_revision = None

ID = sa.String(36)
DIGEST = sa.String(64)
TEXT = sa.Text()
MOMENT = sa.DateTime(timezone=True)
DAY = sa.Date()
YES_NO = sa.Boolean()
WHOLE = sa.Integer()
NUMBER = sa.Double()
BYTES = sa.LargeBinary()
JSON = sa.JSON(none_as_null=True)
APPEND_ONLY = (
    "patient", "screening", "plan", "session_record", "photo", "hair_count", "adverse_event",
    "document", "consent", "lot", "signature", "audit", "content",
)  # fmt: skip


def must(name: str, kind: sa.types.TypeEngine, **more: Any) -> sa.Column:
    return sa.Column(name, kind, nullable=False, **more)


def may(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=True)


def clinical(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name,
        must("id", ID, primary_key=True),
        must("record", ID),
        may("supersedes", ID),
        must("withdrawn", YES_NO),
        must("recorded_at", MOMENT),
        must("recorded_by", ID),
        may("reason", TEXT),
        *columns,
        sa.UniqueConstraint("supersedes"),
    )
    for column in ("record", "patient"):
        if column == "record" or name != "patient":
            op.create_index(f"ix_{name}_{column}", name, [column])


def upgrade() -> None:
    clinical(
        "adverse_event",
        must("patient", ID),
        may("session", ID),
        must("on", DAY),
        must("event", JSON),
        must("assessment", JSON),
        must("urgency", TEXT),
        must("kind", TEXT),
        may("lot", TEXT),
    )
    op.create_table(
        "audit",
        must("seq", WHOLE, primary_key=True, autoincrement=False),
        must("at", MOMENT),
        must("actor", ID),
        must("actor_name", TEXT),
        must("action", TEXT),
        may("kind", TEXT),
        may("record", TEXT),
        may("version", ID),
        may("digest", DIGEST),
        may("detail", JSON),
        must("previous", DIGEST),
        must("hash", DIGEST),
    )
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_index("ix_audit_record", "audit", ["record"])
    op.create_index("ix_audit_version", "audit", ["version"])
    clinical(
        "consent",
        must("patient", ID),
        must("kind", TEXT),
        may("document", ID),
        must("language", TEXT),
        must("given", YES_NO),
        must("on", DAY),
        may("off_label_said", YES_NO),
        may("note", TEXT),
    )
    op.create_table(
        "content",
        must("version", ID, primary_key=True),
        must("key", sa.String(16)),
        must("nonce", BYTES),
        must("sealed", BYTES),
    )
    op.create_index("ix_content_key", "content", ["key"])
    clinical(
        "document",
        must("patient", ID),
        may("plan", ID),
        must("kind", TEXT),
        must("language", TEXT),
        must("title", TEXT),
        must("media_type", TEXT),
        must("file_name", TEXT),
        must("sha256", DIGEST),
    )
    clinical(
        "hair_count",
        must("patient", ID),
        may("photo", ID),
        must("on", DAY),
        must("site", TEXT),
        must("method", TEXT),
        may("area_cm2", NUMBER),
        may("total_density_per_cm2", NUMBER),
        may("terminal_density_per_cm2", NUMBER),
        may("mean_diameter_um", NUMBER),
        may("anagen_fraction", NUMBER),
        must("keep", YES_NO),
    )
    op.create_table(
        "job",
        must("id", ID, primary_key=True),
        must("kind", TEXT),
        must("spec", JSON),
        must("state", TEXT),
        must("asked_by", ID),
        must("asked_at", MOMENT),
        may("started_at", MOMENT),
        may("ended_at", MOMENT),
        must("done", WHOLE),
        must("total", WHOLE),
        may("said", TEXT),
        may("checkpoint", BYTES),
        may("result", JSON),
        may("fault", TEXT),
        must("cancel", YES_NO),
    )
    op.create_index("ix_job_state", "job", ["state"])
    op.create_table(
        "login_attempt",
        must("id", ID, primary_key=True),
        must("email", TEXT),
        must("address", TEXT),
        must("at", MOMENT),
        must("succeeded", YES_NO),
    )
    op.create_index("ix_login_attempt_email_at", "login_attempt", ["email", "at"])
    clinical(
        "patient",
        must("given_name", TEXT),
        must("family_name", TEXT),
        may("born", DAY),
        may("contact", TEXT),
        may("clinic_number", TEXT),
        must("code", sa.String(7)),
        must("facts", JSON),
        may("note", TEXT),
        must("restricted", YES_NO),
        must("search", TEXT),
    )
    op.create_index("ix_patient_code", "patient", ["code"])
    clinical(
        "photo",
        must("patient", ID),
        may("session", ID),
        must("taken_on", DAY),
        may("angle", TEXT),
        may("zone", TEXT),
        may("marked_point", TEXT),
        may("device", TEXT),
        may("magnification", NUMBER),
        may("clip_length_mm", NUMBER),
        must("media_type", TEXT),
        must("width", WHOLE),
        must("height", WHOLE),
        must("sha256", DIGEST),
    )
    clinical(
        "plan",
        must("patient", ID),
        must("screening", ID),
        must("name", TEXT),
        must("facts", JSON),
        may("protocol", JSON),
        must("weeks", WHOLE),
        must("draws", WHOLE),
        must("seed", sa.BigInteger()),
        must("model_version", TEXT),
        must("forecast", JSON),
        must("first_day", DAY),
        may("override_reason", TEXT),
    )
    clinical(
        "screening",
        must("patient", ID),
        must("facts", JSON),
        may("protocol", JSON),
        must("decision", TEXT),
        must("result", JSON),
        must("version", TEXT),
    )
    clinical(
        "session_record",
        must("patient", ID),
        may("plan", ID),
        must("number", WHOLE),
        must("performed_at", MOMENT),
        must("operator", TEXT),
        may("device_model", TEXT),
        may("device_serial", TEXT),
        may("cartridge_lot", TEXT),
        may("cartridge_expiry", DAY),
        may("single_use", YES_NO),
        must("zones", JSON),
        may("anaesthetic", JSON),
        must("topicals", JSON),
        may("antiseptic", TEXT),
        may("pain_0_10", WHOLE),
        may("reaction", TEXT),
        may("history_rechecked", YES_NO),
        may("consent", ID),
        may("note", TEXT),
    )
    op.create_index("ix_session_record_performed_at", "session_record", ["performed_at"])
    op.create_table("setting", must("name", TEXT, primary_key=True), must("value", JSON))
    op.create_table(
        "signature",
        must("id", ID, primary_key=True),
        must("kind", TEXT),
        must("record", ID),
        must("version", ID),
        must("digest", DIGEST),
        must("meaning", TEXT),
        must("by", ID),
        must("name", TEXT),
        must("at", MOMENT),
    )
    op.create_index("ix_signature_record", "signature", ["record"])
    op.create_table(
        "user_account",
        must("id", ID, primary_key=True),
        must("name", TEXT),
        must("email", TEXT),
        must("role", TEXT),
        may("password_hash", TEXT),
        may("totp", BYTES),
        must("active", YES_NO),
        must("created_at", MOMENT),
        may("locked_until", MOMENT),
        may("oidc_subject", TEXT),
        sa.UniqueConstraint("oidc_subject"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "login_session",
        must("token_hash", DIGEST, primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("user_account.id"), nullable=False),
        must("csrf", TEXT),
        must("made_at", MOMENT),
        must("seen_at", MOMENT),
        must("ends_at", MOMENT),
        must("strength", TEXT),
        may("step", JSON),
    )
    op.create_index("ix_login_session_user", "login_session", ["user"])
    op.create_table(
        "lot",
        must("id", ID, primary_key=True),
        sa.Column("session", ID, sa.ForeignKey("session_record.id"), nullable=False),
        must("record", ID),
        must("kind", TEXT),
        must("lot", TEXT),
        must("lot_key", TEXT),
        may("product", TEXT),
        may("expiry", DAY),
    )
    op.create_index("ix_lot_expiry", "lot", ["expiry"])
    op.create_index("ix_lot_lot_key", "lot", ["lot_key"])
    op.create_index("ix_lot_session", "lot", ["session"])
    op.create_table(
        "passkey",
        must("id", ID, primary_key=True),
        sa.Column("user", ID, sa.ForeignKey("user_account.id"), nullable=False),
        must("credential", BYTES),
        must("public_key", BYTES),
        must("sign_count", sa.BigInteger()),
        must("name", TEXT),
        must("made_at", MOMENT),
        sa.UniqueConstraint("credential"),
    )
    op.create_index("ix_passkey_user", "passkey", ["user"])

    for name in APPEND_ONLY:
        for statement in triggers(name, op.get_context().dialect.name, resealed=name == "content"):
            op.execute(statement)
