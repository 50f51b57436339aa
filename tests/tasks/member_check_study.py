"""A small study as far as member checking needs it: six people, six transcripts, two themes, facts written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from study import Fact, Subject
from tasks.assembly import assemble_all
from tasks.member_check_sending import sending
from tasks.member_checks import answering
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened

PEOPLE = [f"P00{n}" for n in range(1, 8)]
SCOPES = ("take_part", "record", "transcribe", "quote", "recontact")
NAMES = ["Tessa Quill", "Orlo Fakenham", "Briz Notaname", "Cal Holder", "Dara Made", "Enno Blank", "Fenna Void"]

STUDY = """
id: tiny
title: Tiny
synthetic: true
time_zone: UTC
as_of: 2016-09-01
strands: [qualitative]
ethics:
  board: B
  reference: R
  approvals: [{from: 2015-01-01}]
team:
  - {code: INV1, name: A, role: investigator, tasks: [{task: release_packet, from: 2016-01-01}]}
  - {code: COO1, name: B, role: coordinator, tasks: [{task: obtain_consent, from: 2016-01-01}]}
participants:
  roles: [{id: peer, label: Peer}]
sampling:
  id_column: site_id
  stages: [{name: sites, strategy: convenience, rationale: R, size: 1}]
consent_forms:
  - form: F
    version: "1"
    file: f.txt
    approved: 2015-01-01
    opens: 2015-01-02
    scopes: [take_part, record, transcribe, quote, recontact]
transcripts:
  speakers: {interviewer: [Interviewer], participant: [Participant]}
member_checking:
  forms: [html]
  themes:
    - {id: T1, plain: "Peers want to be asked.", codes: [voice]}
    - {id: T2, plain: "Only one of us said this.", codes: [lonely]}
"""


def transcript(n: int) -> bytes:
    said = [
        f"Interview: I000{n}",
        "Interviewer: How was it?",
        f"Participant: Nobody asked me number {n} anything at first.",
        "Interviewer: And later?",
        f"Participant: Later they did, {n} times.\n",
    ]
    return "\n\n".join(said).encode()


def write_study(root: Path) -> Path:
    """The study folder: six interviews, each coded under T1, one also under T2; a seventh person with notes only."""
    root.mkdir(parents=True)
    for folder in ("transcripts", "analysis", "registers", "restricted", "replies"):
        (root / folder).mkdir()
    (root / "study.yaml").write_text(STUDY)
    codings = ["transcript_id,coder,code,start,end,quote"]
    for n in range(1, 7):
        (root / f"transcripts/I000{n}.txt").write_bytes(transcript(n))
        codings.append(f'I000{n},C1,voice,2,2,"Nobody asked me number {n} anything at first."')
    codings.append('I0001,C1,lonely,4,4,"Later they did, 1 times."')
    (root / "analysis/codings.csv").write_text("\n".join(codings) + "\n")
    (root / "analysis/codebook.csv").write_text(
        "code,definition,parent,origin,version\nvoice,Being asked,,inductive,1\nlonely,Alone,,inductive,1\n"
    )
    people = "participant_id,name,aliases,phone,email,heard_as\n"
    people += "".join(f"{p},{name},,,,\n" for p, name in zip(PEOPLE, NAMES, strict=True))
    (root / "restricted/identities.csv").write_text(people)
    return root


@contextmanager
def at(root: Path, day: date | None = None) -> Iterator[Workspace]:
    """The study opened for one run."""
    with opened(StudyRequest(study=str(root), as_of=day), flow="test", create=True) as place:
        yield place


def enrol(root: Path, *, declines: tuple[str, ...] = ()) -> None:
    """Record what earlier flows record: opening, consents, interviews, releases; `declines` want no further contact."""
    with at(root) as place:
        facts = [
            Fact("study.opened", "2015-01-01", data={
                "time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2015-01-01",
            }),
            Fact("consent.form_approved", "2015-01-01", data={
                "form": "F", "version": "1", "language": "en", "opens": "2015-01-02", "reconsent": "none",
                "scopes": SCOPES, "approval_from": "2015-01-01", "text": "0" * 64,
            }),
        ]  # fmt: skip
        for n, code in enumerate(PEOPLE, 1):
            person = (Subject("participant", place.trail_code(code)),)
            row = {"ordinal": 1, "version": 1, "row": "0" * 64}
            given = tuple(s for s in SCOPES if s != "recontact" or code not in declines)
            facts += [
                Fact("consent.given", "2016-01-10", person, data={
                    **row, "form": "F", "form_version": "1", "language": "en", "mode": "signed", "given": given,
                    "declined": tuple(set(SCOPES) - set(given)), "obtained_by": "COO1", "has_witness": False,
                    "has_representative": False, "copy_given": True,
                }),
                Fact("recruitment.enrolled", "2016-01-11", person, data=row),
                Fact("interview.held", "2016-02-01", (Subject("interview", f"I000{n}"), *person), data={
                    **row, "outcome": "full" if n < 7 else "notes_only", "recorded": n < 7,
                }),
            ]  # fmt: skip
        place.trail.append(facts)
        place.trail.append([release(place, n) for n in range(1, 7)])


def release(place: Workspace, n: int, version: int = 1) -> Fact:
    path = f"transcripts/I000{n}.txt"
    reference = place.reference(path, place.files.get(path), personal=True)
    return Fact(
        "transcript.released",
        "2016-03-01",
        (Subject("transcript", f"I000{n}"),),
        generated=(reference,),
        data={"version": version},
    )


def decide(root: Path, *rows: str) -> None:
    (root / "registers/decisions.csv").write_text(
        "decision,subject,value,person,occurred,reason\n" + "".join(f"{r}\n" for r in rows)
    )


def register(root: Path, *rows: str) -> None:
    header = "participant_id,packet_id,step,occurred,theme,change,reason\n"
    (root / "registers/member_checks.csv").write_text(header + "".join(f"{row}\n" for row in rows))


def assemble(root: Path, day: date | None = None):
    with at(root, day) as place:
        found = assemble_all(place)
        place.trail.append(found.facts)
        return found


def send(root: Path):
    with at(root) as place:
        found = sending(place)
        place.trail.append(found.facts)
        return found


def answer(root: Path):
    with at(root) as place:
        found = answering(place)
        place.trail.append(found.facts)
        return found


def reply(root: Path, n: int, name: str = "", *, version: int = 1, **changes: object) -> None:
    """Write a reply to a packet as its page would save it."""
    page = (root / f"restricted/packets/MC-I000{n}/v{version:03d}.html").read_text()
    embedded = json.loads(page.split('id="packet">')[1].split("</script>")[0])
    document = {
        **embedded["envelope"],
        "answers": [{"theme_id": "T1", "verdict": "fits", "comment": ""}],
        "missing": "",
        "withdraw_quote_ids": [],
        "received_via": "html",
        **changes,
    }
    (root / "replies" / (name or embedded["file"])).write_text(json.dumps(document))
