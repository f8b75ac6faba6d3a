"""Roles and what each may do. What is not granted here is refused.

A researcher works with pseudonyms: the role holds no permission under which a name is shown.
"""

from typing import Literal, get_args

type Role = Literal["owner", "clinician", "assistant", "researcher"]
ROLES: tuple[Role, ...] = get_args(Role.__value__)

PERMISSIONS: dict[str, str] = {
    "patients:read": "see patients and their stories",
    "patients:write": "enter patients and correct what is known of them",
    "screenings:write": "screen a patient",
    "plans:write": "plan a course",
    "plans:sign": "sign a plan",
    "sessions:write": "record a session",
    "photos:read": "see photographs",
    "photos:write": "add photographs",
    "counts:write": "enter hair counts",
    "events:write": "record an adverse event",
    "documents:read": "read documents",
    "documents:sign": "release documents",
    "consents:write": "record a consent or its withdrawal",
    "export:person": "export everything about one person",
    "evidence:read": "look at rules, numbers and trials",
    "research:run": "run virtual trials",
    "people:pseudonymous": "see records without names",
    "model:run": "ask the model for a forecast",
    "admin:users": "add people and change their roles",
    "admin:audit": "read and verify the audit",
    "admin:backup": "make backups",
    "admin:recall": "find everybody treated from one lot",
    "admin:retention": "say how long records are kept, and let them rest",
    "account:self": "look after one's own account",
}

_WITHOUT_NAMES = frozenset(
    {"evidence:read", "research:run", "people:pseudonymous", "model:run", "account:self"}
)
_AT_THE_CHAIR = frozenset(
    {
        "patients:read",
        "patients:write",
        "people:pseudonymous",
        "sessions:write",
        "photos:read",
        "photos:write",
        "counts:write",
        "events:write",
        "consents:write",
        "documents:read",
        "evidence:read",
        "model:run",
        "account:self",
    }
)

ALLOWED: dict[Role, frozenset[str]] = {
    "owner": frozenset(PERMISSIONS),
    "clinician": frozenset(PERMISSIONS) - {"admin:users", "admin:backup"},
    "assistant": _AT_THE_CHAIR,
    "researcher": _WITHOUT_NAMES,
}

# Who releases plans and runs the practice proves twice who they are.
SECOND_FACTOR: frozenset[Role] = frozenset({"owner", "clinician"})


def allowed(role: str) -> frozenset[str]:
    """The permissions of a role; none for a role that does not exist."""
    return next((held for name, held in ALLOWED.items() if name == role), frozenset())
