"""Why a traveller was referred, in words: by the stable codes of `law`. English here, Japanese by gettext."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from examiner_console.contract import Reason
from examiner_console.web.wording import Translate, mark, worded

REASONS: Final[Mapping[str, str]] = {
    "arrival_examination": mark("Landing examination with bio-cart data"),
    "landing_examination_required": mark("Landing examination"),
    "national_at_bio_cart": mark("National at a bio-cart: confirm the return"),
    "console_silent": mark("The station got no answer in time"),
    "station_withdrew": mark("The gate had been told to open, but sent the traveller to a booth"),
    "clock_implausible": mark("The station's clock cannot be right"),
    "no_rule_applies": mark("No rule opens a gate for this traveller"),
    "no_document": mark("No passport was read"),
    "mrz_unreadable": mark("The machine readable zone could not be read"),
    "chip_not_read": mark("The chip was not read"),
    "not_a_passport": mark("The document is not a passport"),
    "document_not_authentic": mark("The chip's data or signature do not hold"),
    "issuer_unknown": mark("Nobody trusted vouches for the issuer"),
    "certificate_not_valid": mark("The signing certificate was not in date"),
    "certificate_revoked": mark("The signing certificate was withdrawn"),
    "page_and_chip_differ": mark("Page and chip do not agree"),
    "chip_cloned": mark("The chip may be a copy"),
    "clone_not_excluded": mark("A copied chip is not excluded"),
    "chip_downgraded": mark("The chip was opened by the older method, although it offers the newer"),
    "chip_face_unusable": mark("The chip's face picture cannot be used"),
    "check_failed": mark("A check of the passport failed"),
    "document_expired": mark("The passport is out of date"),
    "nationality_unclear": mark("Nationality and issuing state differ"),
    "not_alone": mark("Not known to be alone in the lane"),
    "face_not_compared": mark("Live face and chip were not compared"),
    "face_not_matched": mark("Live face and chip do not match"),
    "face_not_live": mark("The face may be a picture, a screen or a mask"),
    "liveness_unknown": mark("Not known to be a living face"),
    "portrait_may_be_morphed": mark("The chip's picture may be blended from two people"),
    "portraits_differ": mark("Page and chip show different faces"),
    "face_threshold_too_low": mark("The face comparison was set too lenient"),
    "biometrics_refused": mark("Fingerprints were not given"),
    "fingers_incomplete": mark("Fewer than two fingers were captured"),
    "face_not_captured": mark("No live face was captured"),
    "departure_at_bio_cart": mark("Departure at a bio-cart"),
    "registry_unavailable": mark("The registry of landings did not answer"),
    "no_landing_record": mark("No landing is recorded under this passport"),
    "landing_record_implausible": mark("The landing record cannot be right"),
    "status_not_for_gate": mark("Resident or long stay: ask about re-entry"),
    "overstay": mark("Stayed past the permitted day"),
    "nothing_declared": mark("Neither purpose nor length of stay was stated"),
    "stay_beyond_visit": mark("The stay stated is longer than a visit"),
    "biometrics_exempt": mark("Under 16: no fingerprints and no photograph"),
    "finger_missing": mark("A finger is missing"),
    "finger_injured": mark("A finger is injured"),
    "finger_failed": mark("A finger could not be captured"),
    "watchlist_hit": mark("An entry of the watchlist may mean this traveller: call the supervisor, unseen"),
    "departure_hold": mark("A notice asks to hold the departure for up to 24 hours"),
    "refuge_asked": mark("Asks for protection: a private room and an interpreter"),
    "document_reported": mark("The passport was reported lost, stolen or withdrawn"),
    "registry_silent": mark("A registry that had to be asked gave no answer"),
    "departure_order": mark("Leaves under a departure order: close the order"),
    "landing_barred": mark("An earlier removal or sentence bars landing"),
    "earlier_removal": mark("An earlier removal, whose bar has ended"),
    "bar_may_be_lifted": mark("The Minister may decide that the bar does not stand in the way"),
    "doctor_first": mark("A designated doctor's diagnosis comes first"),
    "visa_missing": mark("No visa, and none of the exemptions"),
    "visa_expired": mark("The visa is out of date"),
    "visa_used": mark("No entry is left on the visa"),
    "activity_unproved": mark("Nothing shows the activity that was stated"),
    "certificate_expired": mark("The certificate of eligibility is over three months old"),
    "certificate_cancelled": mark("The certificate of eligibility was cancelled"),
    "certificate_implausible": mark("The certificate of eligibility cannot be right"),
    "status_not_at_landing": mark("A status that is not granted at landing"),
    "period_not_allowed": mark("A period that this status does not have"),
    "authorisation_missing": mark("No travel authorisation"),
    "authorisation_expired": mark("The travel authorisation is out of date"),
    "old_status_kept": mark("Comes back: status and period stay as they were"),
    "residence_card_due": mark("Becomes a mid- or long-term resident: residence card"),
    "crew_landing": mark("Crew: landing permission at the crew desk"),
    "crew_departure": mark("Crew leave by their own desk"),
    "re_entry_departure": mark("Leaves with re-entry permission: not by the face gate"),
    "registration_excluded": mark("May not be registered for the gate"),
    "fingers_not_compared": mark("Fingers and registration were not compared"),
    "fingers_not_matched": mark("Fingers and registration do not match"),
    "finger_threshold_too_low": mark("The finger comparison was set too lenient"),
    "too_small_for_gate": mark("Under 135 cm: welcomed at a booth"),
    "height_unknown": mark("Not known to be 135 cm tall"),
}

OPENINGS: Final[Mapping[str, str]] = {
    "national_departure": mark("a national may leave"),
    "national_return": mark("a national may return"),
    "visitor_departure": mark("a visitor within the period of stay may leave"),
    "registered_departure": mark("a registered user with re-entry permission may leave"),
    "registered_landing": mark("a registered user's landing is recorded"),
}
"""Why a gate was told to open, by the codes of `law`."""

EXPECTED_AT_BOOTH: Final = frozenset({"arrival_examination", "landing_examination_required", "national_at_bio_cart"})
"""Referrals of the ordinary procedure: nothing is wrong with the traveller."""
NOTES: Final = frozenset(
    {
        *("nothing_declared", "stay_beyond_visit", "biometrics_exempt", "finger_missing", "finger_injured"),
        *("finger_failed", "old_status_kept", "residence_card_due", "registration_excluded", "earlier_removal"),
        "bar_may_be_lifted",
    }
)
"""What `law` notes for the officer's eye and refers nobody for."""

