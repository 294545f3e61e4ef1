"""What was erased is gone: no byte of its key is left in a SQLite file or its log, and a leaf says that it went."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from examiner_console.console import Console
from examiner_console.contract import EvidenceBundle, EvidenceKind
from examiner_console.database import Store
from examiner_console.record import evidence, verify
from examiner_console.record.evidence import ERASED, KINDS, EvidenceErased, NoSuchEvidence, Vault, erase
from examiner_console.record.receipts import Category, Ground
from examiner_console.tables import category_keys, evidence_keys, ledger, receipts
from examiner_console.tables import evidence as pictures_table
from examiner_console.upkeep import ledger_key
from tests.examiner_console.samples import NOW, arrival, pictures
from tests.examiner_console.test_casework import report

VAULT = Vault(bytes(range(32)))
BUNDLES = 90
"""More wrapped keys than fit one page, so that pages split and fill while the test runs."""


@contextmanager
def filled(template: bytes) -> Iterator[tuple[Path, Store, list[EvidenceBundle]]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "console.sqlite"
        file.write_bytes(template)
        store = Store(f"sqlite:///{file}")
        bundles = [pictures(uuid4()) for _ in range(BUNDLES)]
        for first in range(0, BUNDLES, 30):
            some = bundles[first : first + 30]
            asyncio.run(store.write(lambda c, some=some: [VAULT.store(c, one, b"", NOW) for one in some]))
        yield file, store, bundles
        store.close()


def on_disk(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in file.parent.iterdir())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_an_erased_key_is_left_anywhere_on_disk(sqlite_template: bytes, data: st.DataObject) -> None:
    with filled(sqlite_template) as (file, store, _):
        query = select(category_keys.c.inspection, category_keys.c.category, category_keys.c.wrapped)
        kept = {(i, c): w for i, c, w in asyncio.run(store.read(lambda c: c.execute(query).all()))}
        rows = select(pictures_table.c.inspection, pictures_table.c.sealed)
        sealed = dict(asyncio.run(store.read(lambda c: c.execute(rows).all())))
        assert all(wrapped in on_disk(file) for wrapped in kept.values())
        victims = data.draw(st.lists(st.sampled_from(sorted(kept)), min_size=1, max_size=60, unique=True))
        together = data.draw(st.integers(1, 20))
        for first in range(0, len(victims), together):
            some = victims[first : first + together]
            asyncio.run(store.write(lambda c, some=some: [_erase(c, *victim) for victim in some]))
        assert asyncio.run(store.fold_log())
        left = on_disk(file)
        assert [victim for victim in victims if kept[victim] in left] == []
        assert [one for one in kept if one not in victims and kept[one] not in left] == []
        both = [i for i, _ in victims if all((i, category) in victims for category in ("live_faces", "prints"))]
        assert [inspection for inspection in both if sealed[inspection] in left] == []


def _erase(connection, inspection, category) -> None:  # type: ignore[no-untyped-def]
    assert erase(connection, inspection, [Category(category)], NOW, Ground.ORDER, "a test's") == 1


def test_one_category_goes_and_the_others_stay(sqlite_template: bytes) -> None:
    with filled(sqlite_template) as (_, store, bundles):
        victim = bundles[40].inspection
        asyncio.run(store.write(lambda c: _erase(c, victim, "live_faces")))
        with pytest.raises(EvidenceErased):
            asyncio.run(store.read(lambda c: VAULT.open(c, victim, "1")))
        assert asyncio.run(store.read(lambda c: VAULT.open(c, victim, "2")))[1] == bundles[40].items[1].data
        assert asyncio.run(store.read(lambda c: VAULT.open(c, bundles[41].inspection, "1")))[0] == "image/jpeg"
        with pytest.raises(NoSuchEvidence):
            asyncio.run(store.read(lambda c: VAULT.open(c, bundles[41].inspection, "3")))


def test_who_still_reads_the_old_state_delays_the_folding_and_nobody_else(sqlite_template: bytes) -> None:
    with filled(sqlite_template) as (file, store, bundles):
        reader = sqlite3.connect(file, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM evidence").fetchone()
        asyncio.run(store.write(lambda c: _erase(c, bundles[0].inspection, "prints")))
        assert not asyncio.run(store.fold_log())
        asyncio.run(store.write(lambda c: _erase(c, bundles[1].inspection, "prints")))
        reader.close()
        assert asyncio.run(store.fold_log())
        assert file.with_name("console.sqlite-wal").stat().st_size == 0


def test_erasing_again_writes_no_second_receipt(sqlite_template: bytes) -> None:
    with filled(sqlite_template) as (_, store, bundles):
        for expected in (2, 0):
            gone = asyncio.run(
                store.write(lambda c: erase(c, bundles[0].inspection, KINDS, NOW, Ground.ORDER, "an order", "akazawa"))
            )
            assert gone == expected
        assert len(asyncio.run(store.read(lambda c: c.execute(select(receipts)).all()))) == 2


@pytest.mark.anyio
async def test_the_receipt_says_what_when_and_why_and_the_ledger_still_holds(console: Console) -> None:
    """On SQLite and PostgreSQL."""
    seen = arrival()
    await report(console, seen, evidence=True)
    await console.referrals.erase_evidence(seen.id, "akazawa")
    found = await console.store.read(lambda c: c.execute(select(receipts).order_by(receipts.c.category)).all())
    bodies = [json.loads(bytes(row.body)) for row in found]
    assert [body["category"] for body in bodies] == ["live_faces", "prints"]
    for body in bodies:
        assert (body["ground"], body["officer"], body["items"]) == ("order", "akazawa", 1)
        assert body["records"] == [str(seen.id)]
        assert body["at"].startswith("2026-11-23T03:00")
    query = select(ledger.c.body).order_by(ledger.c.position)
    leaves = await console.store.read(lambda c: list(c.execute(query).scalars()))
    assert [json.loads(bytes(leaf))["kind"] for leaf in leaves] == ["decision", "receipt", "receipt", "action"]
    assert _holds(console).holds


@pytest.mark.anyio
async def test_a_receipt_taken_out_or_edited_is_found(console: Console) -> None:
    seen = arrival()
    await report(console, seen, evidence=True)
    await console.referrals.erase_evidence(seen.id, "akazawa")
    await console.store.write(lambda c: c.execute(receipts.update().values(body=b"{}")))
    assert set(_holds(console).found) == {"record_changed", "copy_changed"}
    await console.store.write(lambda c: c.execute(receipts.delete()))
    assert _holds(console).found == {"record_missing": 2}


@pytest.mark.anyio
async def test_pictures_from_before_keys_went_by_category_open_and_erase(console: Console) -> None:
    """Version 0001 sealed a whole bundle under one key."""
    seen, key = arrival(), AESGCM.generate_key(256)
    await report(console, seen)
    master = Vault(console.settings.master_key.read_bytes())
    bundle = pictures(seen.id)

    def as_before(connection) -> None:  # type: ignore[no-untyped-def]
        row = {"inspection": seen.id, "payload_sha256": b"", "stored_at": NOW}
        connection.execute(insert(evidence_keys).values(**row, wrapped=aes_key_wrap(master.master_key, key)))
        for n, item in enumerate(bundle.items, start=1):
            sealed = evidence.sealed(key, item.data, evidence._context(seen.id, str(n)))
            facts = {"kind": item.kind.value, "media_type": item.media_type, "label": item.label}
            connection.execute(insert(pictures_table).values(inspection=seen.id, id=str(n), sealed=sealed, **facts))

    await console.store.write(as_before)
    assert (await console.referrals.evidence(seen.id, "2", "hoshikawa"))[1] == bundle.items[1].data
    await console.store.write(lambda c: _erase(c, seen.id, "live_faces"))
    assert (await console.referrals.evidence(seen.id, "2", "hoshikawa"))[1] == bundle.items[1].data
    await console.store.write(lambda c: _erase(c, seen.id, "prints"))
    [row] = await console.store.read(lambda c: c.execute(select(evidence_keys)).all())
    assert (row.wrapped, row.erased_at) == (None, NOW)


def test_every_kind_of_picture_has_a_period() -> None:
    assert {kind for kinds in KINDS.values() for kind in kinds} == set(EvidenceKind)
    assert len(ERASED) == len(aes_key_wrap(bytes(32), bytes(32)))


def _holds(console: Console) -> verify.Report:
    return verify.verify(console.store.url, ledger_key(console.settings).public_key().public_bytes_raw())
