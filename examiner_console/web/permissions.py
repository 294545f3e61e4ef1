"""Who may do what: one table from role to permissions, and one from each page to the permission it asks for.

A page that is missing from `PAGES` is refused to everybody. Roles are those of the hall; a shift supervisor sees and
gives cases back but decides none, an auditor reads without pictures (data minimisation).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    INSPECTOR = "inspector"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class Permission(StrEnum):
    ANYONE = "anyone"
    """Also without a session: the log-in page and what it is made of."""
    LOGGED_IN = "logged_in"
    SEE_QUEUE = "see_queue"
    SEE_CASE = "see_case"
    SEE_PICTURES = "see_pictures"
    TAKE_CASE = "take_case"
    DECIDE = "decide"
    """Grant, confirm, or hand over a case one has taken (Immigration Act Art. 9)."""


PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.INSPECTOR: frozenset(Permission),
    Role.SUPERVISOR: frozenset(Permission) - {Permission.TAKE_CASE, Permission.DECIDE},
    Role.AUDITOR: frozenset({Permission.ANYONE, Permission.LOGGED_IN, Permission.SEE_QUEUE, Permission.SEE_CASE}),
}

PAGES: Final[Mapping[tuple[str, str], Permission]] = {
    ("GET", "/"): Permission.ANYONE,
    ("GET", "/login"): Permission.ANYONE,
    ("POST", "/login"): Permission.ANYONE,
    ("POST", "/preferences"): Permission.ANYONE,
    ("GET", "/static/{name}"): Permission.ANYONE,
    ("POST", "/logout"): Permission.LOGGED_IN,
    ("GET", "/session"): Permission.LOGGED_IN,
    ("GET", "/queue"): Permission.SEE_QUEUE,
    ("GET", "/queue/stream"): Permission.SEE_QUEUE,
    ("GET", "/cases/{case_id}"): Permission.SEE_CASE,
    ("GET", "/cases/{case_id}/evidence/{evidence_id}"): Permission.SEE_PICTURES,
    ("POST", "/cases/find"): Permission.TAKE_CASE,
    ("POST", "/cases/{case_id}/take"): Permission.TAKE_CASE,
    ("POST", "/cases/{case_id}/give-back"): Permission.TAKE_CASE,
    ("POST", "/cases/{case_id}/seen"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/grant"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/confirm"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/hand-over"): Permission.DECIDE,
    ("GET", "/{address:path}"): Permission.ANYONE,
}


def permitted(role: Role | None, permission: Permission) -> bool:
    """`role` None stands for somebody who is not logged in."""
    if role is None:
        return permission is Permission.ANYONE
    return permission in PERMISSIONS[role]
