"""Why something about ships and special permissions is not done: each with one sentence, and a form's field if any.

Refusal
├── ShipUnknown, LineUnknown, CallOver, NothingReady, ListMoved, AskAgain, PermittedByOther, DecidedByOther
├── NotAllowedHere, NoteWanted, LandingUnknown, LandingEnded, FileMissing
├── FormUnusable         `field` names the field
└── ListUnusable         a passenger list; the line and the column stand in the sentence
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from examiner_console.ships import calls, manifest
from examiner_console.ships.manifest import MOST_LINES, ManifestError
from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import Translate, mark


class ShipUnknown(Refusal):
    code = "no_such_call"
    status = 404
    sentence = mark("There is no such call. The page of ships shows all of them.")


class LineUnknown(Refusal):
    code = "no_such_line"
    status = 404
    sentence = mark("Nobody on this list has that passport. Check the number and the nationality.")


class CallOver(Refusal):
    code = "call_closed"
    status = 409
    sentence = mark("%(by)s has closed this call. Its record stays; nothing can be changed any more.")


class NothingReady(Refusal):
    code = "nothing_to_permit"
    status = 409
    sentence = mark("Nobody on the list is ready for permission. Load a list, or see the people noted below.")


class ListMoved(Refusal):
    code = "list_changed"
    status = 409
    sentence = mark("The list changed while you looked at it. Look at it as it is now, then permit.")


class AskAgain(Refusal):
    code = "screening_old"
    status = 409
    sentence = mark("The registries were asked over %(minutes)s minutes ago, or not yet. Ask them again, then permit.")


class PermittedByOther(Refusal):
    code = "already_permitted"
    status = 409
    sentence = mark("%(by)s has permitted this list meanwhile. Nothing was given twice.")


class DecidedByOther(Refusal):
    code = "line_decided"
    status = 409
    sentence = mark("%(by)s has decided about this person already. The list shows how.")


class NotAllowedHere(Refusal):
    code = "not_admissible"
    status = 409
    sentence = mark("The Act does not allow this: %(why)s.")

    def said(self, translate: Translate) -> str:
        why = "; ".join(translate(WHY.get(str(one), str(one))) for one in str(self.data["why"]).split("; "))
        return translate(self.sentence) % {"why": why}


WHY: Final[Mapping[str, str]] = {
    "a ground of Art. 5(1) was found": mark("a ground of Art. 5(1) was found"),
    "not a designated passenger ship": mark("the ship is not a designated passenger ship"),
    "the ship has sailed": mark("the ship has sailed"),
    "it lasts while its cause does": mark("it lasts while its cause does, and has no end to move"),
    "it runs as long already": mark("it runs as long already"),
    "longer than the Act allows": mark("it would be longer than the Act allows"),
    "it ends when the ship sails": mark("it ends when the ship sails"),
    "no revocation": mark("it knows no revocation of a single landing"),
    "a national": mark("a Japanese national needs no permission, but confirmation of return (Art. 61)"),
    "not on the list": mark("this person is not on the list that holds"),
    "self cannot apply": mark("the person cannot apply alone"),
    "carrier cannot apply": mark("the carrier cannot apply"),
    "captain cannot apply": mark("the captain cannot apply"),
    "mayor cannot apply": mark("the mayor cannot apply"),
    "rescuer cannot apply": mark("the rescuer cannot apply"),
    "police cannot apply": mark("the police cannot apply"),
    "no reason of the Refugee Convention nor fear of persecution is stated": mark(
        "neither a reason of the Refugee Convention nor fear of persecution is stated"
    ),
}


class NoteWanted(Refusal):
    code = "ship_note_missing"
    status = 422
    sentence = mark("Write in a sentence why; it stays with the record.")


class LandingUnknown(Refusal):
    code = "no_such_landing"
    status = 404
    sentence = mark("There is no such permission. The page of special permissions shows those in force.")


class LandingEnded(Refusal):
    code = "landing_over"
    status = 409
    sentence = mark("%(by)s has dealt with this permission already. Its page shows how.")


class FileMissing(Refusal):
    code = "file_missing"
    status = 422
    sentence = mark("Choose the file with the passenger list first, CSV or PAXLST.")


class FormUnusable(Refusal):
    code = "unusable_field"
    status = 422
    sentences: Final[Mapping[str, str]] = {
        "imo": mark("An IMO number has seven digits, and the last one checks the others. Compare it with the papers."),
        "departs_at": mark("The ship sails after it arrives, within 30 days, and not before now. Times are in Japan."),
        "arrives_at": mark("Write both times as day and time in Japan."),
        "designated": mark(
            "Only ships that the Minister has designated come under Art. 14-2. Check that, and tick it."
        ),
        "until": mark("The end lies after now and within the limit of the Act. Leave it open for the limit."),
        "area": mark("A transit needs its route. Write where the person may go."),
        "birth_date": mark("A birth date is a day such as 1991-03-14. Leave it open where it is unknown."),
    }
    other = mark("This field is needed, in at most 100 characters, or it is not of its form.")

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def said(self, translate: Translate) -> str:
        return translate(self.sentences.get(self.field, self.other))


class ListUnusable(Refusal):
    """One sentence for each error of a list."""

    status = 422

    def __init__(self, error: ManifestError) -> None:
        column = COLUMNS.get(error.column, error.column)
        super().__init__(line=error.line, other=error.other, most=MOST_LINES, why=error.why)
        self.code, self.column = error.code, column
        self.words = _LISTS.get(type(error), _LISTS[ManifestError])

    def said(self, translate: Translate) -> str:
        sentence: str = translate(self.words) % {**self.data, "column": translate(self.column)}
        return f"{sentence} {translate(NOTHING_TAKEN)}"


NOTHING_TAKEN: Final = mark("Nothing of the file was taken.")
COLUMNS: Final[Mapping[str, str]] = {
    "surname": mark("the surname"),
    "given_names": mark("the given names"),
    "sex": mark("the sex (F, M or X)"),
    "birth_date": mark("the birth date (1991-03-14)"),
    "nationality": mark("the nationality (as in a passport)"),
    "issuing_state": mark("the issuing state (as in a passport)"),
    "document_number": mark("the document number"),
    "document_expires": mark("the document's last day (2031-08-21)"),
    "columns": mark("the number of columns"),
    "quotes": mark("a quotation mark"),
}
_LISTS: Final[Mapping[type[ManifestError], str]] = {
    ManifestError: mark("The list cannot be read."),
    manifest.NotText: mark("Line %(line)s is not UTF-8 text. Save the list as CSV UTF-8 and load it again."),
    manifest.WrongColumns: mark(
        "The first line must name the columns: surname, given_names, sex, birth_date, nationality, document_number, "
        "document_expires and, if wanted, issuing_state; no others."
    ),
    manifest.TooMany: mark("The list is longer than %(most)s lines or 8 MB; no ship carries that many."),
    manifest.LineUnusable: mark("Line %(line)s cannot be used because of %(column)s."),
    manifest.ListedTwice: mark("Line %(line)s has the passport of line %(other)s. Each passport stands once."),
    manifest.NobodyListed: mark("The list names nobody."),
    manifest.PaxlstUnusable: mark("The PAXLST message cannot be read at segment %(line)s."),
}


def of_ships(error: calls.ShipsError) -> Refusal:
    """What `ships` refused, in the words of a page."""
    match error:
        case calls.UnusableCall(field=field) | calls.UnusableLanding(field=field):
            return FormUnusable(field)
        case calls.NotAdmissible(why=why):
            return NotAllowedHere(why="; ".join(why))
        case calls.CallClosed(by=by):
            return CallOver(by=by)
        case calls.AlreadyPermitted(by=by):
            return PermittedByOther(by=by)
        case calls.LineDecided(by=by):
            return DecidedByOther(by=by)
        case calls.LandingOver(by=by):
            return LandingEnded(by=by)
        case calls.ScreeningOld():
            return AskAgain(minutes=calls.FRESH.seconds // 60)
    return _PLAIN.get(type(error), Refusal)()


_PLAIN: Final[Mapping[type[calls.ShipsError], type[Refusal]]] = {
    calls.NoSuchCall: ShipUnknown,
    calls.NoSuchLine: LineUnknown,
    calls.NothingToPermit: NothingReady,
    calls.ListChanged: ListMoved,
    calls.NoteMissing: NoteWanted,
    calls.NoSuchLanding: LandingUnknown,
}
