"""The bio-cart as a process: what a traveller meets, what the console gets, and what is left afterwards."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.contract import Delivery, EvidenceKind
from kiosk.stream import Change
from simulators import faces


def beside(name: str) -> ModuleType:
    """A module of this folder (tests are imported without packages)."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


hardware = beside("hardware")
pytestmark = [pytest.mark.hall, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, served: Any) -> Iterator[tuple[Any, Any]]:
    """A running bio-cart and its console."""
    key = Ed25519PrivateKey.generate()
    console = hardware.WireConsole(key)
    with served(console.app, Change()) as server:
        cart = hardware.Cart(tmp_path_factory.mktemp("cart"), server.url, key)
        cart.start()
        yield cart, console
        cart.close()


@pytest.fixture
def cart(stand: tuple[Any, Any]) -> Iterator[Any]:
    cart, console = stand
    console.silent = False
    cart.reaches("start", "done", "unread", "not_needed")
    if cart.state() != "start":
        cart.touch("finish")
    yield cart
    cart.lift()
    cart.scanner.lift()
    cart.camera.show(None)
    cart.touch("finish")
    cart.reaches("start")


@pytest.fixture
def console(stand: tuple[Any, Any]) -> Any:
    return stand[1]


def begin(cart: Any, person: int, **holder: Any) -> str:
    cart.touch("begin")
    cart.touch("language", "en")
    cart.reaches("passport")
    return str(cart.lay(person, **holder))


def years_ago(years: int) -> date:
    return date(datetime.now(UTC).year - years, 1, 2)


def declare(cart: Any) -> None:
    cart.reaches("purpose", "exempt_purpose")
    cart.touch("purpose", "tourism")
    cart.touch("stay", "15")


def sent(console: Any, number: str) -> tuple[Any, Any]:
    """Envelope and inspection of the passport's holder, once the console has them."""

    def found() -> Any:
        return [pair for pair in console.inspections.values() if pair[1].document.document_number == number]

    envelope, inspection = hardware.until(found)[0]
    return envelope, inspection


def test_a_visitor_gives_passport_fingers_and_face_and_walks_to_the_booth(cart: Any, console: Any) -> None:
    number = begin(cart, 1, document_number="VISITOR01")
    declare(cart)
    cart.scanner.place(cart.cast.prints(1))
    cart.reaches("face")
    cart.camera.show(faces.view(faces.person(1), seed=1))
    cart.reaches("done")
    assert cart.view()["booth"] == "12"
    envelope, inspection = sent(console, number)
    assert envelope.delivery is Delivery.LIVE
    assert [(f.position, f.outcome) for f in inspection.fingers] == [
        ("right_index", "captured"),
        ("left_index", "captured"),
    ]
    assert (inspection.declaration.purpose, inspection.declaration.stay_days) == ("tourism", 15)
    assert inspection.comparisons[0].outcome == "successful"
    bundle = hardware.until(lambda: console.evidence.get(str(inspection.id)))
    kinds = [item.kind for item in bundle.items]
    assert kinds == [
        EvidenceKind.LIVE_FACE,
        EvidenceKind.CHIP_FACE,
        EvidenceKind.PAGE_IMAGE,
        EvidenceKind.FINGER_IMAGE,
        EvidenceKind.FINGER_IMAGE,
    ]
    told = hardware.until(lambda: [event for event in console.events if event.kind == "transaction"])[-1]
    assert told.inspection == inspection.id
    assert set(told.data) >= {"read", "capture", "decision", "total", "outcome"}


def test_a_child_is_never_asked_for_fingers_or_face(cart: Any, console: Any) -> None:
    number = begin(cart, 2, document_number="CHILD0001", birth_date=years_ago(10))
    assert cart.reaches("purpose", "exempt_purpose") == "exempt_purpose"
    declare(cart)
    cart.reaches("done")
    _, inspection = sent(console, number)
    assert inspection.fingers == ()
    assert {f.code for f in inspection.findings if f.check == "finger_capture"} == {"exempt_under_16"}


