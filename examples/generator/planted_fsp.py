"""What is planted in the first example."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

import pandas as pd

from examples.generator import survey
from examples.generator.fsp import staff_answers
from examples.generator.planting import Planting, after_sentence
from examples.generator.tables import changed, row_of
from examples.generator.transcripts import clock


def plant(clean: Mapping[str, bytes]) -> dict[str, bytes]:
    """The overlay over the clean study."""
    planting = Planting(clean)
    _transcripts(planting)
    _registers(planting)
    _consent(planting)
    _survey(planting)
    _analysis(planting)
    return planting.files()


def _transcripts(p: Planting) -> None:
    folder = "transcripts/"
    p.word(
        folder + "I0002.docx",
        lambda paragraphs: [*paragraphs[:9], paragraphs[9] + " I said so to Tessa Examplewood.", *paragraphs[10:]],
        "TR060",
        "a participant's (made-up) name is left in the text",
    )
    p.text(
        folder + "I0005.vtt",
        after_sentence(20, "Call me on (555) 555-0147 if you need more."),
        "TR062",
        "a phone number is left in the text",
    )
    p.text(folder + "I0010.vtt", _cut, "TR040", "the file is cut in the middle of a sentence")
    copy = p.current(folder + "I0014.vtt").decode().replace("Interview: I0014", "Interview: I0018")
    p.file(
        folder + "I0018.vtt",
        copy.replace("Date: 2016-02-24", "Date: 2016-03-02").encode(),
        "TR041",
        "the words of another interview were saved under this id",
    )
    p.text(
        folder + "I0004.txt",
        lambda text: text.replace("Participant: ", "Paticipant: ", 3),
        "TR011",
        "three turns carry a misspelt speaker label",
    )
    p.text(
        folder + "I0024.srt", lambda text: _timing(text, 12, ends_before=True), "TR020", "a cue ends before it starts"
    )
    p.text(
        folder + "I0016.srt",
        lambda text: _timing(text, 30, back=90_000),
        "TR021",
        "a cue starts a minute and a half too early",
    )
    p.text(
        folder + "I0022.vtt",
        lambda text: _timing(text, -1, back=-400_000),
        "TR022",
        "six minutes and more are missing before the end",
    )
    p.text(
        folder + "I0013.txt",
        lambda text: text.replace("Participant: ", "Interviewer: "),
        "TR010",
        "every turn is labelled as the interviewer's",
    )
    p.file(
        folder + "seventeen final.txt",
        b"Interview: I0017\nDate: 2016-03-02\nInterviewer: EVA2\n\n"
        b"Interviewer: Is this the right file?\n\nParticipant: I do not think so.\n",
        "TR004",
        "a file whose name is no interview id",
    )
    p.file(folder + "I0019.docx", p.current(folder + "I0017.txt")[:900], "TR001", "text saved with the ending .docx")
    p.text(folder + "I0021.txt", _inaudible, "TR030", "much of it is marked inaudible")
    p.text(
        folder + "I0025.txt",
        after_sentence(30, "and then we went back " * 6 + "again."),
        "TR033",
        "a loop of speech recognition repeats five words six times",
    )
    p.word(
        folder + "I0015.docx",
        lambda paragraphs: ["Interview: I0051", *paragraphs[1:]],
        "TR005",
        "the header names another interview",
    )
    p.word(
        folder + "I0023.docx", lambda paragraphs: paragraphs, "TR065", "the properties name an author", author="Desk 4"
    )


def _registers(p: Planting) -> None:
    path = "registers/recruitment.csv"
    early = {"identified": "2015-11-08", "approached": "2015-11-10"}
    for step, day in early.items():
        planted = changed(
            p.current(path), {row_of(p.current(path), participant_id="P023", step=step): {"occurred": day}}
        )
        p.overlay[path] = planted
    p.file(path, p.current(path), "RG012", "contact before the site was activated")
    p.cell(path, {"step": "declined"}, {"occurred": "soon after"}, "RG003", "a day that is no day")
    p.cell(
        path,
        {"participant_id": "P009", "step": "identified"},
        {"occurred": "12/11/2015"},
        "RG004",
        "a day in another format",
    )
    p.cell(path, {"participant_id": "P054", "step": "screened"}, {"step": "maybe"}, "RG006", "an unknown step")
    again = {"participant_id": "P031", "site_id": "S087", "role": "peer_provider", "step": "identified"}
    p.add(path, [{**again, "occurred": _day_of(p, again)}], "RG005", "a row entered twice")
    p.add(
        "registers/interviews.csv",
        [
            {
                "interview_id": "I0026",
                "participant_ids": "P999",
                "site_id": "S016",
                "occurred": "2016-03-16",
                "mode": "in_person",
                "outcome": "notes_only",
                "guide_version": "peer-1",
                "recording": "",
            }
        ],
        "RG001",
        "an interview with somebody the study does not know",
    )


def _consent(p: Planting) -> None:
    path = "registers/consent.csv"
    given = {"action": "given"}
    p.cell(
        path,
        {"participant_id": "P001", **given},
        {"occurred": "2016-01-14"},
        "CN004",
        "consent two days after the interview",
        where="registers/interviews.csv",
    )
    p.cell(path, {"participant_id": "P038", **given}, {"form_version": "1"}, "CN001", "a form signed after its window")
    p.cell(
        path,
        {"participant_id": "P045", **given},
        {"obtained_by": "DEB1"},
        "CN006",
        "consent obtained by somebody not authorised",
    )
    p.cell(
        path,
        {"participant_id": "P010", **given},
        {"scopes": "take_part;record;quote;recontact;audit"},
        "TR050",
        "a transcript although writing out was declined",
        where="transcripts/I0006.docx",
    )


def _survey(p: Planting) -> None:
    """One file holds them all; each defect is in a variable or rows of its own."""
    table = staff_answers()
    path = "surveys/staff.sav"
    what = {
        "SV020": "a wild code in ro2",
        "SV021": "400 hours a week",
        "SV023": "a day in the future",
        "SV027": "somebody supervises nobody and says how many",
        "SV031": "a respondent copied under a new number",
        "SV050": "an e-mail address in a comment",
        "SV014": "two answer labels exchanged in the file",
    }
    table.loc[17, "ro2"] = 7
    table.loc[40, "hours"] = 400
    table.loc[73, "answered"] = pd.Timestamp("2017-03-01").date()
    table.loc[table.index[table["supervisor"] == 0][5], "supervised"] = 4
    table.loc[120] = table.loc[30]
    table.loc[150, "comment"] = "Write to o.fakenham1@mail.example.org about it."
    swapped = {**survey.AGREE, 1: survey.AGREE[5], 5: survey.AGREE[1]}
    items = [survey.relabelled(i, swapped) if i.name == "tc5" else i for i in survey.ITEMS]
    data = survey.sav(table, items)
    for check, said in what.items():
        p.file(path, data, check, said)


def _analysis(p: Planting) -> None:
    path = "analysis/codings.csv"
    first = {"transcript_id": "I0003"}
    p.cell(
        path,
        first,
        {"quote": "Nobody ever said this sentence in any interview."},
        "AN003",
        "a quote that is nowhere in its transcript",
    )
    p.cell(path, {"transcript_id": "I0009"}, {"code": "hope_borrowed"}, "AN002", "a code the codebook does not have")
    p.add(
        "analysis/claims.csv",
        [{"claim_id": "CL9", "statement": "Peers everywhere are the same.", "themes": "", "codes": "", "codings": ""}],
        "AN020",
        "a claim that cites nothing",
    )
    rating = {"site_id": "S999", "role": "program_director", "rater": "EVA2", "rating": "3", "evidence": ""}
    p.add("analysis/case_ratings.csv", [rating], "AN012", "a rating of a site the frame does not have")


def _day_of(p: Planting, row: Mapping[str, str]) -> str:
    for line in p.current("registers/recruitment.csv").decode().splitlines():
        cells = line.split(",")
        if cells[0] == row["participant_id"] and cells[3] == row["step"]:
            return cells[4]
    raise KeyError(row["participant_id"])


def _cut(text: str) -> str:
    """The first half, ending inside a sentence."""
    at = text.index("<v Participant>", len(text) // 2)
    return text[: text.index(" ", at + 40)]


def _inaudible(text: str) -> str:
    rng = random.Random("fsp/inaudible")
    return re.sub(r"\b(the|a) ", lambda m: m[0] if rng.random() > 0.25 else "[inaudible] ", text)


STAMP = re.compile(r"(\d\d):(\d\d):(\d\d)([.,])(\d{3}) --> (\d\d):(\d\d):(\d\d)[.,](\d{3})")


def _timing(text: str, number: int, *, back: int = 0, ends_before: bool = False) -> str:
    """The times of one cue moved back by `back` milliseconds, or its end set before its start."""
    match = list(STAMP.finditer(text))[number]
    start, end = _ms(match.groups()[:3], match[5]), _ms(match.groups()[5:8], match[9])
    start, end = start - back, (start - 2000 if ends_before else end - back)
    return f"{text[: match.start()]}{clock(start, match[4])} --> {clock(end, match[4])}{text[match.end() :]}"


def _ms(parts: tuple[str, ...], thousandths: str) -> int:
    hours, minutes, seconds = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(thousandths)
