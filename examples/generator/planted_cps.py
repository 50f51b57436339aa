"""What is planted in the second example."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from examples.generator.planting import Planting, after_sentence, once
from examples.generator.spoiling import hurried, inaudible, retimed, unasked


def plant(clean: Mapping[str, bytes]) -> dict[str, bytes]:
    """The overlay over the clean study."""
    planting = Planting(clean)
    _transcripts(planting)
    _registers(planting)
    _analysis(planting)
    return planting.files()


def _transcripts(p: Planting) -> None:
    folder = "transcripts/"
    p.text(folder + "I004.srt", lambda text: retimed(text, 30, back=90_000), "TR021", "a cue starts much too early")
    p.text(folder + "I006.vtt", hurried, "TR024", "the times run three times too fast")
    p.text(
        folder + "I007.txt",
        lambda text: text.replace("Participant: ", "Interviewer: "),
        "TR010",
        "every turn is labelled as the interviewer's",
    )
    p.text(folder + "I011.txt", unasked, "TR043", "questions the guide requires were not asked")
    p.file(folder + "I013.docx", p.current(folder + "I011.txt")[:900], "TR001", "text saved with the ending .docx")
    p.text(
        folder + "I015.txt",
        once("Participant: ", "Participant: My colleague Delphira Pretendham said it best. "),
        "TR060",
        "a participant's (made-up) name is left in the text",
    )
    p.text(
        folder + "I018.vtt", lambda text: retimed(text, -1, back=-150_000), "TR022", "two minutes and more are missing"
    )
    p.text(folder + "I019.txt", inaudible, "TR030", "much of it is marked inaudible")
    copy, day = p.current(folder + "I026.vtt").decode(), _interview(p, "I022")["occurred"]
    copy = re.sub(r"Date: [\d-]+", f"Date: {day}", copy.replace("Interview: I026", "Interview: I022"))
    p.file(folder + "I022.vtt", copy.encode(), "TR041", "the words of another interview were saved under this id")
    p.text(
        folder + "I023.txt",
        after_sentence(30, "and then we went back " * 6 + "again."),
        "TR033",
        "a loop of speech recognition repeats five words six times",
    )
    p.text(
        folder + "I030.vtt",
        after_sentence(12, "It was Kestrlyn who said so."),
        "TR061",
        "a (made-up) given name with a letter left out",
    )
    p.text(folder + "I008.srt", after_sentence(20, "[laughs and (pause]."), "TR031", "marks that are not closed")


def _registers(p: Planting) -> None:
    consents, recruitment = "registers/consent.csv", "registers/recruitment.csv"
    person = {id: {"participant_id": _interview(p, id)["participant_ids"]} for id in ("I002", "I016", "I020", "I024")}
    p.cell(consents, person["I016"], {"form_version": "7"}, "CN002", "a form version that never existed")
    p.cell(consents, person["I020"], {"mode": "short_form"}, "CN007", "a short form without a witness")
    p.cell(
        consents,
        person["I024"],
        {"scopes": "take_part;recontact;audit"},
        "CN012",
        "a recording although recording was declined",
        where="registers/interviews.csv",
    )
    p.cell(recruitment, {**person["I002"], "step": "invited"}, {"role": "specialst"}, "RG007", "a misspelt role")
    p.cell(recruitment, {"step": "ineligible"}, {"reason_code": "9"}, "RG014", "a criterion that does not exist")
    approval = {
        "decision": "approve_sample",
        "subject": "specialists",
        "value": "0123456789ab",
        "person": "INV1",
        "occurred": "2014-02-20",
        "reason": "The list is short and everybody was asked.",
    }
    p.add("registers/decisions.csv", [approval], "SA001", "an approval of a proposal that was never made")


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
    p.cell(codings, {"transcript_id": "I012"}, {"coder": "COD9"}, "AN008", "a coder who is not in the team")
    p.text(
        "registers/decisions.csv",
        lambda text: re.sub(r"release,I027,.*\n", "", text),
        "AN005",
        "a transcript coded before its release",
        where=codings,
    )
    p.cell(
        "analysis/debriefings.csv", {"debriefing_id": "DB2"}, {"debriefer": "COD2"}, "AN030", "the analyst debriefed"
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


def _interview(p: Planting, id: str) -> dict[str, str]:
    rows = csv.DictReader(p.clean["registers/interviews.csv"].decode().splitlines())
    return next(row for row in rows if row["interview_id"] == id)
