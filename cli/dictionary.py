"""`fieldtrail dictionary`: a data dictionary proposed from a survey file, or made from REDCap's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.exits import Exit, UsageError
from study.errors import Fault, StudyError

if TYPE_CHECKING:
    from evidence.survey.dictionary import DataDictionary
    from evidence.survey.dictionary_hints import Hints

LARGEST_DICTIONARY = 64 << 20
SHOWN = 20
"""Things to look at that are printed."""
_WORDS = ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*", re.ASCII)


def write_dictionary(
    file: Path, to: Path | None, *, force: bool, missing: str, catalog: Path | None, encoding: str | None
) -> int:
    """Write the dictionary next to the file, or `to` a place, and print what to do with it."""
    from evidence.survey.dictionary import is_dictionary, read_dictionary
    from evidence.survey.dictionary_hints import Hints, hints
    from evidence.survey.dictionary_proposal import propose
    from evidence.survey.dictionary_written import written

    target = to or file.with_name(f"{file.stem.removesuffix('.dictionary')}.dictionary.csv")
    if target.suffix.lower() != ".csv":
        raise UsageError("A data dictionary is written as CSV: give --to a name that ends in .csv.")
    data = _bytes(file)
    found = Hints()
    is_converted = len(data) <= LARGEST_DICTIONARY and is_dictionary(data, file.name)
    if is_converted:
        dictionary = read_dictionary(data, file.name)
        if not dictionary.variables:
            raise _first(dictionary.faults, file.name)
        dictionary = _with_missing(dictionary, missing)
    else:
        from evidence.survey import read_survey

        survey = read_survey(file, catalog=catalog, encoding=encoding)
        survey = replace(survey, dictionary=_with_missing(survey.dictionary, missing))
        dictionary = propose(survey)
        found = hints(survey, dictionary)
    _write(target, written(dictionary), force=force)
    count = len(dictionary.variables)
    typer.echo(f"{target} describes {count} {'variable' if count == 1 else 'variables'}.")
    for sentence in _to_look_at(dictionary, found):
        typer.echo(f"- {sentence}")
    typer.echo("\nTo paste into study.yaml, under surveys (make the list if there is none yet):\n")
    for line in _study_lines(file, target, found, is_converted=is_converted, catalog=catalog, encoding=encoding):
        typer.echo(line)
    typer.echo("\nThen run `fieldtrail check` on the study.")
    return Exit.DONE


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or "the disk refused"
        raise StudyError(f"the file cannot be read ({reason})", where=str(file), remedy="Correct its name.") from None


def _write(target: Path, data: bytes, *, force: bool) -> None:
    try:
        with target.open("wb" if force else "xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise StudyError(
            "is there already, and somebody may have worked on it",
            where=str(target),
            remedy="Give another place with --to, or --force to write over it.",
        ) from None
    except OSError as error:
        reason = error.strerror or "the disk refused"
        raise StudyError(f"cannot be written ({reason})", where=str(target), remedy="Give another with --to.") from None


def _first(faults: tuple[Fault, ...], name: str) -> StudyError:
    fault = faults[0] if faults else Fault(name, "the dictionary lists no variable")
    return StudyError(fault.what, where=fault.where, remedy=fault.remedy)


def _with_missing(dictionary: DataDictionary, codes: str) -> DataDictionary:
    """The same with a project's missing codes for every variable but checkboxes and those marked @NOMISSING."""
    from evidence.survey.dictionary_codes import read_codes

    faults: list[str] = []
    missing = read_codes(codes, "missing", lambda _, what, remedy: faults.append(f"{what}. {remedy}"))
    if faults:
        raise UsageError(f"--missing: {faults[0]}")
    return replace(
        dictionary,
        variables=tuple(
            v if v.set or "@NOMISSING" in v.note else replace(v, missing={**missing, **v.missing})
            for v in dictionary.variables
        ),
    )


def _to_look_at(dictionary: DataDictionary, found: Hints) -> Iterator[str]:
    said = [*(f"Left out: {fault}" for fault in dictionary.faults), *found.sentences]
    yield from said[:SHOWN]
    if len(said) > SHOWN:
        yield f"and {len(said) - SHOWN} more of this kind."


def _study_lines(
    file: Path, target: Path, found: Hints, *, is_converted: bool, catalog: Path | None, encoding: str | None
) -> Iterator[str]:
    """The survey as study.yaml names it; paths from the study folder around the file, else under surveys/."""
    name = re.sub(r"[^a-z0-9_-]+", "_", file.stem.removesuffix(".dictionary").lower()).strip("_-")[:40]
    name = name if name[:1].isalpha() else f"survey_{name}"[:40].rstrip("_-")
    yield f"  - name: {name}"
    export = "surveys/export.csv  # the survey file itself"
    yield f"    file: {export if is_converted else _scalar(_in_study(file))}"
    yield f"    dictionary: {_scalar(_in_study(target))}"
    if found.key:
        yield "    linkage: coded"
        yield f"    key: {_scalar(found.key)}  # is this the participant code? Else write linkage: anonymous"
    else:
        yield "    linkage: anonymous  # or coded, and key: the column that holds the participant code"
    for key, column in (
        ("site", found.site),
        ("interview_date", found.day),
        ("start", found.start),
        ("end", found.end),
    ):
        if column:
            yield f"    {key}: {_scalar(column)}  # looks like it; please confirm"
    if catalog:
        yield f"    catalog: {_scalar(_in_study(catalog))}"
    if encoding:
        yield f"    encoding: {_scalar(encoding)}"


def _in_study(file: Path) -> str:
    absolute = file.resolve()
    for folder in absolute.parents:
        if (folder / "study.yaml").is_file():
            return absolute.relative_to(folder).as_posix()
    return f"surveys/{file.name}"


def _scalar(text: str) -> str:
    """A text as YAML: quoted unless it is plainly a word or a path."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)
