"""Files judged by what was measured on them: Great Expectations over features, in batches, to queries and verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from evidence.measure import FEATURES, Expected, measure_expected
from evidence.measured import Measured, together
from evidence.reading import Reading
from evidence.similarity import Likeness
from expectations.check import Suite
from expectations.transcript_suites import Judgement, MeasuredFile, judge
from expectations.validate import State
from study import Fact, Query, Subject
from study.identifiers import event_id
from study.query import Verdict
from tasks.compact import Numbers, Row
from tasks.progress import step
from tasks.readings import Readings, shelf_of
from tasks.transcript_files import TranscriptFile, received_fact
from tasks.transcript_reading import CHANGED, MEGABYTES, SECONDS, Looked
from tasks.transcript_rules import Rules
from tasks.workspace import Workspace

TOGETHER = 500
"""Files judged in one pass of Great Expectations, whose tables are in memory at one time."""

LIKE_OTHERS = ("TR041", "TR042")

_WHY_DIED = {
    "time": f"reading it took longer than {SECONDS:g} s, the most for one file; save it anew as plain text",
    "memory": f"reading it took more than {MEGABYTES:,} MB, the most for one file; save it anew as plain text",
}
_CHANGED = "the file changed while it was read; the next run reads it again"
_STOPPED = "the file stops the program that reads it; save it anew as plain text, and report its layout"


@dataclass(frozen=True, slots=True)
class JudgedTranscript:
    """One file after this run; `validated` is None where nothing had to be judged again.

    `features` are all its measurements and `states` how each check went (by check id), also of a file judged by an
    earlier run, as far as its reading is kept.
    """

    file: TranscriptFile
    verdict: Verdict
    queries: tuple[Query, ...] = ()
    validated: Fact | None = None
    format: str = "unknown"
    features: Mapping[str, float | None] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs besides the files, by path: what the registers expect, the rules, likeness, who died; and the
    `only` suite, where not all of them."""

    place: Workspace
    readings: Readings
    looked: Looked
    rules: Mapping[str, Rules]
    expected: Mapping[str, Expected] = field(default_factory=dict)
    alike: Mapping[str, Likeness] = field(default_factory=dict)
    only: Suite | None = None

    def met(self, file: TranscriptFile, *, is_like_others: bool) -> str:
        """What a judgement of the file meets beyond the rules: see `Rules`."""
        died, kept = self.looked.died.get(file.path), self.readings.kept.get(file.reference.ref)
        if died is not None or kept is None:
            return f"died {died.reason if died else 'failed'}"
        today = self.place.today.isoformat()
        met = [f"on {today}"] if self.expected and kept.day > today else []
        if is_like_others and file.path in self.alike:
            met += [str(self.rules[path].file.reference.hmac) for path in self.alike[file.path].others]
        return " ".join(met)

    def stands(self, file: TranscriptFile) -> bool:
        """Whether the last judgement of the file is what it would be judged now."""
        kept, rules = self.readings.kept.get(file.reference.ref), self.rules[file.path]
        if kept is None or file.path in self.looked.died or kept.rules != rules.last:
            return False
        was_like = any(kept.states.get(check) == "failed" for check in LIKE_OTHERS)
        return rules.stands(self.met(file, is_like_others=was_like))

    def as_it_stands(self, file: TranscriptFile) -> JudgedTranscript:
        """A file that is not judged again."""
        kept = self.readings.kept[file.reference.ref]
        states: Mapping[str, State] = kept.states  # type: ignore[assignment]
        return JudgedTranscript(file, self.rules[file.path].verdict, (), None, kept.format, kept.features, states)


def judge_files(bench: Bench, files: Collection[TranscriptFile]) -> Iterator[JudgedTranscript]:
    """Judge files, so many at a time, and keep how they were judged beside their readings."""
    ordered = sorted(files, key=lambda file: (shelf_of(file.reference.ref), file.path))
    for start in range(0, len(ordered), TOGETHER):
        batch = ordered[start : start + TOGETHER]
        judged = _judge_batch(bench, batch)
        bench.readings.judge({j.file.reference.ref: _kept(j) for j in judged if j.file.path not in bench.looked.died})
        step("Judging files", start + len(batch), len(ordered))
        yield from judged


def _judge_batch(bench: Bench, files: list[TranscriptFile]) -> list[JudgedTranscript]:
    readings = bench.readings.readings([f.reference.ref for f in files if f.path not in bench.looked.died])
    measured = [_measured(bench, file, readings.get(file.reference.ref)) for file in files]
    judgements = judge(measured, study=bench.place.protocol, only=bench.only)
    return [
        _judged(bench, file, readings.get(file.reference.ref), of_it, judgements.by_ref[file.reference.ref])
        for file, of_it in zip(files, measured, strict=True)
    ]


def _measured(bench: Bench, file: TranscriptFile, reading: Reading | None) -> MeasuredFile:
    """Every feature of a file; of one that could not be read only that."""
    if reading is None or reading.text is None:
        died = bench.looked.died.get(file.path)
        why = _CHANGED if died == CHANGED else _WHY_DIED.get(died.reason, _STOPPED) if died else _STOPPED
        measured = Measured({**dict.fromkeys(FEATURES), "open_faults_count": 1}, {"open_faults_count": why})
    else:
        expected = bench.expected.get(file.path)
        held = [measure_expected(reading.text, expected, reading.leaks)] if expected else []
        measured = together([*reading.parts, *held], FEATURES)
    return MeasuredFile(file.subject, file.reference.ref, file.path, measured, bench.alike.get(file.path))


def _judged(
    bench: Bench, file: TranscriptFile, reading: Reading | None, measured: MeasuredFile, judgement: Judgement
) -> JudgedTranscript:
    queries, states = judgement.queries, judgement.states
    counts = {level: sum(query.severity == level for query in queries) for level in ("block", "review", "inform")}
    verdict: Verdict = "blocked" if counts["block"] else "review" if counts["review"] else "passed"
    if reading is None or not reading.is_readable:
        verdict = "unreadable"
    received = received_fact(bench.place, file)
    met = bench.met(file, is_like_others=any(states.get(check) == "failed" for check in LIKE_OTHERS))
    validated = Fact(
        f"{file.kind}.validated",
        bench.place.instant,
        subject=(Subject(file.kind, file.id),),
        generated=(file.reference,),
        causes=(event_id(bench.place.origin, received.kind, received.natural_key),),
        data={
            "verdict": verdict,
            "rules": bench.rules[file.path].code(met),
            "blocking": counts["block"],
            "review": counts["review"],
            "inform": counts["inform"],
            "unchecked": sum(state == "unchecked" for state in states.values()),
        },
    )
    format = reading.format if reading else "unknown"
    return JudgedTranscript(file, verdict, queries, validated, format, Numbers(measured.features), Row(states))


def _kept(judged: JudgedTranscript) -> dict[str, object]:
    assert judged.validated is not None
    return {
        "rules": judged.validated.data["rules"],
        "features": dict(judged.features),
        "states": dict(judged.states),
    }
