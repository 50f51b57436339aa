"""What every part of the protocol shares: closed models and the patterns of identifiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
"""A name chosen by the team for a thing: lower-case letters, digits, dash and underscore."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
"""A short code that may enter the trail: letters, digits, underscore, dot, dash."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

Folder = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_. -]*(/[A-Za-z0-9_][A-Za-z0-9_. -]*)*$")]
"""A folder within the study folder, parts joined by a slash."""


class Part(BaseModel):
    """Base of every part of study.yaml: unknown keys are faults, values keep the type written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)
