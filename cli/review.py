"""`fieldtrail review`: the strings that may be names, decided on one by one at the team's own terminal.

A string and the words around it are shown here and nowhere else: not in run logs, not in Prefect, not in the trail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.embedded import use_embedded_prefect
from cli.exits import Exit, UsageError
from cli.keyboard import Keyboard

if TYPE_CHECKING:
    from evidence.contexts import Context
    from evidence.open_strings import Hit, OpenString
    from tasks.review import Contexts, Sitting

KEYS = "n = a name, it is masked; x = not a name; s = skip; b = back, undo the last; a = more contexts; q = quit"
ASKED = "n, x, s, b, a or q: "
EACH = 3
"""Contexts shown at a time."""

INTERRUPTED = 130


def review(
    study: str, *, acting: str | None, sign: Path | None, decisions: Path | None, listed: bool, as_of: date | None
) -> int:
    """Decide on the open strings, or take over decisions from a table, then record them with one flow run."""
    if not listed and acting is None:
        raise UsageError("Say who decides, with --as CODE, a code of the team list; --list only counts.")
    if sign and not acting:
        raise UsageError("A key signs for a person: say who acts, with --as.")
    use_embedded_prefect()
    from study import StudyError
    from tasks.request import StudyRequest
    from tasks.review import Sitting, counts_said, strings_to_review, take_over
    from tasks.string_decisions import refuse_decider
    from tasks.workspace import clock, opened

    with opened(StudyRequest(study=study, acting=acting, as_of=as_of), "review-strings") as place:
        if acting is not None:
            refuse_decider(place.protocol, acting, place.today)
        strings = () if decisions else strings_to_review(place)
    for line in [] if decisions else counts_said(place, strings):
        typer.echo(line)
    if listed or acting is None:
        return Exit.DONE
    faults: tuple[str, ...] = ()
    if decisions:
        taken = take_over(place, decisions, person=acting, now=clock(place.protocol, as_of))
        faults = taken.faults
        typer.echo(f"Taken over: {taken.new} decisions; {taken.before} stood already.")
    elif strings:
        sitting = Sitting(place, strings, acting)
        if not _sit(sitting, lambda: clock(place.protocol, as_of)):
            typer.echo(f"\nStopped. Decisions kept: {sitting.decisions}; they are recorded when you review again.")
            return INTERRUPTED
    _record(study, acting, sign, as_of)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise StudyError(
            f"rows that could not be taken over: {len(faults)}", where=decisions.name if decisions else "",
            remedy="Correct them and take the file over again; what was taken over stays.",
        )  # fmt: skip
    return Exit.DONE


def _record(study: str, acting: str, sign: Path | None, as_of: date | None) -> None:
    from cli.run import run_flow

    run_flow(study, "review-strings", [], acting=acting, sign=sign, as_of=as_of)


def _sit(sitting: Sitting, now: Callable[[], datetime]) -> bool:
    """Go through the strings until the last or q; False when interrupted."""
    from tasks.review import Contexts

    typer.echo(f"For each: {KEYS}.")
    try:
        with Contexts(sitting.place) as contexts, Keyboard() as keyboard:
            while sitting.current is not None:
                if not _decide_one(sitting, contexts, keyboard, now):
                    break
    except KeyboardInterrupt:
        return False
    typer.echo(f"Decided: {sitting.decisions}. Still open: {sitting.left}.")
    return True


def _decide_one(sitting: Sitting, contexts: Contexts, keyboard: Keyboard, now: Callable[[], datetime]) -> bool:
    """Show one string and carry out what is asked, until it is decided on, skipped or left; False to quit."""
    string = sitting.current
    assert string is not None
    _show(sitting, string)
    shown = _show_contexts(string, contexts, 0)
    keyboard.forget()
    while True:
        asked = _asked(keyboard)
        if asked in ("n", "x"):
            sitting.decide("name" if asked == "n" else "not_a_name", now())
            return True
        if asked == "s":
            sitting.skip()
            return True
        if asked == "b":
            if sitting.back():
                typer.echo("Taken back.")
                return True
            typer.echo("This is the first.")
        elif asked == "a":
            shown = _show_contexts(string, contexts, shown)
        elif asked == "q":
            return False
        else:
            typer.echo(f"{KEYS}.")


def _show(sitting: Sitting, string: OpenString) -> None:
    from tasks.review import found_in, kind_in_words

    typer.echo(f"\n{sitting.position + 1} of {len(sitting.strings)}: {kind_in_words(string)}, in {found_in(string)}")
    typer.echo(f"\n    {plain(string.shown)}\n")


def _show_contexts(string: OpenString, contexts: Contexts, shown: int) -> int:
    """Show the next contexts, each read from its file now; how many were shown by then."""
    hits = string.shown_first()[shown : shown + EACH]
    if not hits:
        typer.echo("  These are all.")
    for hit in hits:
        (context,) = contexts.of(hit.path, [(string.key, hit)])
        typer.echo(_in_context(hit, context))
    return shown + len(hits)


def _in_context(hit: Hit, context: Context | None) -> str:
    where = plain(f"{hit.path}, {hit.place}")
    if context is None:
        return f"  {where}: the file has changed since it was checked, or cannot be read."
    return f"  {where}:\n      {plain(context.before)}[{plain(context.found)}]{plain(context.after)}"


def plain(text: str) -> str:
    """Text from a file as a terminal may be given it: nothing that moves the cursor or turns the writing around."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _asked(keyboard: Keyboard) -> str:
    """The key pressed next, said again so that the record on the screen is whole."""
    typer.echo(ASKED, nl=False)
    key = keyboard.key()
    typer.echo(plain(key))
    return key
