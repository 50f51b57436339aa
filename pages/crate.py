"""The audit folder's `ro-crate-metadata.json`, written with the `rocrate` library.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the Process Run Crate profile 0.5, its runs as values in
trustworthiness/crate.py. What is not in the folder (artefacts, objects of the trail) is a contextual entity named by
its hash, never a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pages.dossier import CHECKLIST_FILES, PAGES
from study import Reference
from study.identifiers import digest
from trustworthiness.crate import COMPLETED, Agent, AuditCrate, Closing, RunOfFlow, TrailObject

SPECIFICATION = "1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
TERMS = "https://w3id.org/ro/terms/workflow-run/context"
APACHE = "https://www.apache.org/licenses/LICENSE-2.0"
STATUS = "http://schema.org/{}ActionStatus"
TEAM, SOFTWARE, LICENCE, TRAIL, DOSSIER = "#team", "#fieldtrail", "#licence", "#trail", "#dossier"
DOSSIER_FILES = {**{f"{name}.html": label for name, label in PAGES.items()}, **CHECKLIST_FILES}
"""The dossier's pages and documents; the lists of records are left out, for which there are depends on the record."""
FORMATS = {"py": "text/x-python", "html": "text/html", "md": "text/markdown", "vkey": "text/plain"}
ENDINGS = {
    COMPLETED: "It completed.",
    "failed": "It failed.",
    "silent": "It stopped without recording its end.",
    "": "Its end is not recorded.",
}

Properties = dict[str, Any]


def crate_page(crate: AuditCrate, files: Mapping[str, tuple[bytes, str]]) -> bytes:
    """The metadata of the folder that holds `files` (path → bytes and what it is); the same values, the same bytes."""
    from rocrate.model import ContextEntity, File
    from rocrate.rocrate import ROCrate

    made = ROCrate(version=SPECIFICATION)
    made.metadata.extra_contexts.append(TERMS)
    for name, value in _root(crate).items():
        made.root_dataset[name] = value
    for path, (body, what) in files.items():
        made.add(File(made, dest_path=path, properties=_file(path, body, what)))
    for entity in _entities(crate):
        made.add(ContextEntity(made, entity.pop("@id"), entity))
    document = made.metadata.generate()
    document["@graph"].sort(key=_place)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _place(entity: Properties) -> tuple[int, str]:
    """The metadata file first, then the folder, then the rest by id."""
    return {"ro-crate-metadata.json": 0, "./": 1}.get(entity["@id"], 2), entity["@id"]


def _root(crate: AuditCrate) -> Properties:
    made_up = " An example: every person and word in it is made up." if crate.synthetic else ""
    return {
        "name": f"Audit folder: {crate.title}",
        "description": "The tools to verify the study's record, and its runs as the record holds them: who ran which "
        "flow when, from and to which opaquely named artefacts. No participant, no file name and no finding is in it."
        + made_up,
        "datePublished": _time(crate.published),
        "license": _to(LICENCE),
        "author": _to(TEAM),
        "publisher": _to(TEAM),
        "identifier": crate.origin,
        "conformsTo": _to(PROFILE),
        **({"mentions": _all_to(_run_id(run) for run in crate.runs)} if crate.runs else {}),
        "about": [_to(TRAIL), _to(DOSSIER)],
    }


def _file(path: str, body: bytes, what: str) -> Properties:
    kind = FORMATS.get(path.rpartition(".")[2], "text/plain")
    facts = {"name": path, "description": what, "encodingFormat": kind, "contentSize": str(len(body))}
    licence = {"license": _to(APACHE)} if path in ("verify_trail.py", "viewer.html") else {}
    return facts | licence | {"sha256": digest(body)}


def _entities(crate: AuditCrate) -> Iterable[Properties]:
    """Every contextual entity, each id once."""
    yield from _fixed(crate)
    yield _trail(crate)
    for agent in sorted({a for run in crate.runs for a in run.agents if a.type == "person"}, key=lambda a: a.id):
        yield {"@id": _agent_id(agent), "@type": "Person", "name": agent.id, "affiliation": _to(TEAM)}
    for flow, code in sorted({(run.flow, run.code) for run in crate.runs}):
        tool = {"name": flow, "softwareVersion": code, "isPartOf": _to(SOFTWARE)}
        yield {"@id": _flow_id(flow, code), "@type": "SoftwareApplication", **tool}
    yield from (_run(run) for run in crate.runs)
    references = {_reference_id(r): r for run in crate.runs for r in (*run.used, *run.generated)}
    yield from (_artefact(references[id]) for id in sorted(references))
    yield from (_object(stored) for stored in _objects(crate.closing))


