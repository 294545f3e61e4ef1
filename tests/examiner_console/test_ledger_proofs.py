"""Proofs against trees built by hand-written recursion, which shares nothing with the code (RFC 9162 §2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examiner_console.record.proofs import consistency, inclusion
from examiner_console.record.verification.offline import continues, includes
from examiner_console.record.verification.tree import GrowingTree

SIZES = st.integers(1, 300)
LEAVES = [hashlib.sha256(b"\x00" + n.to_bytes(2)).digest() for n in range(300)]
SLOW = settings(deadline=None)


def join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def mth(leaves: Sequence[bytes]) -> bytes:
    """Merkle tree hash, as §2.1.1 defines it."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return join(mth(leaves[:k]), mth(leaves[k:]))


def subtree(first: int, count: int) -> bytes:
    return mth(LEAVES[first : first + count])


def test_the_proofs_are_those_of_the_rfcs_worked_example() -> None:
    """Seven leaves, §2.1.5: the nodes a to l are joined here by hand."""
    d = LEAVES[:7]
    a, b, c, e, f, j = d[0], d[1], d[2], d[4], d[5], d[6]
    g, h, i = join(a, b), join(c, d[3]), join(e, f)
    k, ell = join(g, h), join(i, j)
    assert inclusion(0, 7, subtree) == [b, h, ell]
    assert inclusion(3, 7, subtree) == [c, g, ell]
    assert inclusion(4, 7, subtree) == [f, j, k]
    assert inclusion(6, 7, subtree) == [i, k]
    assert consistency(3, 7, subtree) == [c, d[3], g, ell]
    assert consistency(4, 7, subtree) == [ell]
    assert consistency(6, 7, subtree) == [i, j, k]
    assert mth(d) == join(k, ell)


def test_roots_of_the_smallest_trees() -> None:
    assert mth([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hashlib.sha256(b"\x00").hexdigest() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert consistency(5, 5, subtree) == []
    assert inclusion(0, 1, subtree) == []


@given(size=SIZES)
def test_the_tree_that_grows_is_the_tree_of_the_definition(size: int) -> None:
    tree = GrowingTree()
    for leaf in LEAVES[:size]:
        tree.push(leaf)
    assert tree.root() == mth(LEAVES[:size])
    assert tree.tiles == ({(1, 0): mth(LEAVES[:256])} if size >= 256 else {})


@SLOW
@given(size=SIZES, data=st.data())
def test_every_leaf_is_proved_and_no_other_is(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    path, root = inclusion(index, size, subtree), mth(LEAVES[:size])
    assert includes(LEAVES[index], index, size, path, root)
    assert includes(LEAVES[other], index, size, path, root) == (other == index)
    assert includes(LEAVES[index], other, size, path, root) == (other == index)
    assert not includes(LEAVES[index], index, size, [*path, root], root)
    assert not includes(LEAVES[index], size, size, path, root)


@SLOW
@given(size=SIZES, data=st.data())
def test_a_tree_continues_every_tree_it_grew_from(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    path = consistency(old, size, subtree)
    old_root, new_root = mth(LEAVES[:old]), mth(LEAVES[:size])
    assert continues(old, size, path, old_root, new_root)
    assert not continues(old, size, path, bytes(32), new_root)
    assert not continues(old, size, path, old_root, bytes(32))
    assert not continues(old, size, [*path, new_root], old_root, new_root)


@SLOW
@given(size=st.integers(2, 300), data=st.data())
def test_a_proof_with_one_bit_turned_proves_nothing(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    root = mth(LEAVES[:size])
    assert _breaks(inclusion(index, size, subtree), data, lambda p: includes(LEAVES[index], index, size, p, root))
    old_root = mth(LEAVES[:old])
    assert _breaks(consistency(old, size, subtree), data, lambda p: continues(old, size, p, old_root, root))


def _breaks(path: list[bytes], data: st.DataObject, holds: Callable[[list[bytes]], bool]) -> bool:
    node = data.draw(st.integers(0, len(path) - 1))
    bit = data.draw(st.integers(0, 255))
    turned = (int.from_bytes(path[node]) ^ 1 << bit).to_bytes(32)
    return not holds([*path[:node], turned, *path[node + 1 :]])


@SLOW
@given(size=st.integers(2, 300), data=st.data())
def test_a_tree_that_changed_an_old_leaf_continues_nothing(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    forged = [*LEAVES[:size]]
    forged[changed] = bytes(32)
    path = consistency(old, size, lambda first, count: mth(forged[first : first + count]))
    assert not continues(old, size, path, mth(LEAVES[:old]), mth(forged))


@given(size=SIZES, index=st.integers(-400, 400))
def test_what_is_not_in_the_tree_has_no_proof(size: int, index: int) -> None:
    assume(not 0 <= index < size)
    for ask in (lambda: inclusion(index, size, subtree), lambda: consistency(index or size + 1, size, subtree)):
        try:
            proof = ask()
        except ValueError:
            continue
        assert index == size, "only a tree and itself"
        assert proof == []
