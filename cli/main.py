"""The `fieldtrail` command: every subcommand imports what it needs when it runs, so that help is quick."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import explained
from cli.trail import trail_app

app = typer.Typer(
    help="Workflows and an audit trail for mixed-methods studies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(trail_app, name="trail")

Study = Annotated[str, typer.Argument(help="The study folder, which holds study.yaml.", metavar="STUDY")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Look at the study as of this day.", metavar="DATE"),
]
Acting = Annotated[str | None, typer.Option("--as", help="Your code in the team list of study.yaml.", metavar="PERSON")]


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"fieldtrail {version('fieldtrail')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Workflows and an audit trail for mixed-methods studies."""


@app.command()
def new(
    directory: Annotated[Path, typer.Argument(help="The folder to make.", metavar="DIR")],
    example: Annotated[
        str | None, typer.Option(help="Copy an example study: fsp, cps or peer-support.", metavar="NAME")
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="The example without its planted defects.")] = False,
) -> None:
    """Make a study folder: a commented starting protocol, or a copy of an example study."""
    from cli.new import new_study

    with explained():
        typer.echo(new_study(directory, example, clean=clean))


@app.command()
def check(study: Study) -> None:
    """Report every fault of study.yaml and of the files it names, with their places."""
    from cli.check import check_study

    with explained():
        raise typer.Exit(check_study(study))


@app.command()
def dictionary(
    file: Annotated[Path, typer.Argument(help="A survey file, or REDCap's data dictionary.", metavar="FILE")],
    to: Annotated[Path | None, typer.Option(help="Where it goes; else next to FILE.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a dictionary that is there.")] = False,
    missing: Annotated[str, typer.Option(help="Missing codes of all variables, as -9=Refused;UNK=Unknown.")] = "",
    catalog: Annotated[Path | None, typer.Option(help="SAS catalog with the value labels.", metavar="FILE")] = None,
    encoding: Annotated[str | None, typer.Option(help="Code page of a file that is not UTF-8.")] = None,
) -> None:
    """Propose a data dictionary from a survey file with what to look at next; read REDCap's as ours."""
    from cli.dictionary import write_dictionary

    with explained():
        raise typer.Exit(write_dictionary(file, to, force=force, missing=missing, catalog=catalog, encoding=encoding))


@app.command()
def run(
    study: Study,
    flow: Annotated[str, typer.Argument(help="A flow, such as track-consent.", metavar="FLOW")] = "run-study",
    parameter: Annotated[
        list[str] | None, typer.Option("-p", help="A flow's parameter, as key=value.", metavar="KEY=VALUE")
    ] = None,
    acting: Acting = None,
    sign: Annotated[Path | None, typer.Option(help="Your personal key: what you do is signed.", metavar="FILE")] = None,
    as_of: AsOf = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was said and the queries as JSON.")] = False,
) -> None:
    """Run a flow on a study; without FLOW the main job, from protocol to dossier."""
    from cli.run import run_flow

    with explained():
        raise typer.Exit(
            run_flow(study, flow, parameter or [], acting=acting, sign=sign, as_of=_day(as_of), as_json=json)
        )


@app.command()
def status(
    study: Study,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    as_of: AsOf = None,
) -> None:
    """Say where the study stands, read back from its trail, and verify the trail."""
    from cli.status import print_status

    with explained():
        raise typer.Exit(print_status(study, as_json=json, as_of=_day(as_of)))


@app.command()
def withdraw(
    study: Study,
    participant: Annotated[
        str,
        typer.Argument(help="The participant code; with --removed the withdrawal's code.", metavar="PARTICIPANT"),
    ],
    apply: Annotated[bool, typer.Option("--apply", help="Carry it out; without, only show what would change.")] = False,
    effective: Annotated[str | None, typer.Option(help="The day from which it counts; else today.")] = None,
    disposition: Annotated[
        str | None, typer.Option(help="What becomes of data already given: keep, deidentify or delete.")
    ] = None,
    scope: Annotated[list[str] | None, typer.Option(help="What is withdrawn, once for each; else everything.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only if one was given freely; it stays in restricted/.")] = None,
    removed: Annotated[
        list[str] | None, typer.Option(help="A place in which nothing is left, such as redcap; once for each.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", help="The same as KEY=VALUE, such as disposition=delete.")
    ] = None,
    acting: Acting = None,
    sign: Annotated[Path | None, typer.Option(help="Your personal key: what you do is signed.", metavar="FILE")] = None,
) -> None:
    """Show what a participant's withdrawal would change; with --apply carry it out; then tick copies --removed."""
    from cli.run import run_flow

    with explained():
        given = {"effective": effective, "disposition": disposition, "reason": reason}
        lists = {"scopes": ";".join(scope or ()), "removed": ";".join(removed or ())}
        chosen = [f"{key}={value}" for key, value in {**given, **lists}.items() if value]
        chosen = [f"participant={participant}", f"apply={str(apply).lower()}", *chosen, *(parameter or [])]
        raise typer.Exit(run_flow(study, "withdraw-participant", chosen, acting=acting, sign=sign))


