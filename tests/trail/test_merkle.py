"""The tree is RFC 6962's: its published roots, and pymerkle's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from trail.merkle import (
    EMPTY_ROOT,
    Frontier,
    Span,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of_path,
)
from trail.verify_trail import grown as verifiers_tree
from trail.verify_trail import root_above, root_of

# Certificate Transparency's reference inputs and roots (certificate-transparency-go, merkle tests).
INPUTS = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip  # noqa: E501
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    tree = Frontier().grown(map(leaf_hash, INPUTS[:size]))
    assert tree.root.hex() == ROOTS[size - 1]


def test_an_empty_tree() -> None:
    assert Frontier().root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=70))
def test_as_pymerkle_and_the_verifier_compute_it(leaves: list[bytes]) -> None:
    theirs: Any = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        theirs.append_entry(leaf)
    ours = Frontier().grown(map(leaf_hash, leaves))
    if leaves:
        assert ours.root == theirs.get_state()
        cut = len(leaves) // 3
        verifiers = verifiers_tree(
            verifiers_tree([], 0, list(map(leaf_hash, leaves[:cut]))), cut, list(map(leaf_hash, leaves[cut:]))
        )
        assert (verifiers, root_of(verifiers)) == (list(ours.nodes), ours.root)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=40), st.integers(0, 40))
def test_growing_in_parts_is_growing_at_once(leaves: list[bytes], cut: int) -> None:
    hashes = list(map(leaf_hash, leaves))
    assert Frontier().grown(hashes[:cut]).grown(hashes[cut:]) == Frontier().grown(hashes)


def test_a_frontier_with_other_nodes_than_its_size_has() -> None:
    for size, nodes in [(3, (b"a" * 32,)), (1, (b"short",)), (-1, ())]:
        with pytest.raises(ValueError, match="one 32-byte hash"):
            Frontier(size, nodes)


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


@pytest.fixture(scope="module")
def grown() -> list[Frontier]:
    """The tree of hashes(70) at every size."""
    return [Frontier().grown(hashes(70)[:size]) for size in range(71)]


@pytest.mark.slow
def test_every_consistency_proof_up_to_70_is_the_standards_and_holds(grown: list[Frontier]) -> None:
    leaves = hashes(70)
    theirs: Any = InmemoryTree(algorithm="sha256")
    for number in range(70):
        theirs.append_entry(b"%d" % number)
    for old in range(71):
        span = Span(old, old)
        for size in range(old, 71):
            proof = consistency_proof(grown[old], span)
            assert is_consistent(old, grown[old].root, size, grown[size].root, proof)
            if 0 < old < size:
                assert list(proof) == subproof(old, leaves[:size], True)
                # pymerkle writes other nodes into its proofs than RFC 6962 does, between the same roots.
                verify_consistency(grown[old].root, grown[size].root, theirs.prove_consistency(old, size))
                assert not is_consistent(old, grown[old - 1].root, size, grown[size].root, proof)
                assert not is_consistent(old, grown[old].root, size, grown[size - 1].root, proof)
                assert not is_consistent(old, grown[old].root, size, grown[size].root, proof[:-1])
                assert not is_consistent(old, grown[old].root, size, grown[size].root, (*proof, b"\0" * 32))
            span = span.grown(leaves[size : size + 1])


@pytest.mark.slow
def test_every_inclusion_proof_up_to_70_is_pymerkles_and_holds(grown: list[Frontier]) -> None:
    leaves = hashes(70)
    theirs: Any = InmemoryTree(algorithm="sha256")
    for number in range(70):
        theirs.append_entry(b"%d" % number)
    for index in range(70):
        span = Span(index + 1, index + 1)
        for size in range(index + 1, 71):
            path = inclusion_proof(grown[index], leaves[index], span)
            assert root_of_path(leaves[index], index, size, path) == grown[size].root
            theirs_path = _path_of(theirs.prove_inclusion(index + 1, size))
            assert list(path) == [node for node in theirs_path if node != leaves[index]]
            assert root_of_path(leaves[index], index, size, (*path, b"\0" * 32)) is None
            if path:
                assert root_of_path(leaves[index], index, size, path[:-1]) is None
                assert root_of_path(leaves[index - 1], index, size, path) != grown[size].root
            span = span.grown(leaves[size : size + 1])


def _path_of(proof: Any) -> list[bytes]:
    """The nodes of one of pymerkle's proofs; it puts the leaf itself, or the old root, among them."""
    return [bytes.fromhex(node) for node in proof.serialize()["path"]]


# RFC 6962's own definitions (2.1, 2.1.1, 2.1.2), over all leaves.
def mth(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    k = split(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path_of(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path_of(m, leaves[:k]), mth(leaves[k:])]
    return [*path_of(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def split(n: int) -> int:
    return max(k for k in (1 << i for i in range(20)) if k < n)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(1, 700), st.data())
def test_proofs_are_the_standards_definitions(size: int, data: st.DataObject) -> None:
    old, index = data.draw(st.integers(1, size)), data.draw(st.integers(0, size - 1))
    cut = data.draw(st.integers(old, size))
    leaves = hashes(size)
    before = Frontier().grown(leaves[:old])
    proof = consistency_proof(before, Span(old, old).grown(leaves[old:cut]).grown(leaves[cut:]))
    assert list(proof) == subproof(old, leaves, True)
    path = inclusion_proof(
        Frontier().grown(leaves[:index]), leaves[index], Span(index + 1, index + 1).grown(leaves[index + 1 :])
    )
    assert list(path) == path_of(index, leaves)
    root = mth(leaves)
    assert root_of_path(leaves[index], index, size, path) == root_above(leaves[index], index, size, list(path)) == root
    assert is_consistent(old, before.root, size, root, proof)
    for position, node in enumerate(proof):
        altered = [*proof[:position], bytes([node[0] ^ 1, *node[1:]]), *proof[position + 1 :]]
        assert not is_consistent(old, before.root, size, root, altered)
    for wrong in (index - 1, index + 1):
        assert root_of_path(leaves[index], wrong, size, path) != root


def test_what_precedes_every_tree_and_what_precedes_none(grown: list[Frontier]) -> None:
    assert is_consistent(0, EMPTY_ROOT, 5, grown[5].root, ())
    assert not is_consistent(0, grown[1].root, 5, grown[5].root, ())
    assert not is_consistent(0, EMPTY_ROOT, 5, grown[5].root, [grown[5].root])
    assert is_consistent(5, grown[5].root, 5, grown[5].root, ())
    assert not is_consistent(5, grown[5].root, 5, grown[4].root, ())
    assert not is_consistent(6, grown[6].root, 5, grown[5].root, ())
    assert not is_consistent(4, grown[4].root, 5, grown[5].root, ())
    assert not is_consistent(-1, EMPTY_ROOT, 5, grown[5].root, ())
    for index, size in [(-1, 5), (5, 5), (0, 0)]:
        assert root_of_path(leaf_hash(b"0"), index, size, ()) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Span(3, 2),
        lambda: Span(0, 3, (b"a" * 32,)),
        lambda: consistency_proof(Frontier(), Span(1, 1)),
        lambda: inclusion_proof(Frontier(), b"a" * 32, Span(2, 2)),
    ],
)
def test_spans_that_do_not_fit(make: Any) -> None:
    with pytest.raises(ValueError, match="span"):
        make()
