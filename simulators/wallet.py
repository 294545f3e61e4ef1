"""What a traveller carries: the passport as page and chip, a face, and fingers; laid, shown and pressed on devices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from simulators.camera import CameraServer
from simulators.cast import Cast
from simulators.chip import SimulatedChip
from simulators.issuing import Holder, Passport, World
from simulators.link import PresentedChip, present
from simulators.page import render_page
from simulators.travellers import Traveller

Image = npt.NDArray[np.uint8]
LINK_KBIT_S = 424
APDU_MS = 8.0


class Desk(Protocol):
    """Where a passport is laid: the page camera looking at the glass, and the port the card reader listens on."""

    @property
    def page(self) -> CameraServer: ...
    @property
    def card_port(self) -> int: ...


class Wallet:
    """Rendering the page and the views takes a second: make it before the traveller walks."""

    def __init__(self, traveller: Traveller, world: World, cast: Cast) -> None:
        self.passport = issue(traveller, world, cast)
        self._traveller = traveller
        self._page = render_page(self.passport, seed=traveller.number)
        self._views = cast.views(traveller.person)
        self.prints = cast.prints(traveller.person) if traveller.scenario.station == "bio_cart" else {}
        self._chip: PresentedChip | None = None
        self._lock = threading.Lock()

    def face(self) -> Callable[[float], Image]:
        """The person before the camera: another view every half second, as people move."""
        views = self._views
        return lambda seconds: views[int(seconds * 2) % len(views)]

    def lay(self, desk: Desk, *, tear_after: int | None = None) -> None:
        """Lay the passport on the glass; with `tear_after`, lift the chip out of the field after so many APDUs."""
        with self._lock:
            desk.page.show(self._page)
            chip = SimulatedChip(self.passport, faults=self._traveller.scenario.chip_faults)
            self._chip = present(
                chip, "127.0.0.1", desk.card_port, kbit_s=LINK_KBIT_S, apdu_ms=APDU_MS, tear_after=tear_after
            )

    def lift(self, desk: Desk) -> None:
        with self._lock:
            desk.page.show(None)
            if self._chip is not None:
                self._chip.remove()
                self._chip = None


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
        portrait_jpeg=cast.portrait(traveller.portrait_of),
    )
    return world.issue(holder, faults=traveller.scenario.passport_faults)
