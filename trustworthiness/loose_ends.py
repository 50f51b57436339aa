"""What hangs loose between claims, codings, codes, themes, memos and cases: to be asked about, not a fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from study import Event
from trustworthiness.lineage import Lineage


@dataclass(frozen=True, slots=True)
class Coded:
    """What was coded: ids of the codings that were imported, and the codes of the codebook."""

    codings: Collection[str]
    codes: Collection[str]


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """Ids, each list sorted. `codings` and `codes` are None where what was coded is not at hand."""

    claims: tuple[str, ...]
    transcripts: tuple[str, ...]
    codings: tuple[str, ...] | None
    codes: tuple[str, ...] | None
    themes: tuple[str, ...]
    memos: tuple[str, ...]
    negative_cases: tuple[str, ...]


def loose_ends(events: Collection[Event], lineage: Lineage, coded: Coded | None) -> LooseEnds:
    """Claims without codings, released transcripts never coded, codings no claim cites, codes under which nothing was
    coded, themes without codes, memos about nothing that no debriefing took up, negative cases without a disposition.

    Retracted claims cite nothing any more. A theme is without codes when the protocol gives it none.
    """
    standing = [claim for claim in lineage.claims if not claim.is_retracted]
    cited = {coding for claim in standing for coding in claim.record.excerpts}
    used = {"/".join(coding.split("/")[2:-1]) for coding in coded.codings} if coded else set()
    resolved = {e.data["case"] for e in events if e.kind == "negative_case.resolved"}
    raised = {str(e.data["case"]) for e in events if e.kind == "negative_case.raised"}
    return LooseEnds(
        claims=lineage.orphans.claims,
        transcripts=lineage.orphans.never_coded,
        codings=tuple(sorted(set(coded.codings) - cited)) if coded else None,
        codes=tuple(sorted(set(coded.codes) - used)) if coded else None,
        themes=tuple(sorted(theme for theme, codes in lineage.themes.items() if not codes)),
        memos=_memos(events),
        negative_cases=tuple(sorted(raised - resolved)),
    )


def _memos(events: Collection[Event]) -> tuple[str, ...]:
    """Memos whose latest version is about nothing on record, and whose words no debriefing took up."""
    debriefed = {reference for e in events if e.kind == "debriefing.held" for reference in _named(e)}
    latest: dict[str, Event] = {}
    for event in events:
        if event.kind == "memo.written":
            memo = str(event.data["memo"])
            latest[memo] = max(latest.get(memo, event), event, key=lambda e: (e.recorded_at, e.id))
    loose = (m for m, e in latest.items() if not e.data.get("about") and not {g.ref for g in e.generated} & debriefed)
    return tuple(sorted(loose))


def _named(event: Event) -> Collection[str]:
    return {reference.ref for reference in event.used}


LABELS: Mapping[str, str] = {
    "claims": "Claims without codings",
    "transcripts": "Released transcripts never coded",
    "codings": "Codings no claim cites",
    "codes": "Codes never used",
    "themes": "Themes without codes",
    "memos": "Memos about nothing on record, taken up by no debriefing",
    "negative_cases": "Negative cases open",
}
