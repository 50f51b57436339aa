"""`fieldtrail trail …`: what an auditor or a coordinator asks of the trail alone."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import explained

trail_app = typer.Typer(
    help="Verify, prove and hand over the audit trail.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Place = Annotated[str, typer.Argument(help="The trail's folder, or s3://bucket/prefix.", metavar="DIR_OR_S3")]
Key = Annotated[str, typer.Option(help="The trail's public key: a file, or its text.", metavar="VKEY")]
Endpoint = Annotated[str | None, typer.Option(help="Address of an S3 server other than AWS.", metavar="URL")]
Cosigners = Annotated[
    list[str] | None,
    typer.Option("--cosigner", help="A countersigner's public key; may be repeated.", metavar="VKEY"),
]
Persons = Annotated[
    list[str] | None, typer.Option("--person", help="A person's public key; may be repeated.", metavar="VKEY")
]


class Lock(StrEnum):
    """S3 Object Lock modes."""

    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"


class Server(StrEnum):
    """Kinds of S3 server whose policies differ."""

    AWS = "aws"
    SEAWEEDFS = "seaweedfs"


@trail_app.callback()
def _group() -> None:
    """Verify, prove and hand over the audit trail."""


@trail_app.command()
def verify(
    place: Annotated[str, typer.Argument(help="The trail's folder, s3://bucket/prefix, or a proof.", metavar="PLACE")],
    key: Key,
    cosigner: Cosigners = None,
    person: Persons = None,
    pin: Annotated[str | None, typer.Option(help="A size and root you noted earlier.", metavar="SIZE:ROOT")] = None,
    now: Annotated[str | None, typer.Option(help="The time to judge staleness by, RFC 3339.", metavar="TIME")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="Require that study.closed is the last act.")] = False,
    versions: Annotated[Path | None, typer.Option(help="The bucket's list of versions.", metavar="FILE")] = None,
    artefacts: Annotated[
        Path | None, typer.Option(help="The study folder: check its files too.", metavar="DIR")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="The restricted folder, with --artefacts.", metavar="DIR")] = None,
    part: Annotated[bool, typer.Option("--part", help="With --artefacts: only some of the files are there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    progress: Annotated[bool | None, typer.Option(help="Say how far it is; on a terminal anyway.")] = None,
    endpoint: Endpoint = None,
) -> None:
    """Check every object, line, chain, root and signature of a trail; 0 when all held, 4 when not."""
    from cli.verify import verify_place

    with explained():
        raise typer.Exit(
            verify_place(
                place, key, endpoint=endpoint, cosigners=cosigner or [], persons=person or [], pin=pin, now=now,
                closed=closed, versions=versions, artefacts=artefacts, keys=keys, part=part, as_json=json,
                progress=progress,
            )
        )  # fmt: skip


@trail_app.command()
def show(
    place: Place,
    key: Key,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be repeated.", metavar="KIND")] = None,
    subject: Annotated[str | None, typer.Option(help="Only about this, as type:id.", metavar="SUBJECT")] = None,
    last: Annotated[int, typer.Option(min=0, help="How many, the newest; 0 for all.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print the lines as they are stored.")] = False,
    endpoint: Endpoint = None,
) -> None:
    """List records with their ids, oldest first."""
    from cli.show import show_trail

    with explained():
        raise typer.Exit(
            show_trail(place, key, endpoint=endpoint, kinds=kind or [], subject=subject, last=last, as_json=json)
        )


@trail_app.command()
def prove(
    place: Place,
    event_id: Annotated[str, typer.Argument(help="The event's id; `trail show` lists them.", metavar="EVENT_ID")],
    out: Annotated[Path | None, typer.Option(help="Write the proof here.", metavar="FILE")] = None,
    endpoint: Endpoint = None,
) -> None:
    """Write a proof that one event is in the trail; whoever has the public key checks it alone."""
    from cli.prove import prove_event

    with explained():
        prove_event(place, event_id, out, endpoint=endpoint)


@trail_app.command()
def kit(
    place: Place,
    key: Key,
    out: Annotated[Path, typer.Option(help="The folder to make.", metavar="DIR")],
    cosigner: Cosigners = None,
    person: Persons = None,
    endpoint: Endpoint = None,
) -> None:
    """Write what an auditor is handed: verifier, viewer, public keys, instructions, with their SHA-256."""
    from cli.kit import write_kit

    with explained():
        code = write_kit(place, key=key, cosigners=cosigner or [], persons=person or [], out=out, endpoint=endpoint)
        raise typer.Exit(code)


@trail_app.command()
def keygen(
    file: Annotated[Path, typer.Argument(help="Where the private key goes.", metavar="FILE")],
    study: Annotated[str | None, typer.Option(help="For the trail of the study of this id.", metavar="ID")] = None,
    person: Annotated[str | None, typer.Option(help="For the team member of this code.", metavar="CODE")] = None,
) -> None:
    """Make the key of a trail or of a person, readable by you alone, and its public half beside it."""
    from cli.keygen import keygen as make_key

    with explained():
        typer.echo(make_key(file, study=study, person=person))


@trail_app.command()
def policy(
    bucket: Annotated[str, typer.Argument(help="The bucket, or s3://bucket/prefix.", metavar="BUCKET")],
    prefix: Annotated[str, typer.Option(help="Where in the bucket the trail lies.", metavar="PREFIX")] = "",
    account: Annotated[str | None, typer.Option(help="Your AWS account, 12 digits.", metavar="ID")] = None,
    name: Annotated[str, typer.Option(help="How the roles' names begin.", metavar="NAME")] = "fieldtrail",
    mode: Annotated[Lock, typer.Option(help="How firmly objects are locked by default.")] = Lock.GOVERNANCE,
    years: Annotated[int, typer.Option(min=1, help="For how many years they are locked by default.")] = 10,
    server: Annotated[Server, typer.Option(help="For which kind of server.")] = Server.AWS,
    document: Annotated[str | None, typer.Option(help="Only this one, as JSON alone.", metavar="NAME")] = None,
) -> None:
    """Print who may do what in a trail's bucket: policies for its roles, Object Lock and lifecycle."""
    from cli.policy import print_policy

    with explained():
        print_policy(
            bucket, prefix=prefix, account=account, name=name, mode=mode.value, years=years, server=server.value,
            document=document,
        )  # fmt: skip


@trail_app.command()
def removal(
    study: Annotated[str, typer.Argument(help="The study folder.", metavar="STUDY")],
    code: Annotated[str, typer.Argument(help="The deviation's code, which says nothing (D7).", metavar="CODE")],
    acting: Annotated[str, typer.Option("--as", help="Your code in the team list of study.yaml.", metavar="PERSON")],
    removed: Annotated[
        list[str] | None, typer.Option(help="An object that is gone, as KEY; may be repeated.", metavar="KEY")
    ] = None,
) -> None:
    """Record before and after that an object is taken out of the trail: docs/erasure.md has the drill."""
    from cli.removal import record_removal

    with explained():
        record_removal(study, code, removed or [], acting)
