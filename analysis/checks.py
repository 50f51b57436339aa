"""Checks of analysis files: what is checked and why, and how what a check found becomes a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from study import Query
from study.query import Severity, place


class AnalysisCheck(NamedTuple):
    """One check: its title is a sentence's beginning that names no participant and quotes nothing."""

    id: str
    severity: Severity
    title: str
    reason: str


ANALYSIS_CHECKS = (
    AnalysisCheck("AN001", "block", "A coding names a transcript the study does not have",
                  "Evidence that cannot be found supports nothing."),
    AnalysisCheck("AN002", "block", "A coding uses a code that is not in the codebook",
                  "Codes without a definition cannot be compared, counted or traced."),
    AnalysisCheck("AN003", "block", "The quote of a coding is not in its transcript",
                  "An excerpt must be in the released version, word by word."),
    AnalysisCheck("AN004", "review", "The quote of a coding stands at other turns than written",
                  "Positions shift when a transcript is corrected or imported; the quote was found elsewhere."),
    AnalysisCheck("AN005", "block", "A transcript was coded that is not released for coding",
                  "Only a checked version, with consent in force, may be analysed."),
    AnalysisCheck("AN006", "block", "A row of the codebook cannot be used",
                  "A codebook row names its code, whether it is inductive or deductive, and its version."),
    AnalysisCheck("AN007", "block", "A row of the codings cannot be used",
                  "A coding names transcript, coder, code, turns and quote, once."),
    AnalysisCheck("AN008", "review", "A coder is not in the team or was not delegated coding",
                  "The record must say who coded, and that they were to."),
    AnalysisCheck("AN009", "review", "A decision about saturation cannot be used",
                  "Only a person delegated to decide may stop or continue a sequence the protocol has."),
    AnalysisCheck("AN010", "block", "A case is not rated by two raters for both informant roles",
                  "One person's impression of a case is not a comparison."),
    AnalysisCheck("AN011", "block", "Cases were rated before the threshold was declared",
                  "A threshold chosen after seeing the ratings can make any case diverge."),
    AnalysisCheck("AN012", "block", "A row of the case ratings cannot be used",
                  "A rating names site, role, rater and a whole number from 1 to 5, once a rater."),
    AnalysisCheck("AN013", "review", "A rating cites no evidence, or a coding that was not imported",
                  "A rating rests on excerpts another person can open."),
    AnalysisCheck("AN014", "block", "An export of a coding tool cannot be read",
                  "What cannot be recognised is never guessed; the other files are read."),
    AnalysisCheck("AN015", "review", "Codings were made on a version that a later release replaced",
                  "What was coded may have been corrected since; somebody must look."),
    AnalysisCheck("AN016", "review", "Coders worked with different versions of the codebook",
                  "Under one name they may have coded different things."),
    AnalysisCheck("AN017", "block", "A document of an export is no interview of the study",
                  "Evidence that cannot be found supports nothing."),
    AnalysisCheck("AN018", "block", "The name of a document of an export fits several interviews",
                  "A coding belongs to one interview, and which one is never guessed."),
    AnalysisCheck("AN019", "block", "A coder of an export is nobody in the team",
                  "The record must say who coded."),
    AnalysisCheck("AN020", "block", "A claim cites nothing",
                  "A finding without evidence cannot be confirmed by anybody."),
    AnalysisCheck("AN021", "block", "A claim cites a coding that was not imported",
                  "The chain from finding to transcript would be broken there."),
    AnalysisCheck("AN022", "block", "A claim cites a code or theme that does not exist",
                  "The chain from finding to codebook would be broken there."),
    AnalysisCheck("AN023", "block", "A claim rests on codes under which nothing was coded",
                  "A code without excerpts is no evidence."),
    AnalysisCheck("AN024", "block", "A row of the claims cannot be used",
                  "A claim has an id of its own and a statement."),
    AnalysisCheck("AN025", "review", "A claim rests on a transcript without consent in force at its interview",
                  "From finding to consent every step must hold; a later withdrawal may call for a change."),
    AnalysisCheck("AN026", "inform", "A claim rests on fewer people than a number may be shown of",
                  "What one person or few tell reads otherwise than what many tell, and points at them."),
    AnalysisCheck("AN027", "inform", "A claim rests on words that a participant took back",
                  "Whoever was quoted may withdraw a quote in a member check; from then on nobody may read it there."),
    AnalysisCheck("AN028", "review", "A later version of a transcript was released than a claim rests on",
                  "What was corrected or masked since may have been what the claim was about."),
    AnalysisCheck("AN029", "block", "A negative case names a version of its hypothesis that nobody stated",
                  "What a case speaks against must have been said before, and a revision is a newer version."),
    AnalysisCheck("AN030", "block", "A debriefing was held by the analyst",
                  "Peer debriefing needs somebody who neither is the analyst nor wrote, or alone coded, what was "
                  "talked about (Lincoln and Guba 1985)."),
    AnalysisCheck("AN031", "review", "A debriefer also coded, or leads the study",
                  "A co-analyst or supervisor is less free to doubt; readers should know."),
    AnalysisCheck("AN032", "block", "A row of the debriefings cannot be used",
                  "A debriefing has an id, a debriefer, an analyst, a day and what was challenged."),
    AnalysisCheck("AN033", "block", "A row of the negative cases cannot be used",
                  "A negative case has an id, a hypothesis and its version, the day it was raised, a disposition."),
    AnalysisCheck("AN034", "block", "A row of the counter-narratives cannot be used",
                  "A counter-narrative has an id, a day, a person and what it says."),
    AnalysisCheck("AN035", "review", "A negative case or counter-narrative cites evidence the study does not have",
                  "Evidence for and against must be open to another reader."),
    AnalysisCheck("AN036", "inform", "A negative case has no disposition yet",
                  "Unexplained cases are a result; undecided ones are work."),
    AnalysisCheck("AN037", "review", "A record that is in the trail is no longer in its file",
                  "What was recorded stays on record; a row that vanished may be a mistake."),
    AnalysisCheck("AN038", "review", "A debriefing or memo names what the study does not have",
                  "Material and its consequences must be open to another reader."),
    AnalysisCheck("AN039", "block", "A row of the hypotheses or memos cannot be used",
                  "A version of a hypothesis, once stated, keeps its words; a memo has a writer, a day and words."),
    AnalysisCheck("AN050", "review", "A decision about saturation names no minutes that are there",
                  "Stopping is a judgement of people; what they weighed must be there to be read."),
    AnalysisCheck("AN051", "review", "A decision about saturation rests on an assessment that is another today",
                  "Codes that were merged or interviews withdrawn can take away what people decided on."),
    AnalysisCheck("AN052", "review", "A decision to freeze a codebook cannot be used",
                  "Only a version on record can be frozen, by a person who codes or decides on saturation."),
    AnalysisCheck("AN053", "review", "The codebook has other words under a version that was frozen",
                  "What was counted under a frozen version must be found again under its name."),
    AnalysisCheck("AN060", "review", "A rating cites what was said at another site or in another role",
                  "A rating of a role at a site rests on what people in that role said there."),
    AnalysisCheck("AN061", "review", "A participant with a coded transcript belongs to no group that is compared",
                  "What that person said counts in no group, and a comparison would not show it."),
    AnalysisCheck("AN062", "block", "The groups the protocol compares cannot be told apart",
                  "Without two groups that have coded transcripts there is nothing to compare."),
    AnalysisCheck("AN063", "block", "A row of the fits for the joint display cannot be used",
                  "How statistics and themes fit is a named person's judgement of one site on a day."),
    AnalysisCheck("AN040", "inform", "The words of a coding stand at several places, and the export does not say which",
                  "A count of turns or cases may name the wrong one."),
    AnalysisCheck("AN041", "block", "A project file lacks the text of a document that was coded",
                  "Positions without their text cannot be matched to the released version."),
    AnalysisCheck("AN042", "review", "Positions of a project file hold other words where they are counted otherwise",
                  "Words beside those that somebody coded may say something else."),
)  # fmt: skip

