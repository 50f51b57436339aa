"""What is planted in the second example."""

from __future__ import annotations

import re
from collections.abc import Mapping

from examples.generator.planting import Planting, once


def plant(clean: Mapping[str, bytes]) -> dict[str, bytes]:
    """The overlay over the clean study."""
    planting = Planting(clean)
    _transcripts(planting, sorted(path for path in clean if path.startswith("transcripts/")))
    _registers(planting)
    _analysis(planting)
    return planting.files()


def _transcripts(p: Planting, files: list[str]) -> None:
    timed = [f for f in files if f.endswith((".vtt", ".srt"))]
    p.text(timed[2], _fast, "TR024", "the times run three times too fast")
    plain = [f for f in files if f.endswith(".txt")]
    p.text(
        plain[1],
        _unasked,
        "TR043",
        "a question the guide requires was not asked",
    )
    p.text(
        plain[3],
        once("Participant: ", "Participant: My colleague Delphira Pretendham said it best. "),
        "TR060",
        "a participant's (made-up) name is left in the text",
    )


def _registers(p: Planting) -> None:
    consents, recruitment = "registers/consent.csv", "registers/recruitment.csv"
    people = re.findall(r"^(P\d{3}),", p.current(consents).decode(), re.MULTILINE)
    p.cell(consents, {"participant_id": people[3]}, {"form_version": "7"}, "CN002", "a form version that never existed")
    p.cell(consents, {"participant_id": people[8]}, {"mode": "short_form"}, "CN007", "a short form without a witness")
    p.cell(
        consents,
        {"participant_id": people[12]},
        {"scopes": "take_part;recontact;audit"},
        "CN012",
        "a recording although recording was declined",
        where="registers/interviews.csv",
    )
    p.cell(
        recruitment, {"participant_id": people[1], "step": "invited"}, {"role": "specialst"}, "RG007", "a misspelt role"
    )
    p.cell(recruitment, {"step": "ineligible"}, {"reason_code": "9"}, "RG014", "a criterion that does not exist")


def _analysis(p: Planting) -> None:
    codings = "analysis/codings.csv"
    p.cell(
        codings,
        {"transcript_id": "I002"},
        {"transcript_id": "I099"},
        "AN001",
        "a coding of a transcript the study does not have",
    )
    p.cell(
        codings, {"transcript_id": "I008"}, {"start": "1", "end": "1"}, "AN004", "a quote that stands at another turn"
    )
    p.cell(codings, {"transcript_id": "I011"}, {"coder": "COD9"}, "AN008", "a coder who is not in the team")
    p.text(
        "registers/decisions.csv",
        lambda text: re.sub(r"release,I015,.*\n", "", text),
        "AN005",
        "a transcript coded before its release",
        where=codings,
    )
    p.cell(
        "analysis/debriefings.csv",
        {"debriefing_id": "DB2"},
        {"debriefer": "COD2"},
        "AN030",
        "the analyst debriefed herself",
    )
    p.cell(
        "analysis/negative_cases.csv",
        {"case_id": "NC3"},
        {"disposition": "dropped"},
        "AN033",
        "a disposition that does not exist",
    )
    p.cell(
        "analysis/claims.csv",
        {"claim_id": "CL3"},
        {"codings": "I001/COD1/pay/9999"},
        "AN021",
        "a claim on a coding that does not exist",
    )


def _unasked(text: str) -> str:
    """The interviewer's words without those by which two of the questions are known."""
    known_by = re.compile(r"\b(hard|unclear|together|work|keeps|leave|stay|job|limits)")
    lines = (known_by.sub("so", line) if line.startswith("Interviewer: ") else line for line in text.split("\n"))
    return "\n".join(lines)


def _fast(text: str) -> str:
    """Every time divided by three."""

    def third(match: re.Match[str]) -> str:
        hours, minutes, seconds, mark, rest = match.groups()
        ms = (((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)) // 3
        whole, ms = divmod(ms, 1000)
        return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{ms:03d}"

    return re.sub(r"(\d\d):(\d\d):(\d\d)([.,])(\d{3})", third, text)
