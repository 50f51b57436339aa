"""Where the study stands: every fold of the trail, joined with what only restricted/ knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from evidence import VerdictCounts, fold_verdicts
from recruitment import ConsentLedger, Recruitment, fold_consent, fold_recruitment
from recruitment.coverage import consent_coverage
from sampling import SampleState, fold_sample
from study import Event, Query
from study.decisions import Taken
from study.query import QueryRecord, fold_queries
from tasks.queries import read_query
from tasks.verification import decisions, verified
from tasks.workspace import Workspace
from trail import Verdict
from trustworthiness import MemberChecks, fold_member_checks


@dataclass(frozen=True, slots=True)
class Standing:
    """The study as folded from its trail on one day; `words` are the queries' texts by fingerprint."""

    study: str
    day: str
    events: tuple[Event, ...]
    event_count: int
    sample: SampleState
    recruitment: Recruitment
    ledger: ConsentLedger
    consent: dict[str, int]
    scopes: dict[str, tuple[int, int]]
    transcripts: VerdictCounts
    surveys: VerdictCounts
    queries: dict[str, QueryRecord]
    words: dict[str, Query]
    member_checks: MemberChecks
    decisions: tuple[Taken, ...]
    verdict: Verdict

    @property
    def open_queries(self) -> tuple[Query, ...]:
        """Open queries with their words, blocking ones first, then by place."""
        rank = {"block": 0, "review": 1, "inform": 2}
        found = [self.words[f] for f, r in self.queries.items() if r.state == "open" and f in self.words]
        return tuple(sorted(found, key=lambda q: (rank[q.severity], q.where, q.check)))

    def recorded_since(self, moment: str) -> frozenset[str]:
        """Ids of the events recorded at or after a time (RFC 3339 UTC)."""
        return frozenset(event.id for event in self.events if event.recorded_at >= moment)

    def document(self) -> dict[str, Any]:
        """What `fieldtrail status --json` prints."""
        states: dict[str, dict[str, int]] = {}
        for record in self.queries.values():
            by_severity = states.setdefault(record.state, {"block": 0, "review": 0, "inform": 0})
            by_severity[record.severity] += 1
        return {
            "study": self.study,
            "day": self.day,
            "events": self.event_count,
            "sample": list(self.sample.selected),
            "recruitment": dict(Counter(self.recruitment.states.values())),
            "consent": self.consent,
            "transcripts": dict(self.transcripts),
            "surveys": dict(self.surveys),
            "queries": states,
            "member_checks": self.member_checks.by_step,
            "trail": {
                "size": self.verdict.size,
                "root": self.verdict.root,
                "seals": self.verdict.seals,
                "verdict": "PASS" if self.verdict.ok else "FAIL",
            },
        }


def stand(place: Workspace) -> Standing:
    """Fold the trail and verify it."""
    folded = place.events()
    ledger = fold_consent(folded)
    coverage = consent_coverage(ledger, place.today)
    offered = {scope for versions in ledger.forms.values() for version in versions for scope in version.scopes}
    recruitment = fold_recruitment(folded)
    queries = fold_queries(folded)
    read = {fingerprint: read_query(place, fingerprint) for fingerprint in queries}
    verdicts = fold_verdicts(folded)
    return Standing(
        study=place.protocol.id,
        day=place.today.isoformat(),
        events=tuple(folded),
        event_count=place.trail.event_count,
        sample=fold_sample(folded),
        recruitment=recruitment,
        ledger=ledger,
        consent={
            "in_force": coverage.in_force,
            "lapsed": coverage.lapsed + coverage.not_valid,
            "withdrawn": coverage.withdrawn,
            "reconsent_due": coverage.reconsent_due,
        },
        scopes={s: (w.get("in_force", 0), sum(w.values())) for s, w in coverage.scopes.items() if s in offered},
        transcripts=verdicts.transcripts,
        surveys=verdicts.surveys,
        queries=queries,
        words={f: query for f, query in read.items() if query is not None},
        member_checks=fold_member_checks(folded),
        decisions=decisions(place.protocol, folded),
        verdict=verified(place),
    )
