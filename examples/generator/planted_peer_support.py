"""What is planted in the third example."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from examples.generator.planting import Planting, once


def plant(clean: Mapping[str, bytes]) -> dict[str, bytes]:
    """The overlay over the clean study."""
    p = Planting(clean)
    held = {r["interview_id"]: r for r in csv.DictReader(clean["registers/interviews.csv"].decode().splitlines())}
    folder = "transcripts/"
    p.text(
        folder + "I001.txt",
        once("Participant: ", "Participant: It was Caldric Placeholdt who drove. "),
        "TR060",
        "a (made-up) real name where the pseudonym belongs",
    )
    latin = p.current(folder + "I005.txt").decode().replace("the ", "thé ").encode("cp1252")
    p.file(folder + "I005.txt", latin, "TR002", "a file in another encoding than declared")
    p.text(
        folder + "I002.vtt",
        lambda text: text.replace("<v Participant>", "<v Speaker 2>", 4),
        "TR014",
        "labels of a machine are left in",
    )
    p.text(
        folder + "I006.vtt",
        lambda text: re.sub(r"Date: \d{4}", "Date: 2012", text),
        "TR007",
        "the file is dated before the consent",
    )
    consents = "registers/consent.csv"
    early, odd = ({"participant_id": held[id]["participant_ids"]} for id in ("I007", "I008"))
    p.cell(consents, early, {"occurred": "2013-01-05"}, "CN003", "consent before the ethics approval")
    p.cell(consents, odd, {"copy_given": "perhaps"}, "RG014", "a word the column does not know")
    recruitment = "registers/recruitment.csv"
    p.cell(recruitment, {"step": "no_response"}, {"occurred": "2014-04-03"}, "RG016", "a day that has not come")
    p.cell("analysis/claims.csv", {"claim_id": "CL2"}, {"themes": "T9"}, "AN022", "a claim on an unknown theme")
    p.cell("analysis/debriefings.csv", {"debriefing_id": "DB1"}, {"debriefer": "INT2"}, "AN031", "the debriefer coded")
    sent = {"participant_id": held["I002"]["participant_ids"], "packet_id": "MC-I002", "step": "sent"}
    p.add(
        "registers/member_checks.csv", [{**sent, "occurred": "2013-10-03"}], "MC010", "a packet sent without a release"
    )
    p.file("replies/scan_04.json", b"page one of two, see the scan\n", "MC011", "a reply that cannot be read")
    return p.files()