REMEDIES = {
    "AN001": "Correct transcript_id, or add the interview to registers/interviews.csv.",
    "AN002": "Correct the code, or add it to the codebook.",
    "AN003": "Copy the quote again from the released version, or correct transcript_id.",
    "AN004": "It was taken where it stands; correct start and end.",
    "AN005": "Release the transcript first, or take its codings out; they do not count until then.",
    "AN006": "Write the code with letters, digits, dot, dash, underscore, once a version; inductive or deductive.",
    "AN007": "Fill every column, number start and end by turn, and remove a row that repeats the same words.",
    "AN008": "Add the person to the team in study.yaml with the task `code`, or correct the coder.",
    "AN009": "Name a sequence of the protocol, stop or continue, and a person with the task `decide_saturation`.",
    "AN010": "Have a second person rate the case; it is not compared until then.",
    "AN011": "Declare the threshold, then have the cases rated anew; nothing is compared until then.",
    "AN012": "Correct the row; it does not count until then.",
    "AN013": "Name the codings it rests on, as transcript/coder/code/start.",
    "AN014": "Correct what is said here, or take the file out of study.yaml, analysis.imports.",
    "AN015": "Look at them in the released version and export the codings anew, or set this aside with the reason.",
    "AN016": "Have the older coding looked at with the newer version, and correct its version; or set this aside.",
    "AN017": "Say in study.yaml, analysis.sources, which interview it is, by the document's name in the tool; "
    "its codings do not count until then.",
    "AN018": "Say in study.yaml, analysis.sources, which interview it is, by the document's name in the tool.",
    "AN019": "Say in study.yaml, analysis.coders, who in the team it is, or give `coder` for the file; "
    "the codings do not count until then.",
    "AN020": "Name its codings, codes or themes; it is not asserted until then.",
    "AN021": "Correct the coding's id (transcript/coder/code/start), or mend the coding itself.",
    "AN022": "Correct it, or add it to the codebook or the themes in study.yaml.",
    "AN023": "Name the codings it rests on, or code the material.",
    "AN024": "Give it an id of letters and digits that no other row has, and a statement; status is empty or "
    "retracted, which needs a reason and a claim on record; reviewed is a day as 2016-03-05.",
    "AN025": "Look at the consent queries of that interview; take its codings out if it may not be used.",
    "AN026": "Say so where the claim is told, and show nothing that points at them; or set this aside with the reason.",
    "AN027": "Quote them nowhere; take those codings out of the claim where it stands without them.",
    "AN028": "Read its excerpts in the later version, then write the day into the column reviewed.",
    "AN029": "State that version in analysis/hypotheses.csv, or correct hypothesis_version or revised_to; "
    "hypothesis_revised needs a later version in revised_to.",
    "AN030": "Have somebody else debrief, and name that person; the record is refused until then.",
    "AN031": "Keep it if it is so, and set this aside with the reason; else name the debriefer.",
    "AN032": "Fill debriefing_id (once), debriefer, analyst, occurred as 2016-03-05, challenges, changed as yes or no; "
    "changed_to only where it is yes; materials inside the study folder.",
    "AN033": "Fill the columns, write days as 2016-03-05, resolved not before raised, and a disposition among "
    "hypothesis_revised, boundary_set, unexplained, not_negative.",
    "AN034": "Fill narrative_id (once), occurred as 2016-03-05, person and summary.",
    "AN035": "Correct the ids, as transcript or transcript/coder/code/start.",
    "AN036": "Decide it, and fill disposition and resolved.",
    "AN037": "Put the row back (a claim with the status retracted and a reason), or set this aside with the reason it "
    "was taken out.",
    "AN038": "Correct the path or the id; a codebook version is written codebook:2.",
    "AN039": "Fill ids (once), person and occurred as 2016-03-05; state a new version in place of a stated one; a memo "
    "has either a file that exists or a text.",
    "AN050": "Name the file in `reason` (in analysis/memos/ or records/); the decision is not recorded until then.",
    "AN051": "Look at out/analysis/saturation.html and decide again in a new row, or set this aside with the reason.",
    "AN052": "Name a version the codebook has had, and a person with the task `code` or `decide_saturation`.",
    "AN053": "Give the changed codes a new version, or put the frozen words back.",
    "AN060": "Cite codings of that site and role, or correct site_id or role.",
    "AN061": "Fill the column for the days of the interview, or add the group to analysis.groups in study.yaml.",
    "AN062": "Fill the column named by analysis.groups in restricted/participants.csv for the people interviewed, or "
    "correct analysis.groups in study.yaml; nothing is compared until then.",
    "AN063": "Name a site that was visited or rated, confirmed, expanded or discordant, a person of the team, and a "
    "day as 2016-03-05 that is not to come, once a person, site and day; it does not count until then.",
    "AN040": "One was taken; export the project as .qdpx, which has positions, or mark more of the words.",
    "AN042": "Compare the words taken for these codings with the tool; export the project again with texts that have "
    "one kind of line end, or set this aside where they are right.",
    "AN041": "Export the project with its sources inside, or put the text beside it; its codings do not count yet.",
}

