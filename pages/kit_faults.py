"""Every fault the verifier can name, in words for an auditor; a test holds this list to the verifier's own."""

from __future__ import annotations

FAULTS: tuple[tuple[str, str], ...] = (
    (
        "NO_TRAIL",
        "There is no record in the folder you named. Name the one that holds `lanes`, `seals`, `checkpoints`.",
    ),
    ("ANOTHER_TRAIL", "The record is another one than your key is for. Ask which of the two is the wrong one."),
    ("OBJECT_ALTERED", "A file of the record has other bytes than when it was closed. The line says which entries."),
    ("MISSING_OBJECT", "A file that a closing names is gone."),
    ("ROOT_MISMATCH", "Files and closing do not give the fingerprint that was signed: one of them was changed."),
    ("SEAL_CHAIN_BROKEN", "A closing does not continue the one before it."),
    ("SEAL_GAP", "A closing in the middle is missing."),
    ("SEAL_UNREADABLE", "A closing is not written as one."),
    ("CHECKPOINT_MISSING", "A closing is not signed."),
    ("CHECKPOINT_WITHOUT_SEAL", "A signature vouches for a state that no closing shows."),
    (
        "SIGNATURE_INVALID",
        "A closing is signed with another key than yours. Compare the key once more, then report it.",
    ),
    (
        "COSIGNATURE_MISSING",
        "The countersigner has not vouched for the newest closing; the line says for which it did.",
    ),
    ("TAIL_TRUNCATED", "A signature vouches for more than is here: the newest closings are gone."),
    ("ROLLBACK", "The record is shorter than when your fingerprint was noted."),
    ("FORK", "The record was another one when your fingerprint was noted: its past has been rewritten."),
    ("STALE", "The last closing is over 36 hours old although one is due each day: this is no current copy."),
    ("NOT_CLOSED", "The study does not end here with its closing."),
    ("EXTRA_VERSION", "A file was stored a second time, or removed, or the version that was closed is not listed."),
    ("UNREADABLE", "A file of the record is there and could not be read. Make the copy anew."),
    ("LANE_CHAIN_BROKEN", "The files of one run do not follow each other."),
    ("MALFORMED_OBJECT", "A file of the record is not written for the place it is in."),
    ("NOT_AN_EVENT", "A line of the record is no entry."),
    ("NOT_CANONICAL", "A line is spelled in another way than the one allowed; somebody has written in it."),
    ("REPLAYED_OBJECT", "A file of the record stands in a second place."),
    ("UNSEALED_OLD", "A file says it is older than a closing that does not know it."),
    ("FOREIGN_OBJECT", "A file is no part of the record."),
    (
        "BACKDATED",
        "Entries say they were recorded before a closing that does not know them; the line says by how much.",
    ),
    ("CLOCK_BACKWARDS", "A closing says it is older than the one before it."),
    ("SEAL_TIME_DISAGREES", "A closing is older than what it names, or lies in the future."),
    ("ID_CONFLICT", "Two entries with one number say different things."),
    ("BROKEN_LINK", "An entry rests on another one that is not here as it was then."),
    ("CLAIM_UNTRACED", "A claim names nothing it rests on."),
    ("SIGNED_ACT_INVALID", "An entry that says it is signed by a person is not signed with that person's key."),
    ("ARTEFACT_ALTERED", "A file behind the record is another one than the record says."),
    ("ARTEFACT_MISSING", "A file behind the record is gone, and no erasure is recorded for it."),
    ("PROOF_INVALID", "The proof file does not prove its entry."),
)
"""Name and meaning; names of faults that only some inputs can show are among them."""
