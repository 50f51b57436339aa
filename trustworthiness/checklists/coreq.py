"""COREQ: 32 items for reports of interviews and focus groups (Tong, Sainsbury and Craig 2007)."""

from __future__ import annotations

from trustworthiness.checklists import sayings as say
from trustworthiness.checklists.item import Checklist, Item

COREQ = Checklist(
    name="COREQ",
    title="Consolidated criteria for reporting qualitative research",
    cited="Tong A, Sainsbury P, Craig J. Int J Qual Health Care 2007;19(6):349–357. doi 10.1093/intqhc/mzm042",
    parts=(
        (
            "Team: who they are",
            (
                Item(
                    1,
                    "Who interviewed",
                    ("personnel.authorised", "interview.held"),
                    (say.declared("interviewers"), say.counted("interview.held", "{n} interviews held.")),
                ),
                Item(2, "Their qualifications"),
                Item(3, "Their occupation"),
                Item(4, "Their gender"),
                Item(5, "Their experience and training", ("personnel.authorised",), (
                    say.declared("training"), say.authorised,
                )),
            ),
        ),
        (
            "Team: how they stand to participants",
            (
                Item(6, "Contact before the study"),
                Item(7, "What participants knew of the interviewer"),
                Item(8, "The interviewer's own standpoint", ("memo.written",), (
                    say.counted("memo.written", "{n} memos on record.", "{n} memo on record."),
                )),
            ),
        ),
        ("Design: framework", (Item(9, "Methodological orientation", (), (say.declared("orientation"),)),)),
        (
            "Design: participants",
            (
                Item(
                    10,
                    "How participants were selected",
                    ("sample.proposed", "sample.approved"),
                    (
                        say.declared("sampling"),
                        say.counted("sample.approved", "{n} samples approved.", "{n} sample approved."),
                    ),
                ),
                Item(11, "How they were approached", ("recruitment.tallied",), (
                    say.declared("contact"),
                    say.counted("recruitment.tallied", "Recruitment counted {n} times.", "Recruitment counted once."),
                )),
                Item(12, "How many took part", ("interview.held",), (say.people_interviewed,)),
                Item(
                    13,
                    "Who did not take part, and why",
                    ("recruitment.tallied", "recruitment.withdrawn", "recruitment.lost"),
                    (say.non_participation,),
                ),
            ),
        ),
        (
            "Design: setting",
            (
                Item(14, "Where data were collected", ("site.visited", "interview.held"), (
                    say.sites_visited, say.modes,
                )),
                Item(15, "Who else was present"),
                Item(16, "Who the participants were", ("participant.affiliated",), (
                    say.declared("participants"), say.affiliated,
                )),
            ),
        ),
        (
            "Design: data collection",
            (
                Item(17, "Interview guide, and whether it was tried out", ("guide.changed",), (
                    say.counted("guide.changed", "{n} versions of interview guides on record.",
                                "{n} version of an interview guide on record."),
                )),
                Item(18, "Repeat interviews", ("interview.held",), (say.repeat_interviews,)),
                Item(19, "Sound or picture recording", ("interview.held", "recording.returned"), (
                    say.recorded_interviews,
                )),
                Item(20, "Field notes", ("fieldnote.received",), (
                    say.counted("fieldnote.received", "{n} field notes received.", "{n} field note received."),
                )),
                Item(21, "How long interviews lasted"),
                Item(22, "Saturation", ("saturation.assessed", "saturation.decided"), (say.saturation,)),
                Item(23, "Transcripts sent back to participants", ("member_check.sent",), (
                    say.transcripts_returned,
                )),
            ),
        ),
        (
            "Analysis",
            (
                Item(24, "How many coded", ("coding.imported", "agreement.assessed"), (say.coders, say.agreement)),
                Item(25, "How the codes are ordered", ("codebook.changed", "codebook.frozen"), (say.codebook,)),
                Item(26, "Where themes came from", ("codebook.changed", "memo.written"), (
                    say.declared("themes"),
                    say.codebook,
                    say.counted("memo.written", "{n} memos on record.", "{n} memo on record."),
                )),
                Item(27, "Software", ("coding.imported",), (say.declared("software"), say.imported)),
                Item(
                    28,
                    "Findings checked by participants",
                    ("member_check.sent", "member_check.returned"),
                    (say.findings_checked,),
                ),
            ),
        ),
        (
            "Reporting",
            (
                Item(29, "Quotes shown, and whose", ("claim.asserted",), (
                    say.declared("quotes"), say.claims,
                )),
                Item(30, "Findings fit the data", ("claim.asserted",), (say.claims,)),
                Item(31, "Major themes are clear", ("claim.asserted",), (
                    say.declared("themes_named"), say.themes_of_claims,
                )),
                Item(
                    32,
                    "Diverse cases and minor themes",
                    ("negative_case.raised", "counter_narrative.recorded"),
                    (say.negative_cases,),
                ),
            ),
        ),
    ),
)  # fmt: skip
