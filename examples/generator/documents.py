"""The prose of a made-up study: consent forms, field notes, the folder's README."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date

from examples.generator.dialogue import Speech

SCOPE_TEXT = {
    "take_part": "I take part in the study.",
    "survey": "I answer the survey.",
    "record": "The interview may be recorded.",
    "transcribe": "The recording may be written out by the team.",
    "quote": "My words may be quoted without my name.",
    "recontact": "I may be contacted again to check what was found.",
    "audit": "Authorised reviewers may look at my material.",
    "archive": "The masked transcript may be kept in an archive.",
}


def consent_form(form: str, version: str, opens: str, scopes: Iterable[str]) -> bytes:
    """One version of a consent form."""
    boxes = [f"[ ] yes  [ ] no   {SCOPE_TEXT[scope]}" for scope in scopes]
    return "\n".join(
        [
            f"Consent form {form}, version {version} (made up; not for use)",
            f"May be signed from {opens}.",
            "",
            "Taking part is voluntary. You may stop at any time and need not say why.",
            "If you leave, you decide whether what you gave is kept, masked or deleted.",
            "",
            *boxes,
            "",
            "Signature: ______________   Day: ______________   Obtained by: ______________",
            "",
        ]
    ).encode()


def field_note(study: str, site: str, day: date) -> bytes:
    """Notes of a visit; no person's name, no quoted speech."""
    speech = Speech(f"{study}/note/{site}", study, {"peer": "the peer"})
    rng = random.Random(f"{study}/note/{site}")
    seen = [speech.sentence().text for _ in range(rng.randint(7, 10))]
    return "\n".join(
        [
            f"Field note (made up), site {site}, {day.isoformat()}",
            "",
            "What we noticed, from notes taken on the day:",
            "",
        ]
        + [f"- {sentence}" for sentence in seen]
        + [""]
    ).encode()


def readme(name: str) -> bytes:
    """Says of a folder that nothing in it is real."""
    return (
        f"# The example study `{name}`\n\n"
        "Everything here is synthetic. Every site, person, name, date, score and sentence was made up by\n"
        "`python -m examples.generator`; nobody said any of it. The study only has the shape of a published one,\n"
        "named in `study.yaml`, and its results are planted: they replicate nothing.\n\n"
        "Start with `study.yaml`. Then `fieldtrail check` and `fieldtrail run` on this folder.\n"
    ).encode()
