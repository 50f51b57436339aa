"""What a survey's judgement measured, kept so that its page can be made again while the survey stays as it is.

Counts only, under restricted/readings/surveys/. It can be deleted at any time: the survey is then judged once more. It
goes with every other reading when a person's data is erased.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from evidence.survey.frequencies import Frequencies
from evidence.survey.responses import Responses
from evidence.survey.scale_report import ScaleReport
from study.objects import NotStored
from tasks.readings import FOLDER
from tasks.workspace import Workspace

if TYPE_CHECKING:
    from tasks.survey_judgement import JudgedSurvey

VERSION = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What one judgement measured: the file's format, the rules, the day; how many checks came out how; the tables.

    `features` are the numbers measured on the file as a whole.
    """

    version: int = VERSION
    format: str = ""
    rules: str = ""
    day: str = ""
    dictionary: str = ""
    states: Mapping[str, int] = field(default_factory=dict)
    frequencies: Frequencies | None = None
    reports: tuple[ScaleReport, ...] = ()
    responses: Responses | None = None
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> int | None:
        """How many respondents the file has; None where nothing could be counted."""
        if self.frequencies and self.frequencies.variables:
            return self.frequencies.variables[0].rows
        return None


_KEPT = TypeAdapter(Measured)


def measured_of(place: Workspace, judged: JudgedSurvey) -> Measured:
    """What this run measured on a survey it judged."""
    data = {fact.kind: fact.data for fact in judged.facts}
    features = {
        name: float(value)
        for name, value in judged.features.items()
        if isinstance(value, (bool, int, float)) and ":" not in name and value == value
    }
    rests = dict(judged.docs.rests) if judged.docs else {}
    return Measured(
        format=str(data.get("survey.received", {}).get("format", "")),
        rules=str(data.get("survey.validated", {}).get("rules", "")),
        day=place.today.isoformat(),
        dictionary=rests.get("Data dictionary, SHA-256", ""),
        states=dict(sorted(Counter(judged.states.values()).items())),
        frequencies=judged.frequencies,
        reports=tuple(replace(report, straight_line_rows=()) for report in judged.reports),
        responses=judged.responses,
        features=dict(sorted(features.items())),
    )


def keep_measured(place: Workspace, survey: str, measured: Measured) -> None:
    """Keep it for the runs in which the survey is unchanged."""
    body = json.dumps(asdict(measured), separators=(",", ":"), default=_plain)
    place.restricted.put(_key(survey), body.encode())
    place.restricted.erase_old_versions(_key(survey))


def kept_measured(place: Workspace, survey: str) -> Measured | None:
    """What was kept; None where it is not there, or of another version of this software."""
    try:
        found = _KEPT.validate_json(place.restricted.get(_key(survey)))
    except (NotStored, ValidationError):
        return None
    return found if found.version == VERSION else None


def _plain(number: Any) -> Any:
    """A number of numpy's as Python's own."""
    return number.item()


def _key(survey: str) -> str:
    return f"{FOLDER}surveys/{survey}.measured.json"
