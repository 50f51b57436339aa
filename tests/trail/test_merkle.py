"""The tree is RFC 6962's: its published roots, and pymerkle's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from trail.merkle import EMPTY_ROOT, Frontier, leaf_hash
from trail.verify_trail import Tree

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
    verifier = Tree(0, [])
    for leaf in leaves:
        theirs.append_entry(leaf)
        verifier.append(leaf)
    ours = Frontier().grown(map(leaf_hash, leaves))
    if leaves:
        assert ours.root == theirs.get_state()
        assert verifier.stated() == {
            "frontier": [n.hex() for n in ours.nodes],
            "root": ours.root.hex(),
            "size": ours.size,
        }


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=40), st.integers(0, 40))
def test_growing_in_parts_is_growing_at_once(leaves: list[bytes], cut: int) -> None:
    hashes = list(map(leaf_hash, leaves))
    assert Frontier().grown(hashes[:cut]).grown(hashes[cut:]) == Frontier().grown(hashes)


def test_a_frontier_with_other_nodes_than_its_size_has() -> None:
    for size, nodes in [(3, (b"a" * 32,)), (1, (b"short",)), (-1, ())]:
        with pytest.raises(ValueError, match="one 32-byte hash"):
            Frontier(size, nodes)
