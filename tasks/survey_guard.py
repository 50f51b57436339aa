"""What Fieldtrail itself fails to do with one survey: said of that survey alone, and the others go on."""

from __future__ import annotations

from dataclasses import replace

from study import StudyError
from study.protocol.material import Survey
from tasks.survey_files import raised
from tasks.survey_judgement import Arrived, JudgedSurvey, judge_survey
from tasks.survey_links import People
from tasks.workspace import Workspace


def unexpected(error: Exception, spec: Survey, done: str) -> StudyError:
    """A sentence for what nobody foresaw; of the exception its type alone, because its text may hold an answer."""
    return StudyError(
        f"the survey {spec.name} could not be {done} because of a fault of Fieldtrail's own ({type(error).__name__})",
        where=spec.file,
        remedy="Nothing is wrong with what you did: report it, with this sentence. The other surveys go on.",
    )


def failed_survey(place: Workspace, arrived: Arrived, error: Exception, known: People) -> JudgedSurvey:
    """A survey whose judgement stopped: unreadable, by one query that blocks, and judged again in every run."""
    never = replace(arrived.rules, base=f"{arrived.rules.base}|failed")
    return judge_survey(place, replace(arrived, rules=never), unexpected(error, arrived.spec, "checked"), known)


def failed_files(place: Workspace, spec: Survey, error: Exception) -> JudgedSurvey:
    """The same before its file was read; what was recorded of the survey stays."""
    said = unexpected(error, spec, "checked")
    query = raised(place, spec, "SV001", spec.file, f"{said.what}. {said.remedy}")
    return JudgedSurvey(spec.name, "unreadable", (query,), looked_at=frozenset({"SV001"}))
