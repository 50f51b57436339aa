"""`fieldtrail record`: an act entered at the command line instead of in a register."""

from __future__ import annotations

import typing
from datetime import date
from pathlib import Path
from typing import Any

from cli.embedded import use_embedded_prefect
from cli.exits import UsageError
from cli.run import load_flow, run_flow

KINDS = (
    "enrolment",
    "contact",
    "consent",
    "interview",
    "no-show",
    "affiliation",
    "site",
    "recording",
    "audio-check",
    "reply",
    "debriefing",
    "negative-case",
    "counter-narrative",
    "hypothesis",
    "memo",
    "claim",
    "audit-query",
    "audit-answer",
    "attestation",
)
EVERYWHERE = ("study", "acting", "as_of")


def record_act(
    study: str, kind: str, answers: list[str], *, acting: str | None, sign: Path | None, as_of: date | None
) -> int:
    """Enter one entry form; usage errors name the kinds, or the fields of the kind and which of them are needed."""
    if kind not in KINDS:
        raise UsageError(f"There is no entry form {kind!r}; the entry forms are {', '.join(KINDS)}.")
    flow = f"record-{kind}"
    use_embedded_prefect()  # before the flow, and Prefect with it, is imported: it keeps quiet, and nothing on disk
    _, form = load_flow(flow)
    fields = {name: field for name, field in form.model_fields.items() if name not in EVERYWHERE}
    given = {answer.partition("=")[0] for answer in answers}
    lacking = [name for name, field in fields.items() if field.is_required() and name not in given]
    if lacking or given - set(fields) or acting is None:
        lines = [_asked(name, field) for name, field in fields.items()]
        wrong = [*(f"{name} is missing" for name in lacking), *(f"{n} is unknown" for n in sorted(given - set(fields)))]
        wrong += ["say who enters it, with --as PERSON"] if acting is None else []
        raise UsageError(f"The entry form {kind}: {'; '.join(wrong)}. It asks:\n" + "\n".join(lines))
    return run_flow(study, flow, answers, acting=acting, sign=sign, as_of=as_of)


def _asked(name: str, field: Any) -> str:
    """One line of what an entry form asks: the key, whether it may be left out, what it means, its words if fixed."""
    words = [word for word in typing.get_args(field.annotation) if isinstance(word, str) and word]
    fixed = f" One of: {', '.join(words)}." if words else ""
    return f"  {name}={'' if field.is_required() else ' (optional)'}  {field.description}{fixed}"
