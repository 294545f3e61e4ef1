"""What officers did, and what they looked at: one stored record each, and one ledger leaf."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert
from uuid6 import uuid7

from examiner_console.record.ledger import LeafKind, append, leaf_of
from examiner_console.tables import actions


class Verb(StrEnum):
    TAKE = "take"
    GIVE_BACK = "give_back"
    GRANT = "grant"
    CONFIRM = "confirm"
    HAND_OVER = "hand_over"
    READ_CASE = "read_case"
    READ_EVIDENCE = "read_evidence"
    EXPORT_IDENTITIES = "export_identities"
    BACK_UP = "back_up"
    ERASE_EVIDENCE = "erase_evidence"
    PROPOSE_ENTRY = "propose_entry"
    APPROVE_ENTRY = "approve_entry"
    REJECT_ENTRY = "reject_entry"
    WITHDRAW_ENTRY = "withdraw_entry"
    READ_WATCHLIST = "read_watchlist"
    HOLD_DEPARTURE = "hold_departure"
    RELEASE_DEPARTURE = "release_departure"
    OPEN_PRIVATE = "open_private"
    WRITE_PRIVATE = "write_private"
    CLOSE_PRIVATE = "close_private"
    READ_PRIVATE = "read_private"
    RAISE_ALARM = "raise_alarm"
    TAKE_ALARM = "take_alarm"
    END_ALARM = "end_alarm"


READS: Final = frozenset({Verb.READ_CASE, Verb.READ_EVIDENCE, Verb.READ_WATCHLIST, Verb.READ_PRIVATE})
"""What changes nothing: an officer looked."""


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`article` of the Immigration Act the action rests on; `details` what it set, in codes and the officer's words."""

    inspection: UUID
    officer: str
    verb: Verb
    at: datetime
    article: str = ""
    details: dict[str, str] = msgspec.field(default_factory=dict)


def record(connection: Connection, action: Action) -> None:
    """Store the action and its leaf in the caller's transaction."""
    id, body = UUID(int=uuid7().int), msgspec.json.encode(action)
    connection.execute(
        insert(actions).values(
            id=id,
            inspection=action.inspection,
            officer=action.officer,
            verb=action.verb.value,
            at=action.at,
            body=body,
        )
    )
    kind = LeafKind.READ if action.verb in READS else LeafKind.ACTION
    append(connection, [leaf_of(kind, id, body)])
