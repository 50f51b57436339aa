"""What the made-up team wrote about its analysis: claims, debriefings, negative cases, counter-narratives, memos."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from examples.generator.folder import Interview, coding_id
from examples.generator.people import Row
from examples.generator.tables import csv_bytes

ACCOUNTS = Path(__file__).parent / "accounts"
CLAIMS = ("claim_id", "statement", "themes", "codes", "codings")
DEBRIEFINGS = (
    "debriefing_id", "debriefer", "analyst", "occurred", "materials", "challenges", "response", "changed",
)  # fmt: skip
NEGATIVE_CASES = (
    "case_id", "hypothesis_id", "hypothesis_version", "subject", "evidence_for", "evidence_against", "disposition",
    "raised", "resolved", "person", "note", "revised_to",
)  # fmt: skip
HYPOTHESES = ("hypothesis_id", "version", "statement", "occurred", "person")
MEMOS = ("memo_id", "person", "occurred", "about", "file", "text")
NARRATIVES = ("narrative_id", "occurred", "transcripts", "person", "summary")
REPORTING = ("item", "statement")


def analysis_files(
    study: str, codings: Sequence[Row], interviews: Sequence[Interview], *, cited: Collection[str]
) -> dict[str, bytes]:
    """The files under analysis/ that rest on the codings; `interviews` are the recorded ones in order.

    Claims cite only the transcripts `cited`, so that a defect planted in another does not take the claims along.
    """
    account: dict[str, Any] = YAML(typ="safe", pure=True).load((ACCOUNTS / f"{study}.yaml").read_text(encoding="utf-8"))
    rng = random.Random(f"{study}/account")
    transcripts = [i.id for i in interviews]
    quotable = [row for row in codings if row["transcript_id"] in cited]
    files = {
        "analysis/claims.csv": csv_bytes(CLAIMS, [_claim(c, quotable, rng) for c in account["claims"]]),
        "analysis/debriefings.csv": csv_bytes(DEBRIEFINGS, [_debriefing(d) for d in account["debriefings"]]),
        "analysis/negative_cases.csv": csv_bytes(
            NEGATIVE_CASES, [_case(c, quotable, transcripts) for c in account["negative_cases"]]
        ),
        "analysis/hypotheses.csv": csv_bytes(HYPOTHESES, [_hypothesis(h) for h in account["hypotheses"]]),
        "analysis/memos.csv": csv_bytes(MEMOS, [_memo(m) for m in account["memos"]]),
        **{f"analysis/memos/{memo['id']}.txt": memo["says"].encode() for memo in account["memos"]},
    }
    if account["counter_narratives"]:
        rows = [_narrative(n, transcripts) for n in account["counter_narratives"]]
        files["analysis/counter_narratives.csv"] = csv_bytes(NARRATIVES, rows)
    if "reporting" in account:
        stated = [dict(zip(REPORTING, said, strict=True)) for said in account["reporting"].items()]
        files["analysis/reporting.csv"] = csv_bytes(REPORTING, stated)
    return files


def _claim(claim: Mapping[str, Any], codings: Sequence[Row], rng: random.Random) -> Row:
    ids = sorted({coding_id(row) for row in codings if row["code"] in claim["cite"]})
    cited = rng.sample(ids, min(claim["count"], len(ids)))
    return {
        "claim_id": claim["id"],
        "statement": claim["statement"],
        "themes": claim["themes"],
        "codes": claim["codes"],
        "codings": ";".join(sorted(cited)),
    }


def _debriefing(held: Mapping[str, Any]) -> Row:
    return {"debriefing_id": held["id"], **{k: held[k] for k in DEBRIEFINGS if k != "debriefing_id"}}


def _case(case: Mapping[str, Any], codings: Sequence[Row], transcripts: Sequence[str]) -> Row:
    subject = _transcript(case["at"], codings, transcripts)
    return {
        "case_id": case["id"],
        "hypothesis_id": case["hypothesis"],
        "hypothesis_version": case["version"],
        "subject": subject,
        "evidence_for": _evidence(case["for"], subject, codings),
        "evidence_against": _evidence(case["against"], subject, codings) or subject,
        "disposition": case["disposition"],
        "raised": case["raised"],
        "resolved": case["resolved"],
        "person": case["person"],
        "note": case["note"],
        "revised_to": case.get("revised_to", ""),
    }


def _hypothesis(stated: Mapping[str, Any]) -> Row:
    return {"hypothesis_id": stated["id"], **{k: stated[k] for k in HYPOTHESES if k != "hypothesis_id"}}


def _memo(memo: Mapping[str, Any]) -> Row:
    file = f"analysis/memos/{memo['id']}.txt"
    said = {k: memo[k] for k in ("person", "occurred", "about")}
    return {"memo_id": memo["id"], **said, "file": file, "text": ""}


def _transcript(at: int | str, codings: Sequence[Row], transcripts: Sequence[str]) -> str:
    """The transcript at that place in the order of interviewing, or the first one coded so."""
    return transcripts[at] if isinstance(at, int) else str(next(r for r in codings if r["code"] == at)["transcript_id"])


def _evidence(codes: Iterable[str], transcript: str, codings: Sequence[Row]) -> str:
    """The first coding under each code, from the case itself where it has one."""
    found = []
    for code in codes:
        under = [row for row in codings if row["code"] == code]
        found.append(coding_id(next((row for row in under if row["transcript_id"] == transcript), under[0])))
    return ";".join(found)


def _narrative(narrative: Mapping[str, Any], transcripts: Sequence[str]) -> Row:
    return {
        "narrative_id": narrative["id"],
        "occurred": narrative["occurred"],
        "transcripts": ";".join(transcripts[n] for n in narrative["at"]),
        "person": narrative["person"],
        "summary": narrative["summary"],
    }
