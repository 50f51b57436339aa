"""`fieldtrail run`: one flow on one study, with its progress and what came of it."""

from __future__ import annotations

import gc
import inspect
import json
import os
import pkgutil
import typing
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import typer

from cli.embedded import await_server, start_server, unwatched, use_embedded_prefect
from cli.exits import Exit, UsageError
from cli.progress import shown_progress

CHECKING_FLOWS = ("run-study", "track-", "validate-", "record-", "void-form")
"""What the names of flows begin with that judge people's files: what takes long to import is fetched meanwhile."""

SHOWN = 5
"""Blocking queries that a single flow shows at the command line."""


def run_flow(
    study: str,
    flow: str,
    parameters: list[str],
    *,
    acting: str | None,
    sign: Path | None = None,
    as_of: date | None = None,
    as_json: bool = False,
) -> int:
    """Run the flow, signed with the acting person's key where one is given; 1 when blocking queries are open."""
    if sign and not acting:
        raise UsageError("A key signs for a person: say who acts, with --as.")
    gc.set_threshold(100_000, 20, 100)  # what is imported stays: looking for what to free costs seconds
    use_embedded_prefect()
    if (Path(study).expanduser() / "study.yaml").is_file():
        start_server()  # which takes as long as importing the flows does
    from expectations.warming import warm_up
    from study import load_protocol
    from tasks.trail_place import PERSONAL_KEY
    from tasks.workspace import study_root

    if sign:
        os.environ[PERSONAL_KEY] = str(sign)
    function, request_model = load_flow(flow)
    request = _request(request_model, {"study": study, "acting": acting, "as_of": as_of, **_pairs(parameters)})
    load_protocol(study_root(study))  # what is wrong with the study itself is said before Prefect starts
    if flow.replace("_", "-").startswith(CHECKING_FLOWS):
        warm_up()  # while Prefect starts
    await_server()
    with shown_progress(quiet=as_json), unwatched():
        outcome = function(request)
    if as_json:
        typer.echo(json.dumps(_document(outcome), ensure_ascii=False, indent=1))
    else:
        for sentence in (*outcome.said, *blocking_said(outcome)):
            typer.echo(sentence)
        for path in outcome.made:
            typer.echo(path)
    return Exit.BLOCKED if outcome.blocking else Exit.DONE


def blocking_said(outcome: Any) -> list[str]:
    """Why a flow ends with 1: its first blocking queries, each with what to do, and how many more there are.

    None for the main job, which sums them up and shows them on its page, and none that the flow said itself.
    """
    if outcome.flow == "run-study":
        return []
    blocking = [q for q in outcome.queries if q.severity == "block"]
    lines = [
        f"{q.check} blocks. {q.where}: {q.message}" for q in blocking if f"{q.where}: {q.message}" not in outcome.said
    ]
    more = len(lines) - SHOWN
    rest = [f"And {more} more; `fieldtrail run STUDY` shows all of them on out/index.html."] if more > 0 else []
    return lines[:SHOWN] + rest


def flow_names() -> list[str]:
    """Every flow, as written on the command line."""
    import flows

    return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(flows.__path__))


def load_flow(name: str) -> tuple[Any, type[Any]]:
    """A flow by its name, with dashes or underscores, and its request model."""
    import importlib

    if name.replace("_", "-") not in flow_names():
        raise UsageError(f"There is no flow {name!r}; the flows are {', '.join(flow_names())}.")
    module = name.replace("-", "_")
    function = getattr(importlib.import_module(f"flows.{module}"), module)
    return function, typing.get_type_hints(inspect.unwrap(function.fn))["request"]


def _pairs(parameters: list[str]) -> dict[str, Any]:
    pairs = [p.partition("=") for p in parameters]
    bare = [key for key, equals, _ in pairs if not equals]
    if bare:
        raise UsageError(f"Write -p {bare[0]}=VALUE.")
    return {key: value for key, _, value in pairs}


def _request(model: type[Any], values: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    known = {name: value for name, value in values.items() if value is not None}
    try:
        return model.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        names = ", ".join(model.model_fields)
        if name == "acting":
            raise UsageError("Say who decides, with --as CODE, a code of the team list.") from None
        what = first["msg"].removeprefix("Value error, ").lower()
        raise UsageError(f"{name + ': ' if name else ''}{what}; this flow's parameters are {names}.") from None


def _document(outcome: Any) -> dict[str, Any]:
    return {**asdict(outcome), "blocking": outcome.blocking}
