"""The words of a proof: proven best only what is, with value, bound, gap, ties and the time limit."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from sampling import proof_in_words
from sampling.sample import Proof

BEST = Proof("optimal", "lexicographic", 3.99705882, 3.99705882, 0.0, 0.5495507, 0.5495507, "unique", 0.1)


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        (
            BEST,
            "Proven best: no other sample that keeps the rules is better on the declared attributes. Smallest distance "
            "0.5496 (bound 0.5496); sum of distances 3.9971 (bound 3.9971, gap 0 %). No other sample is as good.",
        ),
        (
            Proof("bounded", "max_sum", 4.0, 4.1, 0.025, 0.5, None, "unsettled", 60.0),
            "Not proven best: the time limit of 60 seconds ended the proof. Sum of distances 4.0000 (bound 4.1000, gap "
            "2.5 %). Whether another sample is as good was not settled.",
        ),
        (
            Proof("bounded", "max_min", 0.5, 0.6, 0.2, 0.5, 0.6, "lowest_ids", 60.0),
            "Not proven best: the time limit of 60 seconds ended the proof. Smallest distance 0.5000 (bound 0.6000, "
            "gap 20 %). Other samples are as good; the one with the lowest ids was taken.",
        ),
        (
            Proof("heuristic", "closeness", -1.5, None, None, None, None, "unsettled", 1.0),
            "Not proven best: a search found it, and how far the best possible lies from it is not known. Closeness "
            "-1.5000 (no bound).",
        ),
        (
            Proof("optimal", None, None, None, None, None, None, None, 0.0),
            "All who are eligible are chosen: there is no other sample.",
        ),
        (
            Proof("drawn", None, None, None, None, None, None, None, 0.0),
            "Drawn by the seed in the record: nothing is claimed to be best.",
        ),
    ],
    ids=lambda p: p.status if isinstance(p, Proof) else "",
)
def test_a_proof_says_no_more_than_is_proven(proof: Proof, said: str) -> None:
    assert " ".join(proof_in_words(asdict(proof), 60.0)) == said