RESTS_ON_CHECK: Final[Mapping[str, tuple[str, ...]]] = {
    "mrz_unreadable": ("mrz",),
    "chip_not_read": ("access_control",),
    "chip_downgraded": ("access_control",),
    "document_not_authentic": ("sod_hash", "sod_signature"),
    "issuer_unknown": ("certificate_chain",),
    "certificate_not_valid": ("certificate_validity",),
    "certificate_revoked": ("revocation",),
    "page_and_chip_differ": ("mrz_matches_chip",),
    "chip_cloned": ("chip_authentication", "active_authentication"),
    "clone_not_excluded": ("chip_authentication", "active_authentication"),
    "chip_face_unusable": ("face_image",),
    "not_alone": ("passage_alone",),
    "face_not_captured": ("face_capture",),
    "face_not_live": ("face_liveness",),
    "liveness_unknown": ("face_liveness",),
    "portrait_may_be_morphed": ("face_morphing",),
    "portraits_differ": ("page_portrait",),
}
"""Reasons that say what a finding of one of these checks says already."""


def reason_text(code: str, translate: Translate) -> str:
    return worded(REASONS, code, translate)


def headline(reasons: Sequence[Reason]) -> Reason | None:
    """The reason an officer reads first: the first that is more than the ordinary examination or a note."""
    usual = EXPECTED_AT_BOOTH | NOTES
    return next((reason for reason in reasons if reason.code not in usual), next(iter(reasons), None))


_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_IROHA: Final = dict(zip("abcdefg", "イロハニホヘト", strict=True))


def article_text(article: str, language: str) -> str:
    """ "Art. 7(1)(ii), 9(3)" as it stands, or 第7条第1項第2号、第9条第3項 in Japanese."""
    if language != "ja":
        return article
    numbers = re.findall(r"(\d[\d-]*)((?:\([0-9a-z]+\))*)", article)
    return "、".join(_japanese(number, re.findall(r"\(([0-9a-z]+)\)", parts)) for number, parts in numbers)


def _japanese(number: str, parts: Sequence[str]) -> str:
    head, *branches = number.split("-")
    return f"第{head}条" + "".join(f"の{branch}" for branch in branches) + "".join(map(_part, parts))


def _part(part: str) -> str:
    if part.isdigit():
        return f"第{part}項"
    return f"第{_ROMAN[part]}号" if part in _ROMAN else _IROHA.get(part, part)
