"""The surveys on Prefect's own pages: how each stands and what to do, in counts, under stable keys."""

from __future__ import annotations

from prefect.artifacts import create_table_artifact

from pages.survey_page import VERDICTS, page_name
from pages.surveys_overview import SurveysOverview
from tasks.survey_known import KnownSurvey, next_steps
from tasks.survey_page import SurveyPages
from tasks.transcript_artifacts import artifact_key, is_run


def show_surveys(study: str, overview: SurveysOverview, pages: SurveyPages, out: str) -> None:
    """How every survey stands as one table, and a table of each survey; nothing outside a run of Prefect's."""
    if not is_run():
        return
    create_table_artifact(
        survey_rows(overview, pages, out),
        key=artifact_key("surveys", study),
        description=f"The surveys of study {study} after this run, in counts; the pages say what to do.",
    )
    for name, known in pages.surveys.items():
        create_table_artifact(
            query_rows(known),
            key=artifact_key(f"survey-{name}", study),
            description=f"Survey {name} of study {study}: {VERDICTS[known.verdict][0]}. "
            f"{' '.join(next_steps(known))} {out}/surveys/{page_name(name)}",
        )


def survey_rows(overview: SurveysOverview, pages: SurveyPages, out: str) -> list[dict[str, str]]:
    """The table of all surveys: verdict, open queries by severity, what to do, the page to open."""
    return [
        {
            "Survey": row.name,
            "Result": VERDICTS[row.verdict][0],
            "Blocking": f"{row.block:,}",
            "To review": f"{row.review:,}",
            "For information": f"{row.inform:,}",
            "What to do": next(next_steps(pages.surveys[row.name]), ""),
            "Page": f"{out}/surveys/{page_name(row.name)}",
        }
        for row in overview.rows
    ]


def query_rows(known: KnownSurvey) -> list[dict[str, str]]:
    """The open queries of one survey by check: how many places, and their severity."""
    counts: dict[tuple[str, str], int] = {}
    for query, _ in known.queries:
        counts[(query.check, query.severity)] = counts.get((query.check, query.severity), 0) + 1
    return [
        {"Check": check, "Severity": severity, "Places": f"{count:,}"}
        for (check, severity), count in sorted(counts.items())
    ] or [{"Check": "none open", "Severity": "", "Places": "0"}]
