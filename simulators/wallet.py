"""What a traveller carries: the passport as page and chip, a face, and fingers; laid, shown and pressed on devices."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Protocol

import numpy as np
import numpy.typing as npt

from biometrics.picture import decode
from simulators.camera import CameraServer
from simulators.cast import Cast, Standing
from simulators.chip import SimulatedChip
from simulators.issuing import Holder, Passport, World
from simulators.link import present
from simulators.page import render_page
from simulators.travellers import Traveller

Image = npt.NDArray[np.uint8]
LINK_KBIT_S = 424
APDU_MS = 8.0
_GLANCE_SECONDS = 0.02
_FIELD_SECONDS = 0.2
"""How often a chip without a field would notice a new one."""


class Desk(Protocol):
    """Where a passport is laid: the page camera looking at the glass, and the port the card reader listens on."""

    @property
    def page(self) -> CameraServer: ...
    @property
    def card_port(self) -> int: ...


class Wallet:
    """Rendering the page and the first look takes half a second: make it before the traveller walks."""

    def __init__(self, traveller: Traveller, world: World, cast: Cast) -> None:
        self.passport = issue(traveller, world, cast)
        self._traveller = traveller
        self._page = render_page(self.passport, seed=traveller.number)
        self.face = before_camera(traveller, cast)
        self.prints = cast.prints(traveller.person) if traveller.scenario.station == "bio_cart" else {}
        self._on_glass: LaidChip | None = None
        self._lock = threading.Lock()

    def lay(self, desk: Desk, *, tear_after: int | None = None) -> None:
        """Lay the passport on the glass; with `tear_after`, lift the chip out of the field after so many APDUs."""
        with self._lock:
            desk.page.show(self._page)
            chip = SimulatedChip(self.passport, faults=self._traveller.scenario.chip_faults)
            self._on_glass = LaidChip(chip, desk.card_port, tear_after)

    def lift(self, desk: Desk) -> None:
        with self._lock:
            desk.page.show(None)
            if self._on_glass is not None:
                self._on_glass.lift()
                self._on_glass = None


class LaidChip:
    """A chip that lies on a reader: in its field whenever there is one, also after the reader's program came back."""

    def __init__(self, chip: SimulatedChip, port: int, tear_after: int | None) -> None:
        self._chip, self._port, self._tear_after = chip, port, tear_after
        self._lifted = threading.Event()
        self._thread = threading.Thread(target=self._lie, name="chip on the glass", daemon=True)
        self._thread.start()

    def lift(self) -> None:
        self._lifted.set()
        self._thread.join()

    def _lie(self) -> None:
        while not self._lifted.is_set():
            with contextlib.suppress(OSError):
                with present(
                    *(self._chip, "127.0.0.1", self._port),
                    kbit_s=LINK_KBIT_S,
                    apdu_ms=APDU_MS,
                    tear_after=self._tear_after,
                ) as presented:
                    while not self._lifted.is_set() and not presented.lost.wait(_GLANCE_SECONDS):
                        pass
                if self._tear_after is not None:
                    return
            self._lifted.wait(_FIELD_SECONDS)


def before_camera(traveller: Traveller, cast: Cast) -> Standing:
    """The traveller in their own manner; who holds up a telephone shows the portrait that the passport has."""
    manner = traveller.manner
    if traveller.scenario.holds_portrait:
        manner = replace(manner, holds=decode(cast.portrait(traveller.portrait_of)))
    return cast.before_camera(traveller.person, seed=traveller.number, manner=manner)


def issue(traveller: Traveller, world: World, cast: Cast) -> Passport:
    """A passport of the traveller's own country, with the portrait the scenario asks for."""
    holder = Holder(
        surname=traveller.surname,
        given_names=traveller.given_names,
        nationality=traveller.nationality,
        issuing_state=traveller.nationality,
        birth_date=traveller.birth_date,
        sex=traveller.sex,
        expiry_date=traveller.expiry_date,
        document_number=traveller.document_number,
        portrait_jpeg=_portrait(traveller, cast),
    )
    return world.issue(holder, faults=traveller.scenario.passport_faults)


def _portrait(traveller: Traveller, cast: Cast) -> bytes:
    """Whoever applied for a morphed passport looks like the morph's accomplice."""
    applicant = cast.portrait(traveller.portrait_of)
    if not traveller.morphed:
        return applicant
    # In a process of its own: loading the face models keeps the interpreter's lock for a third of a second and more,
    # the doors' threads wait for it, and gates then take their doors for lost.
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        return apart.submit(_morphed, applicant, cast.portrait(traveller.person)).result()


def _morphed(accomplice: bytes, criminal: bytes) -> bytes:
    from simulators.face_morphs import morphed_jpeg  # here: no other traveller needs the face models

    return morphed_jpeg(accomplice, criminal)
