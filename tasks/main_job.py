"""What the main job adds around its steps: their order's progress, pending decisions, sealing, the summary."""

from __future__ import annotations

import inspect
import typing
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from study.event import instant
from tasks.ended import CLOSED, UNLINKED, is_closed
from tasks.erasure import finish_pending
from tasks.outcome import Outcome
from tasks.planted import planted_report
from tasks.progress import main_step
from tasks.queries import set_aside_queries
from tasks.request import StudyRequest
from tasks.standing import stand
from tasks.study_page import write_study_page
from tasks.summary import summary
from tasks.workspace import opened


class Procedure:
    """Takes a study through flows one by one, saying which; at the end one flow runs whatever happened."""

    def __init__(self, request: StudyRequest, *, steps: int, whatever_happens: tuple[str, Any]) -> None:
        self.outcomes: list[Outcome] = []
        self.began = instant(datetime.now(UTC))
        self._request = request
        self._steps = steps
        self._taken = 0
        self._last = whatever_happens

    def __enter__(self) -> Procedure:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.take(*self._last)
        elif issubclass(kind, Exception):
            with suppress(Exception):  # what stopped the procedure is what a person must hear of
                self.take(*self._last)

    def take(self, said: str, flow: Any) -> None:
        """Run one flow with the same study, person and day."""
        self.say(said)
        model = typing.get_type_hints(inspect.unwrap(flow.fn))["request"]
        self.outcomes.append(flow(model(**self._shared(model))))

    def say(self, said: str) -> None:
        """Show the next step."""
        self._taken += 1
        main_step(said, self._taken, self._steps)

    def _shared(self, model: type[StudyRequest]) -> dict[str, Any]:
        return {name: getattr(self._request, name) for name in StudyRequest.model_fields}


def finish_decisions(request: StudyRequest) -> Outcome:
    """Finish what was decided and not yet carried out: erasures, queries set aside; says what cannot be."""
    with opened(request, flow="run-study") as place:
        finish_pending(place)
        return Outcome("run-study", said=() if is_closed(place) else set_aside_queries(place))


def closing_summary(request: StudyRequest, procedure: Procedure) -> Outcome:
    """Where the study stands, as sentences and as the study page."""
    with opened(request, flow="run-study") as place:
        standing = stand(place)
        page = write_study_page(place, standing, procedure.outcomes, since=procedure.began)
        over = dict.fromkeys(s for o in procedure.outcomes for s in o.said if s in (CLOSED, UNLINKED))
        said = (*over, *summary(standing, procedure.outcomes), *planted_report(place, standing))
        return Outcome("run-study", said=said, queries=standing.open_queries, made=(page,))
