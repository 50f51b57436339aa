"""Proof of a consent: the signed form, by the HMAC of its SHA-256 under the participant's key.

A scan lies in restricted/consents/<participant code>/ and is named after its form and version; where the paper is kept
elsewhere, its SHA-256 is entered in the register. A consent without a proof is still a consent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from recruitment.checks import raised
from recruitment.registers import CONSENT, RowKey
from study import Event, Protocol, Query
from study.identifiers import keyed_digest

FOLDER = "consents/"
WITH_FORM = frozenset({"signed", "short_form", "electronic"})
"""Modes that leave a signed form behind."""


Named = tuple[str, str]
"""A participant code and the name of a signed form in that folder."""


def file_name(form: str, version: str, action: str, ordinal: int) -> str:
    """What the scan of a consent is called, without its ending: FSP-INT-2, FSP-INT-2-renewed, FSP-INT-2-renewed-2."""
    parts = [form, version, *(["renewed"] if action == "renewed" else []), *([str(ordinal)] if ordinal > 1 else [])]
    return "-".join(parts)


def signed_forms(rows: pd.DataFrame, scans: Mapping[str, str]) -> tuple[dict[Named, str], set[Named], list[str]]:
    """The SHA-256 (hex) of the signed form of each consent; consents whose scan and entry differ; scans of none.

    `scans` maps `<participant code>/<file>` to the SHA-256 of the file; `rows` is the measured consent register.
    """
    if not scans and not rows["signed_form_sha256"].ne("").any():
        return {}, set(), []
    by_name = {(p.parts[0], p.stem): sha for name, sha in scans.items() if len((p := PurePosixPath(name)).parts) == 2}
    found: dict[Named, str] = {}
    differing: set[Named] = set()
    named: set[Named] = set()
    for r in rows[rows["action"].isin(["given", "renewed"])].astype(object).itertuples(index=False):
        name = named_after(r)
        named.add(name)
        scanned, entered = by_name.get(name, ""), str(r.signed_form_sha256).lower()
        if scanned and entered and scanned != entered:
            differing.add(name)
        if scanned or entered:
            found[name] = scanned or entered
    stray = [name for name in scans if (PurePosixPath(name).parts[0], PurePosixPath(name).stem) not in named]
    return found, differing, stray


def proof_of(key: bytes, sha256: str) -> str:
    """The proof that a consent's event holds: the HMAC of the signed form's SHA-256 (hex) under the person's key."""
    return keyed_digest(key, sha256.lower().encode())


def kept_proof(recorded: Event | None, key: bytes, sha256: str) -> str:
    """The proof to record: the one recorded already, else that of the form now on file; empty without either."""
    kept = recorded.data.get("proof") if recorded is not None else None
    return str(kept) if kept else (proof_of(key, sha256) if sha256 else "")


def signed_form_queries(
    rows: pd.DataFrame,
    scans: Mapping[str, str],
    recorded: Mapping[RowKey, Event],
    codes: Mapping[str, str],
    key: Callable[[str], bytes],
    protocol: Protocol,
    *,
    ref: str,
) -> list[Query]:
    """Signed forms that are not as recorded, are missing where the form needs them, or belong to no consent."""
    found, differing, stray = signed_forms(rows, scans)
    query = partial(raised, study=protocol.id, ref=ref, file=CONSENT.file, column="signed_form_sha256")
    queries = []
    theirs = rows[rows["action"].isin(["given", "renewed"]) & rows["is_usable"] & rows["participant_id"].isin(codes)]
    for r in theirs.astype(object).itertuples(index=False):
        who, number = codes[str(r.participant_id)], int(str(r.row))
        event = recorded.get((f"consent.{r.action}", who, str(r.form_id), str(r.form_version), int(str(r.ordinal))))
        kept = event.data.get("proof") if event is not None else None
        form = protocol.form_version(str(r.form_id), str(r.form_version))
        is_needed = form is not None and "signed_form" in form.needs and r.mode in WITH_FORM
        if not found and kept is None and not is_needed:
            continue
        named = named_after(r)
        name = named[1]
        changed = kept is not None and (named not in found or proof_of(key(who), found[named]) != kept)
        rule = f"signed_form.{who}.{name}"
        if changed or named in differing:
            queries.append(query("CN023", subject=f"participant:{who}", rule=rule, rows=[number]))
        if is_needed and named not in found and not changed:
            queries.append(query("CN024", subject=f"participant:{who}", rule=rule, rows=[number], name=name))
    if stray:
        count = "1 file" if len(stray) == 1 else f"{len(stray)} files"
        queries.append(query("CN025", subject=CONSENT.subject, rule="signed_forms", count=count))
    return queries


def named_after(r: Any) -> Named:
    """Whose folder a row's scan lies in, and what it is called."""
    return str(r.participant_id), file_name(str(r.form_id), str(r.form_version), str(r.action), int(str(r.ordinal)))
