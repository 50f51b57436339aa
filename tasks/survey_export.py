"""Clean exports of surveys: which may be made, of which rows, what is written and what is recorded.

An export lies under restricted/exports/<survey>/ and can be made again at any time: the same file, data dictionary,
people and decisions give the same answers in the same bytes. Its README counts editions, so that an export that is
again as an earlier one was is an act of its own in the trail. The survey file itself is only read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.survey import Survey as SurveyFile
from evidence.survey import read_survey
from evidence.survey.clean_files import as_parquet, as_sav
from evidence.survey.cleaning import CELLS, KEPT, MISSING, Accepted, Clean, Failed, Row, cleaned
from evidence.survey.cleaning_scores import with_scores
from evidence.survey.dictionary import DataDictionary
from evidence.survey.features import answers_as_declared
from evidence.survey.linkage import each
from expectations.survey.suites import SurveyToJudge, row_suite
from expectations.validate import CheckResult, validate_full
from pages.clean_export import changes_csv, export_readme
from pages.layout import plural
from recruitment.consent import approval_on
from study import Fact, Query, StudyError, Subject
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import fingerprint, fold_queries
from study.query import place as place_of
from tasks.exported import export_folder
from tasks.gates import Gatekeeper
from tasks.outcome import Outcome
from tasks.progress import step
from tasks.queries import may_be_set_aside, read_query
from tasks.survey_files import survey_files
from tasks.survey_guard import unexpected
from tasks.survey_links import People, people, row_days
from tasks.survey_people import of_people
from tasks.survey_verdicts import current_verdict, is_usable, last_judgement, undescribed
from tasks.workspace import Workspace

STEP = "export_survey"
OF_ROWS: Mapping[str, Row] = {"SV030": "duplicate", "SV040": "no_key"}
"""Checks whose rows are left out whole."""
REFUSED = {
    None: ("was not checked as its files lie now", "Run validate_surveys, then export it."),
    "blocked": ("is blocked", "Resolve its blocking queries or decide on them, run validate_surveys, then export it."),
    "unreadable": ("cannot be read", "See its queries, and run validate_surveys when the file is mended."),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which surveys are asked for (all where none is named), and whether with scale scores."""

    surveys: tuple[str, ...] = ()
    scores: bool = False


