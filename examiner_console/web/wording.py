"""Words for the codes of the contract: checks, fingers, comparisons. English here, other languages by gettext.

A code nobody has written words for is shown as itself, never hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

Translate = Callable[[str], str]


def mark(message: str) -> str:
    """Marks a message for extraction; it is translated where it is shown."""
    return message


CHECKS: Final[Mapping[str, str]] = {
    "mrz": mark("machine readable zone"),
    "access_control": mark("access to the chip"),
    "sod_hash": mark("data of the chip unchanged"),
    "sod_signature": mark("signature of the chip"),
    "certificate_chain": mark("issuer of the chip"),
    "certificate_validity": mark("certificate in date"),
    "revocation": mark("certificate not revoked"),
    "trust_source": mark("source of the trusted list"),
    "algorithm_policy": mark("algorithms strong enough"),
    "known_deviation": mark("defect announced by the issuer"),
    "active_authentication": mark("clone check (active authentication)"),
    "chip_authentication": mark("clone check (chip authentication)"),
    "terminal_authentication": mark("terminal authentication"),
    "face_image": mark("face picture of the chip"),
    "mrz_matches_chip": mark("page and chip agree"),
    "passage_alone": mark("one person in the lane"),
    "face_capture": mark("face captured"),
    "face_liveness": mark("living face before the camera"),
    "face_morphing": mark("chip's picture shows one person"),
    "page_portrait": mark("page shows the chip's picture"),
    "face_comparison": mark("face compared with the chip"),
    "finger_capture": mark("fingers captured"),
    "document_expiry": mark("passport in date"),
    "chip_read": mark("chip read"),
}

OUTCOMES: Final[Mapping[str, str]] = {
    "failed": mark("failed"),
    "undetermined": mark("no answer"),
    "not_supported": mark("not offered"),
}

FAILED: Final[Mapping[str, str]] = {
    "mrz": mark("Check digits of the machine readable zone do not agree. Look at the printed page."),
    "access_control": mark("The chip did not open with the data of the page. Compare page and holder by eye."),
    "sod_hash": mark("Data of the chip were changed after it was issued. Compare all three pictures by eye."),
    "sod_signature": mark("The issuer's signature does not hold. The chip proves nothing; use the page."),
    "certificate_chain": mark("No trusted state stands behind this chip. The chip proves nothing; use the page."),
    "certificate_validity": mark("The signing certificate was not in date when the passport was issued."),
    "revocation": mark("The issuer has withdrawn the certificate that signed this chip."),
    "algorithm_policy": mark("The chip was signed in a way that could be forged by then. Look at the page under UV."),
    "known_deviation": mark("The issuer or an authority warns of this passport's chip. Use the page."),
    "active_authentication": mark("The chip could not prove that it is the original: it may be a copy."),
    "chip_authentication": mark("The chip could not prove that it is the original: it may be a copy."),
    "face_image": mark("The chip's picture cannot be shown or was changed. Compare page and holder by eye."),
    "mrz_matches_chip": mark("Page and chip name different persons or documents. Look at the page under UV."),
    "passage_alone": mark("More than one person, or something left behind, was seen in the lane."),
    "face_capture": mark("No usable picture of the face. Compare the holder with the pictures by eye."),
    "face_liveness": mark("The face may be a print, a screen or a mask. Look at the holder, not at the picture."),
    "face_morphing": mark(
        "The chip's picture may be blended from two people. Compare holder, chip and page feature by feature."
    ),
    "page_portrait": mark("The page's picture and the chip's show different faces. Look at the page under UV."),
    "finger_capture": mark("Fingerprints were asked for and not given. Ask again; see Art. 6(3) and 7(4)."),
    "document_expiry": mark("The passport is out of date."),
}

UNDETERMINED: Final[Mapping[str, str]] = {
    "access_control": mark("The chip was not opened. Read it again at the booth, or use the page."),
    "certificate_chain": mark("The issuer is on no trusted list, so nobody vouches for this chip. Use the page."),
    "revocation": mark("No fresh list of withdrawn certificates. Unknown does not count as passed."),
    "trust_source": mark("Nobody has verified the list on which the issuer stands. Unknown does not count as passed."),
    "known_deviation": mark(
        "The issuer has announced a defect in passports like this one. Look at what else was found."
    ),
    "face_image": mark("The chip's picture was not read. Compare page and holder by eye."),
    "face_capture": mark("The camera gave no answer. Compare the holder with the pictures by eye."),
    "face_liveness": mark("Too little was seen to tell a living face from a picture. Look at the holder."),
    "face_morphing": mark("The chip's picture was not looked at for blending. Compare holder and pictures by eye."),
    "page_portrait": mark("The page's picture was not compared with the chip's. Compare all three by eye."),
    "finger_capture": mark("The scanner gave no answer. Capture fingers at the booth."),
}
UNDETERMINED_BY_CODE: Final[Mapping[str, str]] = {
    "same_finger": mark("The same finger was laid for both hands. Capture fingers at the booth."),
    "same_picture": mark(
        "Two fingers gave one picture: a copy on the glass, or a scanner at fault. Capture fingers at the booth."
    ),
}
"""Where the code says more than the check."""

SIGNS: Final[Mapping[str, str]] = {
    "moire": mark("A regular pattern lies over the face, as of a screen or a print."),
    "recaptured": mark("The face is softer than this camera makes one."),
    "black_level": mark("The darkest places of the face are not dark."),
    "colour_gamut": mark("The colours are paler than skin's, as of ink."),
    "specular": mark("A lamp is mirrored in the picture."),
    "screen_border": mark("Straight edges enclose the face."),
    "held_up": mark("More than a head hides what stands behind: something is held up."),
    "flat_motion": mark("The face moves as a flat picture does."),
    "rigid": mark("Nothing in the face moves by itself."),
    "no_parallax": mark("The nose does not move against the eyes."),
    "moving_background": mark("What is beside the face moves along with it."),
    "screen_flicker": mark("Brightness changes in whole rows, as on a screen."),
    "infrared_dark": mark("Near-infrared shows it dark, as it does a screen."),
    "infrared_flat": mark("Near-infrared shows no features, as of ink."),
    "depth_flat": mark("Depth shows a sheet, not a face."),
}
"""What spoke most against a living face, by the finding's code (`biometrics.face.liveness`)."""

