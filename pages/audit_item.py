"""The words beside an item that an auditor reads at the study: what is here, what is not and why, how to check it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

CONSENT = ("transcript", "speaker", "consent_record", "form", "version", "given_on", "scopes_given")


def table_csv(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table as CSV in UTF-8 with Unix line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def item_readme(
    visit: str,
    claim: str,
    auditor: str,
    present: Iterable[str],
    day: str,
    files: Iterable[str],
    shut: Mapping[str, int],
) -> bytes:
    """What the auditor reads first; it names files and counts, never a person or their words."""
    lines = [
        f"# Visit {visit}, claim {claim}",
        "",
        f"Opened on {day} for {auditor}, with {', '.join(present)} present. It is read here and nowhere else: nothing",
        "is copied or photographed, and the folder is removed when the visit is closed. Every opening is recorded.",
        "",
        "## What is here",
        "",
        *(f"- `{path}`" for path in sorted(files)),
        "- `codings.csv`: the coded segments that the claim names, of these transcripts. This list is made for you and",
        "  is not itself in the trail: find each quote in its transcript, turns `start` to `end`.",
        "- `consent.csv`: for each speaker (by trail code) the consents on record. Each `consent_record` is an entry",
        "  of the trail; have it proved with `fieldtrail trail prove TRAIL consent_record`.",
        "",
        "## What is not here, and why",
        "",
        *([f"- {count}: {why}" for why, count in shut.items()] or ["Nothing of what the claim names was left out."]),
        "",
        "## Check that these are the files the trail names",
        "",
        "With your own verifier and the study's public key, in this folder:",
        "",
        "```",
        "python3 -I verify_trail.py TRAIL --key trail.vkey --artefacts study --keys restricted --part",
        "```",
        "",
        "`ARTEFACT_ALTERED` names a file that is not as it was recorded last. How many files of the study are not in",
        "this part is said in a note. The keys here open these files' fingerprints and no others.",
    ]
    return ("\n".join(lines) + "\n").encode()