def _fixed(crate: AuditCrate) -> Iterable[Properties]:
    yield {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    yield {"@id": APACHE, "@type": "CreativeWork", "name": "Apache License 2.0", "identifier": APACHE}
    yield {
        "@id": LICENCE,
        "@type": "CreativeWork",
        "name": "For the audit of this study",
        "description": "Given to the auditors of this study to verify its record; no other licence is granted. "
        "The verifier and the viewer are under the Apache License 2.0.",
    }
    yield {
        "@id": TEAM,
        "@type": "Organization",
        "name": f"The team of the study {crate.study}",
        "description": "Runs this software. Where it is the agent of a run, the record names no person for that run, "
        "but the software itself (a schedule, or a command given without a name).",
    }
    yield {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "fieldtrail",
        "softwareVersion": ", ".join(sorted({run.code for run in crate.runs})) or "unknown",
    }
    yield {
        "@id": DOSSIER,
        "@type": "CreativeWork",
        "name": "The auditor's dossier",
        "description": "The site made beside this folder, in the folder dossier. Its content's SHA-256 is what the "
        "record names when it was published; the digests of its pages are in its own SHA256SUMS.",
        "identifier": f"dossier content {crate.dossier}",
        "isBasedOn": _to(TRAIL),
        "hasPart": _all_to(f"{DOSSIER}/{file}" for file in DOSSIER_FILES),
    }
    for file, what in DOSSIER_FILES.items():
        about = {"name": file, "description": what, "isPartOf": _to(DOSSIER)}
        yield {"@id": f"{DOSSIER}/{file}", "@type": "CreativeWork", **about}


def _trail(crate: AuditCrate) -> Properties:
    closing = crate.closing
    if closing is None:
        said = {"description": "The study's record. It was not closed, or did not verify, when this was written."}
    else:
        said = {
            "description": "The study's record up to the closing that took in the last act. It is not in this folder; "
            "the closings name each of its objects by SHA-256, and the signed root covers them all.",
            "version": f"{closing.size}:{closing.root}",
            "dateModified": _time(closing.sealed_at),
        }
    listed: Properties = {"hasPart": _all_to(_object_id(stored) for stored in _objects(closing))} if closing else {}
    return (
        {"@id": TRAIL, "@type": "CreativeWork", "name": "The audit trail", "identifier": crate.origin} | said | listed
    )


def _run(run: RunOfFlow) -> Properties:
    made = [*(_object_id(stored) for stored in run.objects), *(_reference_id(r) for r in run.generated)]
    action: Properties = {
        "@id": _run_id(run),
        "@type": "CreateAction",
        "name": f"{run.flow}, {run.started[:10]}",
        "description": f"Attempt {run.attempt} of a run of {run.flow} {run.code}, deployment {run.deployment}. "
        + ENDINGS[run.ending],
        "instrument": _to(_flow_id(run.flow, run.code)),
        "agent": _all_to(dict.fromkeys(_agent_id(agent) for agent in run.agents)),
        "startTime": _time(run.started),
        "endTime": _time(run.ended),
        "result": _all_to(made or [TRAIL]),
    }
    if run.used:
        action["object"] = _all_to(_reference_id(r) for r in run.used)
    if run.ending == COMPLETED:
        action["actionStatus"] = STATUS.format("Completed")
    elif run.ending:
        action |= {"actionStatus": STATUS.format("Failed"), "error": ENDINGS[run.ending]}
    return action


def _artefact(reference: Reference) -> Properties:
    keyed = {"identifier": f"hmac-sha256 {reference.hmac}"} if reference.hmac else {"sha256": reference.sha256}
    return {
        "@id": _reference_id(reference),
        "@type": "CreativeWork",
        "name": reference.ref,
        "description": "An artefact of the study, named opaquely; it is not in this folder.",
        "contentSize": str(reference.bytes),
    } | keyed


def _object(stored: TrailObject) -> Properties:
    about = {"contentSize": str(stored.bytes), "sha256": stored.sha256, "isPartOf": _to(TRAIL)}
    return {"@id": _object_id(stored), "@type": "CreativeWork", "name": stored.key, **about}


def _objects(closing: Closing | None) -> tuple[TrailObject, ...]:
    return (*closing.objects, closing.checkpoint) if closing else ()


def _to(id: str) -> Properties:
    return {"@id": id}


def _all_to(ids: Iterable[str]) -> Properties | list[Properties]:
    """References to these entities; to one alone without a list, as RO-Crate's JSON-LD appendix asks."""
    found = [_to(id) for id in ids]
    return found[0] if len(found) == 1 else found


def _time(instant: str) -> str:
    """RFC 3339 with +00:00 for Z, the one spelling every reader of ISO 8601 takes."""
    return instant.removesuffix("Z") + "+00:00"


def _run_id(run: RunOfFlow) -> str:
    return f"#run-{run.id}"


def _flow_id(flow: str, code: str) -> str:
    return f"#flow-{flow}-{code}"


def _agent_id(agent: Agent) -> str:
    return f"#person-{agent.id}" if agent.type == "person" else TEAM


def _object_id(stored: TrailObject) -> str:
    return f"#trail/{stored.key}"


def _reference_id(reference: Reference) -> str:
    return f"#{reference.ref}-{(reference.sha256 or reference.hmac or '')[:16]}"