def test_a_passport_left_on_the_glass_is_not_taken_for_the_next_travellers(cart: Any, console: Any) -> None:
    begin(cart, 2, document_number="LEFTOVER1")
    cart.reaches("purpose")
    cart.touch("finish")
    cart.reaches("start")
    number = begin(cart, 3, document_number="NEXTONE01", birth_date=years_ago(10))
    declare(cart)
    cart.reaches("done")
    sent(console, number)
    assert [i for _, i in console.inspections.values() if i.document.document_number == "LEFTOVER1"] == []


def test_a_japanese_national_is_told_kindly_that_nothing_is_needed(cart: Any, console: Any) -> None:
    before = len(console.inspections)
    begin(cart, 3, nationality="JPN", issuing_state="JPN", document_number="TR1234567")
    cart.reaches("not_needed")
    assert "Welcome home" in cart.page_text()
    assert len(console.inspections) == before


def test_a_bandaged_finger_leads_to_the_next_one_and_is_recorded(cart: Any, console: Any) -> None:
    number = begin(cart, 4, document_number="BANDAGE01")
    declare(cart)
    cart.reaches("right_hand")
    assert cart.view()["finger"] == "right_index"
    cart.touch("missing")
    assert cart.view()["finger"] == "right_middle"
    prints = cart.cast.prints(4)
    cart.scanner.place({"right_middle": prints["right_index"], "left_index": prints["left_index"]})
    cart.reaches("face")
    cart.camera.show(faces.view(faces.person(4), seed=1))
    cart.reaches("done")
    _, inspection = sent(console, number)
    assert [(f.position, f.outcome) for f in inspection.fingers] == [
        ("right_index", "missing"),
        ("right_middle", "captured"),
        ("left_index", "captured"),
    ]


def test_a_silent_console_sends_the_traveller_to_the_booths_and_the_case_arrives_later(cart: Any, console: Any) -> None:
    console.silent = True
    number = begin(cart, 2, document_number="SILENT001", birth_date=years_ago(9))
    declare(cart)
    cart.reaches("done")
    assert cart.view()["prompt"] == "go_to_booth_queue"
    console.silent = False
    envelope, inspection = sent(console, number)
    assert envelope.delivery is Delivery.DEFERRED
    assert hardware.until(lambda: console.evidence.get(str(inspection.id))).items


def test_a_chip_torn_away_is_asked_for_again(cart: Any) -> None:
    begin(cart, 5, document_number="TORN00001", tear_after=20)
    cart.reaches("passport_again")
    cart.lift()
    cart.lay(5, document_number="TORN00001")
    cart.reaches("purpose")


def test_nothing_of_a_traveller_is_on_the_screen_or_in_the_state_after_stopping(cart: Any) -> None:
    begin(cart, 6, document_number="GONE00001", surname="VANISHING")
    cart.reaches("purpose")
    cart.touch("stop")
    assert cart.view() | {"sequence": 0} == {
        "station": "cart-1",
        "state": "start",
        "prompt": "start",
        "sequence": 0,
        "step": None,
        "finger": None,
        "tries": 0,
        "language": None,
        "booth": None,
        "warned": False,
    }
    assert "VANISHING" not in cart.page_text()


def test_killed_in_the_middle_it_comes_back_empty_and_ends_cleanly_when_told(stand: tuple[Any, Any]) -> None:
    cart, _ = stand
    cart.reaches("start")
    begin(cart, 6, document_number="KILLED001")
    cart.reaches("purpose")
    cart.process.kill()
    cart.process.wait()
    cart.lift()
    cart.start()
    assert cart.state() == "start"
    log = (cart.folder / "log").read_text()
    assert "SPECIMEN" not in log
    assert "KILLED001" not in log
    assert cart.stop() == 0
