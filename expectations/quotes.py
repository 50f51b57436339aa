"""Quotes judged by what stands beside them: one row a quote (TR072)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from expectations.transcripts import QUOTES, SHOWN_QUOTES
from expectations.validate import validate_full
from study import Protocol, Query


class Quote(NamedTuple):
    """A quote somewhere: the subject it is about (`claim:CL1`), the opaque ref of its file, the file's path and the
    place there, which quote, and how many people share what stands beside it (`evidence.disclosure`)."""

    subject: str
    ref: str
    where: str
    rule: str
    part: str
    people_sharing_count: int


def judge_quotes(quotes: Sequence[Quote], *, study: Protocol, shown: bool) -> list[Query]:
    """One query a subject with quotes that single somebody out; `shown` says that they leave the team, then it blocks.

    Quotes of one subject and file have the same path and rule.
    """
    if not quotes:
        return []
    frame = pd.DataFrame(quotes, columns=list(Quote._fields))
    frame["people_sharing_count"] = frame["people_sharing_count"].astype(float)
    suite = SHOWN_QUOTES if shown else QUOTES
    found = validate_full(frame, suite, study=study, subject_column="subject", part_column="part")
    return list(found.queries)
