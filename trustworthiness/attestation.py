"""The attestation an auditor signs: the file its form saves, read strictly, with one sentence for what is wrong.

`{"format": 1, "visit", "dossier": <content digest>, "auditor", "organisation", "date", "statements":
[{"id", "verdict": confirmed | not_confirmed | not_examined, "comment"}], "signed_as"}`
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from study import StudyError

FORMAT = 1
VERDICTS = ("confirmed", "not_confirmed", "not_examined")
LONGEST = 20_000  # characters of one comment
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_FORM = "Fill in the form out/dossier/attestation.html, save it again, and give that file."


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the form: what the auditor says of it, and why."""

    id: str
    verdict: str
    comment: str


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """What an auditor signed; `dossier` is the content digest in hex, `signed_as` the name typed as a signature."""

    visit: str
    dossier: str
    auditor: str
    organisation: str
    date: date
    statements: tuple[Statement, ...]
    signed_as: str

    @property
    def counts(self) -> dict[str, int]:
        """How many statements of each verdict."""
        found = Counter(s.verdict for s in self.statements)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def document(self) -> dict[str, Any]:
        """The same as it was written."""
        return {"format": FORMAT, **asdict(self), "date": self.date.isoformat()}

    def refuse_other_statements(self, asked: Sequence[str], file: str) -> None:
        """StudyError unless exactly the statements that the form asks are in it; each was answered, or left open as
        not examined, when the file was read."""
        given = {statement.id for statement in self.statements}
        if unknown := sorted(given - set(asked)):
            raise _wrong(f"the form asks no statement {unknown[0]}", file)
        if missing := [id for id in asked if id not in given]:
            raise _wrong(f"statement {missing[0]} of the form is not in the attestation", file)


def read_attestation(data: bytes, file: str) -> SignedAttestation:
    """The attestation in a file; StudyError, in one sentence, for one that is blank, unsigned or not of this form."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise _wrong("it is not the file that the attestation form saves", file) from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise _wrong("it is not an attestation of a form this version knows", file)
    for name in ("visit", "dossier", "auditor", "organisation", "date", "signed_as"):
        if not isinstance(said.get(name), str) or not said[name].strip():
            raise _wrong(f"the attestation is blank in {name}", file)
    if not re.fullmatch(r"[0-9a-f]{64}", said["dossier"]):
        raise _wrong("the attestation does not name the dossier by its digest", file)
    if not (_CODE.fullmatch(said["visit"]) and _CODE.fullmatch(said["auditor"])):
        raise _wrong("visit and auditor must be the codes under which the visit was opened", file)
    statements = _statements(said.get("statements"), file)
    return SignedAttestation(
        visit=said["visit"],
        dossier=said["dossier"],
        auditor=said["auditor"],
        organisation=said["organisation"].strip(),
        date=_day(said["date"], file),
        statements=statements,
        signed_as=said["signed_as"].strip(),
    )


def _statements(said: Any, file: str) -> tuple[Statement, ...]:
    if not isinstance(said, list) or not said:
        raise _wrong("the attestation is blank: no statement was answered", file)
    found: list[Statement] = []
    for one in said:
        id, verdict, comment = (one.get(n, "") if isinstance(one, dict) else "" for n in ("id", "verdict", "comment"))
        if not isinstance(id, str) or not _CODE.fullmatch(id) or any(s.id == id for s in found):
            raise _wrong("a statement has no name of its own", file)
        if verdict not in VERDICTS:
            raise _wrong(f"statement {id} is not answered: it needs one of {', '.join(VERDICTS)}", file)
        if not isinstance(comment, str) or len(comment) > LONGEST:
            raise _wrong(f"the comment on statement {id} is no text, or too long", file)
        found.append(Statement(id, verdict, comment.strip()))
    if all(s.verdict == "not_examined" for s in found):
        raise _wrong("the attestation is blank: every statement was left as not examined", file)
    return tuple(found)


def _day(text: str, file: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _wrong("the attestation's date is not written YYYY-MM-DD", file) from None


def _wrong(what: str, file: str) -> StudyError:
    return StudyError(what, where=file, remedy=_FORM)
