"""What officers did, and what they looked at: one stored record each, and one ledger leaf."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert, select
from uuid6 import uuid7

from examiner_console.record.ledger import LeafKind, append, leaf_of
from examiner_console.tables import actions, broken_glass


class Verb(StrEnum):
    TAKE = "take"
    GIVE_BACK = "give_back"
    GRANT = "grant"
    CONFIRM = "confirm"
    HAND_OVER = "hand_over"
    READ_CASE = "read_case"
    READ_EVIDENCE = "read_evidence"
    ASK_EXPORT = "ask_export"
    AGREE_EXPORT = "agree_export"
    REFUSE_EXPORT = "refuse_export"
    FETCH_EXPORT = "fetch_export"
    EXPORT_IDENTITIES = "export_identities"
    FREE_LOCK = "free_lock"
    BACK_UP = "back_up"
    BREAK_GLASS = "break_glass"
    MEND_GLASS = "mend_glass"
    ERASE_EVIDENCE = "erase_evidence"
    PROPOSE_ENTRY = "propose_entry"
    APPROVE_ENTRY = "approve_entry"
    REJECT_ENTRY = "reject_entry"
    WITHDRAW_ENTRY = "withdraw_entry"
    READ_WATCHLIST = "read_watchlist"
    READ_REGISTRATION = "read_registration"
    APPLY_REGISTRATION = "apply_registration"
    CHANGE_REGISTRATION = "change_registration"
    READ_HEARING = "read_hearing"
    HEARING_TAKE = "hearing_take"
    HEARING_GIVE_BACK = "hearing_give_back"
    HEARING_DIAGNOSE = "hearing_diagnose"
    HEARING_SUMMON = "hearing_summon"
    HEARING_ATTEND = "hearing_attend"
    HEARING_STATE = "hearing_state"
    HEARING_TAKE_BIOMETRICS = "hearing_take_biometrics"
    HEARING_PERMIT = "hearing_permit"
    HEARING_FIND_AGAINST = "hearing_find_against"
    HEARING_TELL = "hearing_tell"
    HEARING_ACCEPT = "hearing_accept"
    HEARING_OBJECT = "hearing_object"
    HEARING_DECIDE = "hearing_decide"
    HEARING_ORDER = "hearing_order"
    HEARING_RELEASE = "hearing_release"
    HEARING_RETURN = "hearing_return"
    ENTER_CALL = "enter_call"
    AMEND_CALL = "amend_call"
    LOAD_MANIFEST = "load_manifest"
    SCREEN_MANIFEST = "screen_manifest"
    PERMIT_CRUISE = "permit_cruise"
    ADMIT_LINE = "admit_line"
    WITHHOLD_LINE = "withhold_line"
    COUNT_PASSENGER = "count_passenger"
    CLOSE_CALL = "close_call"
    PERMIT_LANDING = "permit_landing"
    EXTEND_LANDING = "extend_landing"
    END_LANDING = "end_landing"
    REVOKE_LANDING = "revoke_landing"
    READ_MANIFEST = "read_manifest"
    READ_LANDINGS = "read_landings"
    READ_REFUGE = "read_refuge"
    HOLD_DEPARTURE = "hold_departure"
    RELEASE_DEPARTURE = "release_departure"
    RECORD_LEAVING = "record_leaving"
    FULFIL_ORDER = "fulfil_order"
    PROPOSE_ORDER = "propose_order"
    GIVE_ORDER = "give_order"
    REFUSE_ORDER = "refuse_order"
    OPEN_PRIVATE = "open_private"
    WRITE_PRIVATE = "write_private"
    CLOSE_PRIVATE = "close_private"
    READ_PRIVATE = "read_private"
    RAISE_ALARM = "raise_alarm"
    TAKE_ALARM = "take_alarm"
    END_ALARM = "end_alarm"
    WATCH_GATES = "watch_gates"
    LEAVE_GATES = "leave_gates"
    ORDER_GATE = "order_gate"
    LOCK_GATE = "lock_gate"
    UNLOCK_GATE = "unlock_gate"
    SET_FLEET_MODE = "set_fleet_mode"
    ASK_FLEET_MODE = "ask_fleet_mode"
    ADD_KEY = "add_key"
    REMOVE_KEY = "remove_key"
    SUSPECT_KEY = "suspect_key"
    RESET_KEYS = "reset_keys"
    DISABLE_OFFICER = "disable_officer"
    ENABLE_OFFICER = "enable_officer"
    CHANGE_ROLE = "change_role"


READS: Final = frozenset(verb for verb in Verb if verb.value.startswith("read_"))
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
    """Store the action and its leaf in the caller's transaction. What an officer does while they have broken the glass
    carries that in `details`."""
    if (mark := _broken(connection, action)) is not None:
        action = msgspec.structs.replace(action, details={**action.details, "break_glass": str(mark)})
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


def _broken(connection: Connection, action: Action) -> UUID | None:
    b = broken_glass.c
    holds = b.officer == action.officer, b.began_at <= action.at, b.ends_at > action.at, b.ended_at.is_(None)
    found: UUID | None = connection.execute(select(b.id).where(*holds)).scalar()
    return found