DOWNGRADED: Final = mark(
    "The chip offers the newer access method, yet the older was used: worn or tampered with. Look at the page under UV."
)
ANSWERLESS: Final = mark("This check gave no answer. Unknown does not count as passed.")
UNSPECIFIED: Final = mark("This check failed. Look at it before you decide.")

FINGERS: Final[Mapping[str, str]] = {
    "right_thumb": mark("Right thumb"),
    "right_index": mark("Right index"),
    "right_middle": mark("Right middle"),
    "right_ring": mark("Right ring"),
    "right_little": mark("Right little"),
    "left_thumb": mark("Left thumb"),
    "left_index": mark("Left index"),
    "left_middle": mark("Left middle"),
    "left_ring": mark("Left ring"),
    "left_little": mark("Left little"),
}

CAPTURES: Final[Mapping[str, str]] = {
    "captured": mark("Captured"),
    "missing": mark("Missing"),
    "injured": mark("Injured"),
    "refused": mark("Refused"),
    "failed": mark("Not captured"),
}

SIDES: Final[Mapping[str, str]] = {"live": mark("Live"), "chip": mark("Chip"), "page": mark("Page")}

PURPOSES: Final[Mapping[str, str]] = {
    "tourism": mark("Tourism"),
    "sightseeing": mark("Sightseeing"),
    "business": mark("Business"),
    "visiting_relatives": mark("Visiting relatives"),
    "visit": mark("Visiting relatives or friends"),
    "family": mark("Visiting relatives"),
    "transit": mark("Transit"),
    "study": mark("Study"),
    "work": mark("Work"),
    "other": mark("Other"),
}


def worded(words: Mapping[str, str], code: str, translate: Translate) -> str:
    message = words.get(code)
    return translate(message) if message else code.replace("_", " ")


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
