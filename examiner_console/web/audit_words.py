"""Words for the record: outcomes, what officers did, entries of the ledger, and the faults a verification finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import UNSET

from examiner_console.casework.actions import Action, Verb
from examiner_console.casework.hearing_file import Act
from examiner_console.casework.hearings import VERBS
from examiner_console.contract import Reason
from examiner_console.law.catalogue import are_certain, rests_on
from examiner_console.law.statuses import Status, period_text
from examiner_console.web import leaving_words
from examiner_console.web.catalogues import translations
from examiner_console.web.hearing_words import ACTS
from examiner_console.web.periods import status_name
from examiner_console.web.wording import Translate, mark, worded

OUTCOMES: Final[Mapping[str, str]] = {
    "grant": mark("Landing granted by the machine"),
    "record": mark("Landing recorded by the machine"),
    "confirm": mark("Confirmed by the machine"),
    "refer": mark("Referred to an officer"),
}
DEEDS: Final[Mapping[str, str]] = {
    Verb.TAKE: mark("Took the case"),
    Verb.GIVE_BACK: mark("Gave the case back"),
    Verb.GRANT: mark("Granted landing"),
    Verb.CONFIRM: mark("Confirmed"),
    Verb.HAND_OVER: mark("Handed over to the special inquiry officer"),
    Verb.READ_CASE: mark("Opened the case"),
    Verb.READ_EVIDENCE: mark("Opened a picture or print"),
    Verb.ASK_EXPORT: mark("Asked for an export"),
    Verb.AGREE_EXPORT: mark("Agreed to an export"),
    Verb.REFUSE_EXPORT: mark("Refused an export"),
    Verb.FETCH_EXPORT: mark("Fetched an export"),
    Verb.EXPORT_IDENTITIES: mark("Exported identities"),
    Verb.FREE_LOCK: mark("Freed the case for others"),
    Verb.WATCH_GATES: mark("Began to watch gates"),
    Verb.LEAVE_GATES: mark("Left the watch of gates"),
    Verb.ORDER_GATE: mark("Ordered a gate"),
    Verb.LOCK_GATE: mark("Locked a gate"),
    Verb.UNLOCK_GATE: mark("Unlocked a gate"),
    Verb.SET_FLEET_MODE: mark("Set how all gates of one side serve"),
    Verb.ASK_FLEET_MODE: mark("Asked that gates serve less strictly"),
    Verb.BACK_UP: mark("Backed everything up"),
    Verb.BREAK_GLASS: mark("Broke the glass"),
    Verb.MEND_GLASS: mark("Ended what breaking the glass had given"),
    Verb.ERASE_EVIDENCE: mark("Erased pictures and prints"),
    Verb.READ_HEARING: mark("Opened the hearing"),
    **{VERBS[Act(act)]: words for act, words in ACTS.items()},
    Verb.HOLD_DEPARTURE: mark("Held the departure"),
    Verb.RELEASE_DEPARTURE: mark("Released the departure"),
    Verb.RECORD_LEAVING: mark("Recorded how the resident leaves"),
    Verb.FULFIL_ORDER: mark("Closed the departure order"),
    Verb.PROPOSE_ORDER: mark("Proposed a departure order"),
    Verb.GIVE_ORDER: mark("Gave the departure order"),
    Verb.REFUSE_ORDER: mark("Refused the departure order"),
    Verb.OPEN_PRIVATE: mark("Made the case private"),
    Verb.WRITE_PRIVATE: mark("Wrote in the protection desk's file"),
    Verb.CLOSE_PRIVATE: mark("Ended the protection desk's file"),
    Verb.READ_PRIVATE: mark("Opened the protection desk's file"),
    Verb.RAISE_ALARM: mark("Raised a silent alarm"),
    Verb.TAKE_ALARM: mark("Answered a silent alarm"),
    Verb.END_ALARM: mark("Ended a silent alarm"),
}
READ_HERE: Final = mark("Looked at the decision here, in the audit")
KINDS: Final[Mapping[str, str]] = {
    "decision": mark("Decision of the rules"),
    "action": mark("Deed of an officer"),
    "read": mark("Read"),
    "receipt": mark("Receipt of an erasure"),
}
FAULTS: Final[Mapping[str, str]] = {
    "leaf_missing": mark("an entry was cut out of the ledger"),
    "leaf_changed": mark("an entry of the ledger was edited"),
    "leaf_unreadable": mark("an entry of the ledger is not one this software writes"),
    "leaves_reordered": mark("the entries stand in another order than the one that was signed"),
    "tree_changed": mark("the entries are not those that were signed"),
    "record_missing": mark("a record is gone, and no receipt says that it was erased"),
    "record_changed": mark("a record was edited"),
    "record_without_leaf": mark("a record was slipped in that the ledger does not name"),
    "record_not_erased": mark("a record is there that a receipt says was erased"),
    "copy_changed": mark("a column kept for searching says something else than the record"),
    "tile_changed": mark("a hash kept for proofs was edited"),
    "tile_missing": mark("a hash kept for proofs is gone"),
    "checkpoint_changed": mark("a checkpoint was edited"),
    "checkpoint_signature": mark("a checkpoint's instant or signature was edited"),
    "checkpoint_resigned": mark("a checkpoint was signed anew"),
    "checkpoint_missing": mark("a checkpoint was taken out, or entries were never signed"),
    "checkpoint_order": mark("a checkpoint that names none before it follows one that does"),
    "checkpoint_other": mark("a checkpoint that was kept is not of this ledger"),
}
"""By the codes of `record.verification.findings`."""


@dataclass(frozen=True, slots=True)
class Law:
    """Rules of the catalogue a reason rests on. `as_decided`: the decision names them; else today's catalogue does."""

    ids: tuple[str, ...]
    certain: bool
    as_decided: bool


def law_of(reason: Reason) -> Law:
    if reason.law is not UNSET and reason.certain is not UNSET:
        return Law(reason.law, reason.certain, True)
    ids = rests_on(reason)
    return Law(ids, are_certain(ids), False)


def deed_text(action: Action, translate: Translate) -> str:
    here = action.details.get("screen") == "audit"
    said = translate(READ_HERE) if here else worded(DEEDS, action.verb, translate)
    if "break_glass" in action.details:
        return translate(mark("%(deed)s (with the glass broken)")) % {"deed": said}
    return said


def details_text(action: Action, statuses: Mapping[str, Status], language: str) -> str:
    """What the officer set or wrote; nothing where there is no more to say."""
    match action.details:
        case {"status": status, "period": period}:
            return f"{status_name(statuses, status, language=language)}, {period_text(period, language)}"
        case {"leaving": _} | {"order": _}:
            return leaving_words.details_text(action.details, language)
        case {"note": note}:
            return note
        case {"gates": names, "command": command}:
            return f"{names}: {command}"
        case {"gates": names}:
            return names
        case {"evidence": number}:
            return translations(language).gettext(mark("number %(number)s")) % {"number": number}
        case _:
            return ""
