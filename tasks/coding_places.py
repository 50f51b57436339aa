"""Where the segments under each code stood at the last run, by codebook, so that moves between codes can be proposed.

Kept under restricted/codings/: transcript, coder, turns and code, no word. What is lost here costs a proposal only.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from analysis.codebook_change import Place
from study.objects import FolderStore, NotStored
from tasks.workspace import Workspace

FOLDER = "codings/"

Places = Mapping[str, Collection[Place]]


def places_of(segments: pd.DataFrame | None) -> dict[str, set[Place]]:
    """The places of the segments under each code; `segments` as in Codings."""
    found: dict[str, set[Place]] = {}
    if segments is None:
        return found
    for transcript, coder, code, start, end in segments[["transcript", "coder", "code", "start", "end"]].itertuples(
        index=False
    ):
        found.setdefault(str(code), set()).add((str(transcript), str(coder), int(start), int(end)))
    return found


def kept_places(place: Workspace, codebook: str) -> dict[str, set[Place]]:
    """The places kept for a codebook by its digest; none where nothing is kept."""
    try:
        stored = json.loads(place.restricted.get(_key(codebook)))
    except NotStored:
        return {}
    return {code: {(t, c, s, e) for t, c, s, e in places} for code, places in stored["places"].items()}


def keep_places(place: Workspace, codebook: str, placed: Places, released: Collection[str]) -> None:
    """Keep the places of today, and of earlier codebooks those in transcripts that are still released."""
    body = _body(placed)
    older = [stored.key for stored in place.restricted.list(FOLDER) if stored.key != _key(codebook)]
    for key in older:
        kept = json.loads(place.restricted.get(key))["places"]
        still = {code: [p for p in places if p[0] in released] for code, places in kept.items()}
        if still != kept:
            place.restricted.put(key, _body(still))
    try:
        if place.restricted.get(_key(codebook)) == body:
            return
    except NotStored:
        pass
    place.restricted.put(_key(codebook), body)


def forget_places(restricted: FolderStore) -> None:
    """Take all of it away, every version: it tells where somebody was coded."""
    for key in sorted({stored.key for stored in restricted.list_versions(FOLDER)}):
        restricted.erase_all_versions(key)


def _key(codebook: str) -> str:
    return f"{FOLDER}{codebook[:16]}.json"


def _body(placed: Mapping[str, Iterable[Sequence[str | int]]]) -> bytes:
    places = {code: sorted(list(place) for place in placed[code]) for code in sorted(placed)}
    return json.dumps({"places": places}, separators=(",", ":")).encode()
