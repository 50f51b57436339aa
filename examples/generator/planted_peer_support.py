"""What is planted in the third example."""

from __future__ import annotations

import re
from collections.abc import Mapping

from examples.generator.planting import Planting, once


def plant(clean: Mapping[str, bytes]) -> dict[str, bytes]:
    """The overlay over the clean study."""
    p = Planting(clean)
    files = sorted(path for path in clean if path.startswith("transcripts/"))
    plain = [f for f in files if f.endswith(".txt")]
    timed = [f for f in files if f.endswith(".vtt")]
    p.text(
        plain[0],
        once("Participant: ", "Participant: It was Caldric Placeholdt who drove. "),
        "TR060",
        "a (made-up) real name where the pseudonym belongs",
    )
    p.file(
        plain[1],
        p.current(plain[1]).decode().replace("the", "thé").encode("cp1252"),
        "TR002",
        "a file in another encoding than declared",
    )
    p.text(
        timed[0],
        lambda text: text.replace("<v Participant>", "<v Speaker 2>", 4),
        "TR014",
        "labels of a machine are left in",
    )
    p.text(
        timed[1],
        lambda text: re.sub(r"Date: \d{4}", "Date: 2012", text),
        "TR007",
        "the file is dated before the consent",
    )
    consents = "registers/consent.csv"
    people = re.findall(r"^(P\d{3}),", p.current(consents).decode(), re.MULTILINE)
    p.cell(
        consents,
        {"participant_id": people[4]},
        {"occurred": "2013-01-05"},
        "CN003",
        "consent before the ethics approval",
    )
    p.cell(
        consents, {"participant_id": people[6]}, {"copy_given": "perhaps"}, "RG014", "a word the column does not know"
    )
    p.cell(
        "registers/recruitment.csv",
        {"step": "no_response"},
        {"occurred": "2014-04-03"},
        "RG016",
        "a day that has not come",
    )
    p.cell(
        "analysis/claims.csv", {"claim_id": "CL2"}, {"themes": "T9"}, "AN022", "a claim on a theme that does not exist"
    )
    p.cell(
        "analysis/debriefings.csv", {"debriefing_id": "DB1"}, {"debriefer": "INT2"}, "AN031", "the debriefer also coded"
    )
    return p.files()
