"""What each registry is asked: of what the passport says, the part that it needs to find its entry, and nothing more.

`about` puts the questions that one passport allows; a registry that cannot be asked has none (`NotAsked`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

from examiner_console.contract import Direction, Document
from examiner_console.law.nationals import is_national

_CERTIFICATE: Final = re.compile(r"[A-Z0-9]{6,20}", re.ASCII)
"""Wide on purpose: that it is letters and digits is certain, how many of which is not."""


class NotACertificateNumber(ValueError):
    """What was read or typed cannot be the number of a certificate of eligibility; the sentence is for the officer."""

    code = "not_a_certificate_number"


def certificate_number(read: str) -> str:
    """The number in what a camera read from a QR code or an e-mail's image, or an officer typed: full-width characters,
    lower case, spaces and hyphens are put right. Raises NotACertificateNumber, which does not quote it."""
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", read)).upper()
    if not _CERTIFICATE.fullmatch(number):
        raise NotACertificateNumber("A certificate's number is 6 to 20 letters and digits; please read it again.")
    return number


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """Is this document reported lost, stolen or revoked? No person is named."""

    document_code: str
    issuing_state: str
    document_number: str


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """Is this person on the watchlist, were they removed before, is their departure to be held? Biographic data alone:
    people change passports; neither a picture nor the document is sent."""

    surname: str
    given_names: str
    birth_date: date | None
    sex: str
    nationality: str


@dataclass(frozen=True, slots=True)
class VisaQuestion:
    nationality: str
    document_number: str


@dataclass(frozen=True, slots=True)
class CertificateQuestion:
    """By the number on the certificate of eligibility, as printed or as the camera read it from an e-mail's image."""

    number: str


@dataclass(frozen=True, slots=True)
class ReEntryQuestion:
    nationality: str
    document_number: str


@dataclass(frozen=True, slots=True)
class RegistrationQuestion:
    """Registered for the automated gate, or as a trusted traveller?"""

    nationality: str
    document_number: str


@dataclass(frozen=True, slots=True)
class PassengerQuestion:
    """Did a carrier announce this document to this port?"""

    nationality: str
    document_number: str
    port: str


@dataclass(frozen=True, slots=True)
class AuthorisationQuestion:
    nationality: str
    document_number: str


@dataclass(frozen=True, slots=True)
class OrderQuestion:
    """Was this passport's holder ordered to leave (Art. 55-2)?"""

    nationality: str
    document_number: str


Question = (
    DocumentQuestion
    | PersonQuestion
    | VisaQuestion
    | CertificateQuestion
    | ReEntryQuestion
    | RegistrationQuestion
    | PassengerQuestion
    | AuthorisationQuestion
    | OrderQuestion
)


@dataclass(frozen=True, slots=True)
class Questions:
    """One question a registry, by the registry's name in `law.answers.Answers`; None is not asked."""

    document_reports: DocumentQuestion | None = None
    watchlist: PersonQuestion | None = None
    visa: VisaQuestion | None = None
    certificate: CertificateQuestion | None = None
    re_entry: ReEntryQuestion | None = None
    registration: RegistrationQuestion | None = None
    passengers: PassengerQuestion | None = None
    authorisation: AuthorisationQuestion | None = None
    removals: PersonQuestion | None = None
    holds: PersonQuestion | None = None
    departure_orders: OrderQuestion | None = None

    def asked(self) -> dict[str, Question]:
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: question for name, question in every.items() if question is not None}


def about(document: Document, *, direction: Direction, port: str, certificate: str | None = None) -> Questions:
    """The questions that the law has about the holder of `document`, who arrives at or leaves from `port`; of a
    national, whether the document was reported, and the watchlist. `certificate` is what was read of a certificate of
    eligibility that was shown. Raises NotACertificateNumber."""
    person = PersonQuestion(
        document.surname, document.given_names, document.birth_date, document.sex, document.nationality
    )
    everybody = Questions(
        document_reports=DocumentQuestion(document.document_code, document.issuing_state, document.document_number),
        watchlist=person,
    )
    if is_national(document):
        return everybody
    passport = (document.nationality, document.document_number)
    foreign = replace(
        everybody,
        re_entry=ReEntryQuestion(*passport),
        registration=RegistrationQuestion(*passport),
        passengers=PassengerQuestion(*passport, port),
    )
    if direction is Direction.DEPARTURE:
        return replace(foreign, holds=person, departure_orders=OrderQuestion(*passport))
    return replace(
        foreign,
        visa=VisaQuestion(*passport),
        certificate=CertificateQuestion(certificate_number(certificate)) if certificate else None,
        authorisation=AuthorisationQuestion(*passport),
        removals=person,
    )
