"""What is planted in the first example."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping

import pandas as pd

from examples.generator import survey
from examples.generator.fsp import staff_answers
from examples.generator.member_checks import as_file
from examples.generator.planting import Planting, after_sentence
from examples.generator.spoiling import cut, retimed
from examples.generator.tables import changed, row_of


def plant(clean: Mapping[str, bytes]) -> dict[str, bytes]:
    """The overlay over the clean study."""
    planting = Planting(clean)
    _transcripts(planting)
    _registers(planting)
    _consent(planting)
    _survey(planting)
    _analysis(planting)
    _member_checks(planting)
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
    p.text(folder + "I0010.vtt", cut, "TR040", "the file is cut in the middle of a sentence")
    p.text(
        folder + "I0004.txt",
        lambda text: text.replace("Participant: ", "Paticipant: ", 3),
        "TR011",
        "three turns carry a misspelt speaker label",
    )
    p.text(
        folder + "I0024.srt", lambda text: retimed(text, 12, ends_before=True), "TR020", "a cue ends before it starts"
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
    p.file(
        folder + "seventeen final.txt",
        b"Interview: I0017\nDate: 2016-03-02\nInterviewer: EVA2\n\n"
        b"Interviewer: Is this the right file?\n\nParticipant: I do not think so.\n",
        "TR004",
        "a file whose name is no interview id",
    )


def _registers(p: Planting) -> None:
    path = "registers/recruitment.csv"
    for step, day in {"identified": "2015-11-08", "approached": "2015-11-10"}.items():
        row = row_of(p.current(path), participant_id="P023", step=step)
        p.overlay[path] = changed(p.current(path), {row: {"occurred": day}})
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
    rows = csv.DictReader(p.current(path).decode().splitlines())
    again = next(r for r in rows if (r["participant_id"], r["step"]) == ("P031", "identified"))
    p.add(path, [again], "RG005", "a row entered twice")
    unknown = {
        "interview_id": "I0026",
        "participant_ids": "P999",
        "site_id": "S016",
        "occurred": "2016-03-16",
        "mode": "in_person",
        "outcome": "notes_only",
        "guide_version": "peer-1",
        "recording": "",
    }
    p.add("registers/interviews.csv", [unknown], "RG001", "an interview with somebody the study does not know")
    override = {
        "decision": "override",
        "subject": "sites",
        "value": "S001 for S011",
        "person": "INV1",
        "occurred": "2015-10-02",
        "reason": "",
    }
    p.add("registers/decisions.csv", [override], "SA004", "a site put in another's place without a reason")


def _consent(p: Planting) -> None:
    path, given = "registers/consent.csv", {"action": "given"}
    p.cell(
        path,
        {"participant_id": "P001", **given},
        {"occurred": "2016-01-14"},
        "CN004",
        "consent two days after the interview",
        where="registers/interviews.csv",
    )
    p.cell(path, {"participant_id": "P052", **given}, {"form_version": "1"}, "CN001", "a form signed after its window")
    p.cell(
        path,
        {"participant_id": "P037", **given},
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
        "SV031": "a respondent copied over another",
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
    p.cell(
        path,
        {"transcript_id": "I0003"},
        {"quote": "Nobody ever said this sentence in any interview."},
        "AN003",
        "a quote that is nowhere in its transcript",
    )
    p.cell(path, {"transcript_id": "I0017"}, {"code": "hope_borrowed"}, "AN002", "a code the codebook does not have")
    claim = {"claim_id": "CL9", "statement": "Peers everywhere are the same.", "themes": "", "codes": "", "codings": ""}
    p.add("analysis/claims.csv", [claim], "AN020", "a claim that cites nothing")
    rating = {"site_id": "S999", "role": "program_director", "rater": "EVA2", "rating": "3", "evidence": ""}
    p.add("analysis/case_ratings.csv", [rating], "AN012", "a rating of a site the frame does not have")


def _member_checks(p: Planting) -> None:
    reply = json.loads(p.current("replies/reply_P023.json"))
    p.file("replies/reply_P023_again.json", as_file(reply | {"missing": "One more thing."}), "MC012", "a second reply")
    reply = json.loads(p.current("replies/reply_P017.json"))
    p.file(
        "replies/reply_P024_scan.json",
        as_file(reply | {"participant_code": "P024"}),
        "MC005",
        "a reply that answers somebody else's packet",
    )