@dataclass(frozen=True, slots=True)
class Exports:
    """What was made: facts to record, a sentence for each survey, the files by their path."""

    facts: tuple[Fact, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@task(name="export surveys", cache_policy=NO_CACHE)
def exports(place: Workspace, wanted: Wanted) -> Exports:
    """Write the exports that are asked for; StudyError for a survey asked for by name that may not be exported."""
    known = people(place)
    gates = Gatekeeper(place, known.ledger)
    facts: list[Fact] = []
    said: list[str] = []
    made: list[str] = []
    chosen = _chosen(place, wanted)
    for number, spec in enumerate(chosen, start=1):
        step(f"Exporting the survey {spec.name}", number, len(chosen))
        try:
            clean, fact, paths = _export(place, spec, known, gates, wanted)
        except Exception as error:
            fault = error if isinstance(error, StudyError) else unexpected(error, spec, "exported")
            if wanted.surveys:
                raise fault from None
            said.append(f"Not exported: {fault}")
            continue
        facts.append(fact)
        said.append(_sentence(spec, clean))
        made += paths
    gates.write("export-surveys")
    return Exports(tuple(facts), tuple(said) or ("The protocol declares no survey.",), tuple(made))


def exports_said(found: Exports) -> Outcome:
    """What the flow says."""
    handed = "Write down who gets a copy of an export: a withdrawal reaches copies only through people."
    return Outcome("export-surveys", (*found.said, *([handed] if found.made else [])), made=found.made)


def _chosen(place: Workspace, wanted: Wanted) -> list[Survey]:
    by_name = {spec.name: spec for spec in place.protocol.surveys}
    unknown = [name for name in wanted.surveys if name not in by_name]
    if unknown:
        raise StudyError(
            f"there is no survey {unknown[0]}",
            where="study.yaml, surveys",
            remedy=f"Known are: {', '.join(by_name) or 'none'}.",
        )
    return [by_name[name] for name in wanted.surveys or by_name]


def _export(
    place: Workspace, spec: Survey, known: People, gates: Gatekeeper, wanted: Wanted
) -> tuple[Clean, Fact, list[str]]:
    """One survey's export written, with what is to be recorded of it."""
    verdict = current_verdict(place, spec)
    files = survey_files(place, spec)
    if not is_usable(place, spec) or files.dictionary is None:
        what, remedy = REFUSED.get(verdict, REFUSED[None])
        raise StudyError(f"the survey {spec.name} {what}", where=spec.file, remedy=remedy)
    if spec.linkage == "coded":
        _refuse_unapproved(place, known, spec)
    data = place.files.get(spec.file)
    original = place.reference(spec.file, data, personal=True)
    read = read_survey(data, name=spec.file, catalog=files.catalog, encoding=spec.encoding)
    clean = _clean(place, spec, known, gates, read, files.dictionary, wanted)
    title = f"{spec.name}, clean export"
    data_files = {
        f"{spec.name}.sav": as_sav(clean, title),
        f"{spec.name}.parquet": as_parquet(clean, title),
        "changes.csv": changes_csv(clean),
    }
    folder = f"restricted/{export_folder(spec.name)}"
    earlier = [e for e in place.events(["survey.exported"]) if e.subject_id("survey") == spec.name]
    last = max(earlier, key=lambda e: (e.recorded_at, e.id), default=None)
    queries = _open_queries(place, spec)
    for edition in (len(earlier), len(earlier) + 1):
        readme = export_readme(clean, spec.name, spec.file, edition, has_scores=wanted.scores, queries=queries)
        written = {f"{folder}{name}": body for name, body in {**data_files, "README.md": readme}.items()}
        generated = tuple(place.reference(path, body, personal=True) for path, body in written.items())
        if last is not None and last.generated == generated:
            break
    for path, body in written.items():
        _put(place, path.removeprefix("restricted/"), body)
    if place.reference_to(spec.file) != original:
        raise StudyError(
            "the survey file was changed while it was exported",
            where=spec.file,
            remedy="Run validate_surveys, then export it again.",
        )
    judged = last_judgement(place.events(["survey.validated"]), spec)
    fact = Fact(
        "survey.exported",
        place.instant,
        (Subject("survey", spec.name),),
        used=(original, *files.used),
        generated=generated,
        causes=(judged.id,) if judged else (),
        data={"rows": len(clean.frame), "excluded": sum(clean.excluded.values())},
    )
    return clean, fact, list(written)


def _clean(
    place: Workspace,
    spec: Survey,
    known: People,
    gates: Gatekeeper,
    read: SurveyFile,
    dictionary: DataDictionary,
    wanted: Wanted,
) -> Clean:
    """The clean form, by the same checks as the judgement."""
    answers = answers_as_declared(read, dictionary)
    of = of_people(place, spec, known, read, dictionary, answers)
    whole = SurveyToJudge(spec, read, dictionary, answers, of.links, of.about_file, of.about_variables, reports=())
    whole = replace(whole, spellings=known.spellings_of(spec))
    results = list(_results(place, whole))
    excluded = excluded_rows(place, spec, known, gates, answers.values, of.links)
    aside = _set_aside(place, spec, dictionary.names)
    failed: list[Failed] = []
    accepted: dict[str, Accepted] = {}
    for result in results:
        kept = aside.get((result.check, result.column), "")
        if result.check in CELLS:
            failed.append(Failed(result.check, result.column, result.failing, kept))
        elif not kept:
            excluded[OF_ROWS[result.check]] = result.failing
        elif result.failing:
            accepted[result.check] = Accepted(frozenset(result.failing), kept)
    clean = cleaned(read, dictionary, answers, failed, excluded, accepted, key=spec.key)
    if clean.frame.empty:
        raise StudyError(
            f"no row of the survey {spec.name} may be exported",
            where=spec.file,
            remedy="See the consent register and restricted/consent/refused-export-surveys.csv.",
        )
    return with_scores(clean, whole.scales, dictionary) if wanted.scores else clean


def _results(place: Workspace, whole: SurveyToJudge) -> Iterator[CheckResult]:
    """How the checks went that change an export; StudyError when one could not be made."""
    spec, rows = whole.spec, whole.rows(place.today)
    suite = row_suite(whole.dictionary, rows.columns, spec)
    wanted = tuple(check for check in suite.checks if check.id in CELLS or _is_of_rows(check.id, spec))
    if not wanted:
        return
    ref = place.ref(spec.file)
    judged = validate_full(rows, replace(suite, checks=wanted), study=place.protocol, place=ref)
    for result in judged.results:
        if result.state == "unchecked":
            raise StudyError(
                f"check {result.check} could not be made on the survey {spec.name}",
                where=f"{spec.file}, column {result.column}",
                remedy="Run validate_surveys and see its query.",
            )
        yield result


def _is_of_rows(check: str, spec: Survey) -> bool:
    return check in OF_ROWS and spec.linkage == "coded" and spec.key is not None


def excluded_rows(
    place: Workspace, spec: Survey, known: People, gates: Gatekeeper, values: pd.DataFrame, links: pd.DataFrame
) -> dict[Row, Collection[int]]:
    """Rows (from 0) of people who withdrew, whom nobody registered, or whose consent was not in force that day."""
    if spec.linkage == "anonymous":
        return {}
    if missing := undescribed(spec, values):
        raise StudyError(
            f"nobody can say whose answers these are, or of which day: {missing[0]} is not described",
            where=spec.dictionary,
            remedy="Describe the column that study.yaml names, run validate_surveys, then export again.",
        )
    if known.sites is None:
        raise StudyError(
            "nobody can say whose answers these are",
            where="restricted/participants.csv",
            remedy="Restore the file, then export again.",
        )
    is_known = links["respondent:is_registered"]
    trail = each(each(values[spec.key], known.spellings.meant), lambda code: known.trail_codes.get(code, ""))
    days = row_days(spec, values)
    days = pd.Series(pd.Timestamp(place.today), values.index) if days is None else days
    asked = pd.DataFrame({"trail": trail, "day": days}).loc[is_known.eq(True)]
    allowed = {
        (code, day)
        for code, day in asked.drop_duplicates().itertuples(index=False)
        if code and not pd.isna(day) and not gates.ask(STEP, code, survey_day=day.date())
    }
    number = asked.groupby(["trail", "day"], dropna=False, sort=False).ngroup()
    first = number.drop_duplicates().index
    refused = {number[i] for i in first if (asked.at[i, "trail"], asked.at[i, "day"]) not in allowed}
    without = pd.Series(False, values.index)
    without[asked.index] = number.isin(refused)
    masks: dict[Row, pd.Series] = {
        "withdrawn": links["respondent:is_withdrawn"].eq(True),
        "no_consent": without,
        "not_registered": is_known.eq(False),
    }
    return {rule: np.flatnonzero(mask.to_numpy(bool)).tolist() for rule, mask in masks.items()}


def _set_aside(place: Workspace, spec: Survey, names: Iterable[str]) -> Mapping[tuple[str, str], str]:
    """Who set aside which query on a survey's file and these columns, by check and column."""
    records, ref = fold_queries(place.events()), place.ref(spec.file)
    found = {}
    for check in (*CELLS, *OF_ROWS):
        for column in names:
            at = place_of(ref, column)
            record = records.get(fingerprint(place.protocol.id, check, f"survey:{spec.name}", at))
            if record is not None and record.state == "set_aside" and may_be_set_aside(record):
                found[check, column] = f"set aside by {record.set_aside_by}"
    return found


def _open_queries(place: Workspace, spec: Survey) -> list[Query]:
    """The open queries on a survey, in words that hold counts only."""
    about = (r for r in fold_queries(place.events()).values() if r.subject == f"survey:{spec.name}")
    return [query for r in about if r.state == "open" and (query := read_query(place, r.fingerprint)) is not None]


def _refuse_unapproved(place: Workspace, known: People, spec: Survey) -> None:
    approved, _ = approval_on(known.ledger, place.today, "analysis")
    if not approved:
        raise StudyError(
            f"the export of {spec.name} is waiting for an ethics approval: none is in force today",
            where="study.yaml, ethics",
            remedy="Record the renewal, then export again.",
        )


def _put(place: Workspace, key: str, body: bytes) -> None:
    """Write a file where it is not as it is to be; older versions held people who may have left since."""
    try:
        stands = place.restricted.get(key) == body
    except NotStored:
        stands = False
    if not stands:
        place.restricted.put(key, body)
    place.restricted.erase_old_versions(key)


def _sentence(spec: Survey, clean: Clean) -> str:
    became = clean.changes["became"]
    parts = [
        f"{spec.name}: {plural(len(clean.frame), 'row')} and {plural(clean.frame.shape[1], 'variable')} exported",
        f"{plural(int((became == MISSING).sum()), 'answer')} set missing",
    ]
    if kept := int((became == KEPT).sum()):
        parts.append(f"{kept} kept because a query was set aside")
    if out := sum(clean.excluded.values()):
        parts.append(f"{plural(out, 'row')} left out")
    return "; ".join(parts) + "."
