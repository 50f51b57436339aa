"""The small study of member checking, with consent to audit and archiving, two claims and an archive; no quotes' names.

P002 declines audit and archiving by withdrawing both scopes. Claim CL1 rests on every coding, CL2 on that of I0001.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from study import Fact, Subject
from study.identifiers import digest as sha256
from tasks.codings import material_of
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened


def small_study() -> ModuleType:
    """The helpers of the member-checking tests, as a module of its own that may be changed."""
    spec = importlib.util.spec_from_file_location("closing_tiny", Path(__file__).parent / "member_check_study.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["closing_tiny"] = made
    spec.loader.exec_module(made)
    made.SCOPES = (*made.SCOPES, "audit", "archive")
    made.STUDY = made.STUDY.replace("quote, recontact]", "quote, recontact, audit, archive]").replace(
        "- {code: COO1,",
        "- {code: AUD1, name: C, role: auditor, tasks: [{task: audit, from: 2016-01-01}]}\n  - {code: COO1,",
    )
    made.STUDY += "archive: {id: ARC, name: Made-up archive, terms: For research.}\ndisclosure: {k: 2}\n"
    return made


@contextmanager
def at(root: Path, person: str = "INV1") -> Iterator[Workspace]:
    with opened(StudyRequest(study=str(root), acting=person), flow="test") as place:
        yield place


def write(root: Path) -> Path:
    """The study with its people enrolled, its codings imported and its claims asserted."""
    tiny = small_study()
    tiny.write_study(root)
    tiny.enrol(root)
    (root / "restricted/participants.csv").write_text(
        "participant_id,pseudonym,site_id,role,from,to,group\n"
        + "".join(f"P00{n},,,{'peer' if n < 6 else 'lead'},2016-01-01,,\n" for n in range(1, 8))
    )
    (root / "audits").mkdir()
    (root / "audits/V1.txt").write_text("signed")
    with at(root) as place:
        place.trail.append([ended(place, "P002", "audit", "archive")])
        material = material_of(place)
        place.trail.append(material.facts)
        assert material.codings is not None
        everything = list(material.codings.segments["coding"])
        place.trail.append(
            [
                claim(place, "CL1", everything, list(material.imports.values())),
                claim(place, "CL2", [c for c in everything if c.startswith("I0001")], [material.imports["I0001"]]),
            ]
        )
    return root


def ended(place: Workspace, participant: str, *scopes: str) -> Fact:
    data = {
        "ordinal": 1,
        "version": 1,
        "row": "0" * 64,
        "scopes": scopes,
        "disposition": "keep",
        "source": "request",
    }
    return Fact("consent.withdrawn", "2016-03-05", (Subject("participant", place.trail_code(participant)),), data=data)


def claim(place: Workspace, id: str, codings: list[str], causes: list[str]) -> Fact:
    data = {"version": 1, "themes": 0, "codes": ("voice",), "codings": len(codings)}
    fact = Fact("claim.asserted", place.instant, (Subject("claim", id),), causes=tuple(causes), data=data)
    return place.with_record(fact, {"claim_id": id, "statement": "They ask.", "rests_on": codings})


def published(place: Workspace, mark: str) -> str:
    """A dossier published whose form names its digest; the digest."""
    digest = mark * 64
    asked = "".join(f'<fieldset class="statement" data-id="{id}">' for id in ("trail", "claims"))
    pages = {"index.html": f"<p>{digest}</p>".encode(), "attestation.html": f"<p>{digest}</p>{asked}".encode()}
    pages["SHA256SUMS"] = "".join(f"{sha256(body)}  {path}\n" for path, body in pages.items()).encode()
    for path, body in pages.items():
        place.out.put(f"dossier/{path}", body)
    place.trail.append([Fact("dossier.published", place.instant, data={"content": digest})])
    return digest


def memo(place: Workspace, id: str, person: str, words: str, *about: str, path: str = "") -> Fact:
    """A memo as it is recorded: its words a file of the study folder, or entered in its table."""
    path = path or f"analysis/memos/{id}.txt"
    data = {"memo": id, "person": person, "about": about, "content": "0" * 64}
    made = place.reference(path, words.encode(), personal=True)
    return Fact("memo.written", "2016-04-01", (Subject("memo", id),), generated=(made,), data=data)
