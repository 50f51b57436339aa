"""What a verified trail does not say, in plain words; the verifier's own stand in the dossier's annex."""

from __future__ import annotations

import re
from collections.abc import Iterable

PLAIN: tuple[tuple[str, str], ...] = (
    (
        r"NOT_CHECKED (\d+) artefacts",
        "Files behind the records (transcripts, forms, registers) were not read again: {}. The trail keeps a "
        "fingerprint of each, by which a changed file can be told.",
    ),
    (
        r"No --pin",
        "Whether the newest records were cut off shows only beside an earlier printed fingerprint: note it outside "
        "this computer now and then.",
    ),
    (r"No --now", "Nothing here says that this is the latest copy of the trail."),
    (r"Integrity is not truth", "Unaltered is not true: what was wrong when it was entered is still wrong."),
    (r"Who acted is as declared", "Who did something is as declared, unless the person signed for it."),
    (
        r"`occurred`",
        "The day something happened is what somebody wrote down; only the time of recording is protected, and only up "
        "to a printed fingerprint noted elsewhere.",
    ),
    (
        r"An act never recorded",
        "What was never recorded, or was lost before a closing, does not show; what happened before the trail began "
        "was entered later.",
    ),
    (
        r"The holder of the key",
        "Whoever holds the study's signing key could rewrite what no printed fingerprint noted elsewhere covers.",
    ),
    (
        r"Before sealing",
        "Before a closing, loss shows only where the store keeps every version of an object.",
    ),
    (
        r"No --versions",
        "What was removed or replaced before a closing shows only in a list of the store's versions, which was not "
        "given.",
    ),
    (r"There is no countersigner", "Nobody outside the study vouches for the trail with a key of their own."),
    (r"(\d+) cosignatures were NOT_CHECKED", "Signatures of somebody outside the study that were not checked: {}."),
    (r"(\d+) signed entries were NOT_CHECKED", "Signed records whose signature was not checked: {}."),
    (
        r"Linked is not supported",
        "A claim linked to its evidence is not yet supported by it: that is the auditor's judgement.",
    ),
    (
        r"After an erasure",
        "After an erasure the trail still shows that there were records; that stays personal data as long as anybody "
        "can tell whose they were.",
    ),
    (r"(\d+) events are not sealed yet", "Records that the next closing takes in: {}."),
    (r"(\d+) objects arrived after", "Entries that came after their run had been given up as stopped: {}."),
    (r"(\d+) objects were stored over", "Entries stored more than 15 minutes off the time they give: {}."),
    (r"(\d+) objects were rejected", "Foreign or broken entries that are no part of the trail: {}."),
    (r"Links, and objects", "Because something is missing, links between records were not looked at."),
)
"""How the verifier's sentence begins, and the plain one; braces take its number."""


ASSURANCE = {"declared": "declared only", "authenticated": "signed in", "signed": "signed"}
"""How sure it is that the person named took a decision."""


def plain_limits(limits: Iterable[str]) -> tuple[str, ...]:
    """The verifier's notes and limits in plain words, each once, in order; one without plain words stays as it is."""
    return tuple(dict.fromkeys(_plain(limit) for limit in limits))


def _plain(limit: str) -> str:
    for pattern, words in PLAIN:
        if found := re.match(pattern, limit):
            return words.format(*found.groups())
    return limit