_BY_ID = {check.id: check for check in ANALYSIS_CHECKS}


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that does not meet a check: in which file and column, and about which subject (`type:id`).

    `detail` is said in the query in place of the check's remedy: a sentence or two without anybody's words. `named` is
    what a tool calls the thing, which may hold a person's name: it stands in restricted/queries/ alone.
    """

    check: str
    file: str
    row: int
    column: str
    subject: str
    detail: str = ""
    named: str = field(default="", repr=False)


def queries(problems: Iterable[Problem], *, study: str, ref: Callable[[str], str]) -> list[Query]:
    """One query a check × file × column × subject, naming its rows; `study` is the study's id."""
    grouped: dict[tuple[str, str, str, str], dict[int, None]] = {}
    details: dict[tuple[str, str, str, str], str] = {}
    named: dict[tuple[str, str, str, str], dict[str, None]] = {}
    for problem in problems:
        key = (problem.check, problem.file, problem.column, problem.subject)
        grouped.setdefault(key, {}).setdefault(problem.row)
        if problem.named:
            named.setdefault(key, {}).setdefault(problem.named)
        details[key] = details.get(key) or problem.detail
    return [
        _query(*key, sorted(rows), details[key] or REMEDIES[key[0]], tuple(named.get(key, ())), study=study, ref=ref)
        for key, rows in sorted(grouped.items())
    ]


def _query(
    check: str,
    file: str,
    column: str,
    subject: str,
    rows: list[int],
    do: str,
    named: tuple[str, ...],
    *,
    study: str,
    ref: Callable[[str], str],
) -> Query:
    title = _BY_ID[check].title
    where = f"{file}, row {rows[0]}" if rows[0] else file
    more = f" ({len(rows)} rows)" if len(rows) > 1 else ""
    query = Query.raised(
        check,
        _BY_ID[check].severity,
        study=study,
        subject=subject,
        place=place(ref(file), column),
        where=f"{where}, column {column}" if column else where,
        message=f"{title}{more}. {do}",
        rows=[*(f"row {row}" for row in rows), *(f"called {name}" for name in named)],
    )
    if not named:
        return query
    where = f"Its name stands in restricted/queries/, in the file that begins with {query.fingerprint[:12]}."
    return replace(query, message=f"{query.message} {where}")
