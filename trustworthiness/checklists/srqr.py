"""SRQR: 21 items for reports of qualitative research (O'Brien, Harris, Beckman, Reed and Cook 2014)."""

from __future__ import annotations

from trustworthiness.checklists import sayings as say
from trustworthiness.checklists.item import Checklist, Item

SRQR = Checklist(
    name="SRQR",
    title="Standards for reporting qualitative research",
    cited="O'Brien BC, Harris IB, Beckman TJ, Reed DA, Cook DA. Acad Med 2014;89(9):1245–1251. "
    "doi 10.1097/ACM.0000000000000388",
    parts=(
        ("Title and abstract", (Item(1, "Title", (), (say.declared("title"),)), Item(2, "Abstract"))),
        ("Introduction", (Item(3, "The problem, and what is known"), Item(4, "Purpose or question"))),
        (
            "Methods",
            (
                Item(5, "Approach and paradigm", (), (say.declared("orientation"),)),
                Item(6, "The researchers, and reflexivity", ("memo.written", "debriefing.held"), (
                    say.declared("team"),
                    say.counted("memo.written", "{n} memos on record.", "{n} memo on record."),
                    say.counted("debriefing.held", "{n} peer debriefings.", "{n} peer debriefing."),
                )),
                Item(7, "Context", ("site.visited", "fieldnote.received"), (
                    say.sites_visited,
                    say.counted("fieldnote.received", "{n} field notes received.", "{n} field note received."),
                )),
                Item(8, "How and why people were selected, and when to stop",
                     ("sample.approved", "saturation.assessed", "saturation.decided"),
                     (say.declared("sampling"), say.saturation)),
                Item(9, "Ethics", ("study.opened", "consent.form_approved", "consent.given", "amendment.approved"), (
                    say.declared("ethics"),
                    say.counted("consent.form_approved", "{n} consent form versions approved.",
                                "{n} consent form version approved."),
                    say.counted("consent.given", "{n} consents given."),
                )),
                Item(10, "How data were collected", ("interview.held", "survey.received", "amendment.approved"), (
                    say.counted("interview.held", "{n} interviews held."),
                    say.surveys,
                    say.counted("amendment.approved", "{n} changes of the protocol approved.",
                                "{n} change of the protocol approved."),
                )),
                Item(11, "Instruments and recording", ("guide.changed", "interview.held"), (
                    say.counted("guide.changed", "{n} versions of interview guides on record.",
                                "{n} version of an interview guide on record."),
                    say.recorded_interviews,
                )),
                Item(12, "Who and what was studied", ("interview.held", "fieldnote.received"), (
                    say.people_interviewed,
                    say.counted("fieldnote.received", "{n} field notes received.", "{n} field note received."),
                )),
                Item(13, "How data were processed",
                     ("transcript.validated", "transcript.deidentified", "transcript.released"), (
                         say.counted("transcript.checked", "{n} transcripts checked against audio."),
                         say.counted("transcript.deidentified", "{n} transcripts de-identified."),
                         say.counted("transcript.released", "{n} transcripts released for coding."),
                     )),
                Item(14, "How data were analysed", ("coding.imported", "codebook.changed", "cases.compared"), (
                    say.coders, say.codebook, say.cases, say.groups, say.displays,
                )),
                Item(15, "What was done for trustworthiness",
                     ("member_check.returned", "debriefing.held", "negative_case.raised", "audit.attested"), (
                         say.findings_checked,
                         say.counted("debriefing.held", "{n} peer debriefings.", "{n} peer debriefing."),
                         say.negative_cases,
                         say.agreement,
                         say.counted("audit.attested", "{n} attestations by an auditor.",
                                     "{n} attestation by an auditor."),
                     )),
            ),
        ),
        (
            "Results",
            (
                Item(16, "Synthesis and interpretation", ("claim.asserted", "cases.compared"), (
                    say.claims_asserted, say.cases,
                )),
                Item(17, "Evidence for the findings", ("claim.asserted",), (say.claims,)),
            ),
        ),
        (
            "Discussion",
            (
                Item(18, "What it adds, and how far it carries"),
                Item(19, "Limits", ("deviation.recorded", "negative_case.raised"), (
                    say.counted("deviation.recorded", "{n} deviations on record.", "{n} deviation on record."),
                    say.negative_cases,
                )),
            ),
        ),
        ("Other", (Item(20, "Conflicts of interest"), Item(21, "Funding"))),
    ),
)  # fmt: skip