@app.command()
def record(
    study: Study,
    kind: Annotated[
        str,
        typer.Argument(
            help="enrolment, contact, consent, interview, no-show, affiliation, site, recording, audio-check, reply, "
            "debriefing, negative-case, counter-narrative, hypothesis, memo, claim, audit-query, audit-answer or "
            "attestation.",
            metavar="KIND",
        ),
    ],
    answers: Annotated[
        list[str] | None, typer.Argument(help="The answers; without any, which there are.", metavar="KEY=VALUE...")
    ] = None,
    acting: Acting = None,
    sign: Annotated[Path | None, typer.Option(help="Your personal key: what you do is signed.", metavar="FILE")] = None,
    as_of: AsOf = None,
) -> None:
    """Enter one act by entry form instead of in a register; `run STUDY void-form` takes a wrong one back."""
    from cli.record import record_act

    with explained():
        raise typer.Exit(record_act(study, kind, answers or [], acting=acting, sign=sign, as_of=_day(as_of)))


@app.command()
def trace(
    study: Study,
    start: Annotated[
        str | None,
        typer.Argument(help="A claim, an event (the first 6 signs of its id will do) or a file.", metavar="START"),
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Only what rests on it.")] = False,
    orphans: Annotated[bool, typer.Option("--orphans", help="List what hangs loose instead.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    as_of: AsOf = None,
) -> None:
    """Walk from a claim, an event or a file down to consent and back up to what rests on it; records nothing."""
    from cli.trace import trace_study

    with explained():
        raise typer.Exit(trace_study(study, start, back=back, orphans=orphans, as_json=json, as_of=_day(as_of)))


@app.command()
def review(
    study: Study,
    acting: Acting = None,
    sign: Annotated[Path | None, typer.Option(help="Your personal key: what you do is signed.", metavar="FILE")] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(help="Take over a CSV of decisions, as restricted/review.html saves it.", metavar="FILE"),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only say how many strings are open.")] = False,
    as_of: AsOf = None,
) -> None:
    """Decide on the strings in transcripts that may be names, one by one; each decision is kept at once."""
    from cli.review import review as decide_on_strings

    with explained():
        raise typer.Exit(
            decide_on_strings(study, acting=acting, sign=sign, decisions=decisions, listed=listed, as_of=_day(as_of))
        )


@app.command()
def countersign(
    directory: Annotated[Path, typer.Argument(help="Your own folder, with your key.", metavar="DIR")],
    init: Annotated[str | None, typer.Option(help="Make your key, under this name.", metavar="NAME")] = None,
    trust: Annotated[str | None, typer.Option(help="Register a trail's public key.", metavar="VKEY")] = None,
    request: Annotated[Path | None, typer.Option(help="Answer this one request.", metavar="FILE")] = None,
    reply: Annotated[Path | None, typer.Option(help="Where its answer goes.", metavar="FILE")] = None,
    inbox: Annotated[Path | None, typer.Option(help="Answer every request in a folder.", metavar="DIR")] = None,
    serve: Annotated[int | None, typer.Option(help="Answer over HTTP on this machine.", metavar="PORT")] = None,
    show: Annotated[bool, typer.Option("--show", help="Say what you last saw of each trail.")] = False,
) -> None:
    """Vouch for the growth of other people's trails: run by another party, with its own folder and key."""
    from cli.countersign import countersign as carry_out

    with explained():
        raise typer.Exit(
            carry_out(
                directory, init=init, trust=trust, request=request, reply=reply, inbox=inbox, serve=serve, show=show
            )
        )


@app.command()
def up(
    studies: Annotated[list[str], typer.Argument(help="Study folders.", metavar="STUDY...")],
    port: Annotated[int, typer.Option(help="Port of the Prefect server.")] = 4200,
) -> None:
    """Start Prefect's server, a worker and the deployments on this machine, and print the address."""
    from cli.up import bring_up

    with explained():
        raise typer.Exit(bring_up(studies, port))


if __name__ == "__main__":
    app()
