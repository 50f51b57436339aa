"""Surveys checked, shown and settled; unchanged ones are left alone."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.survey import Asked, read_surveys
from evidence.survey import Survey as SurveyFile
from expectations.warming import warm_up
from pages.data_docs import TRANSCRIPTS_PAGE, data_docs, data_docs_index
from study import Fact, Reference, StudyError
from study.objects import NotStored
from study.protocol.material import Survey
from study.query import QueryRecord, Settled, fold_queries
from tasks.outcome import Outcome
from tasks.progress import step
from tasks.queries import read_query
from tasks.survey_docs import DOCS, has_page
from tasks.survey_files import SurveyFiles, received, survey_files
from tasks.survey_guard import failed_files, failed_survey
from tasks.survey_history import keep_history, last_history
from tasks.survey_judgement import Arrived, JudgedSurvey, judge_survey, missing_survey
from tasks.survey_links import People, people
from tasks.survey_measured import keep_measured, measured_of
from tasks.survey_people import rests_on
from tasks.survey_rules import Rules
from tasks.workspace import Workspace


@task(name="judge surveys", cache_policy=NO_CACHE)
def judge_surveys(place: Workspace) -> list[JudgedSurvey]:
    """Check every survey whose file is new, or of which anything the last judgement rests on has changed.

    What needs reading is read by one child process, so that many small files pay for its imports once; a file that
    kills it costs only itself, and so does one on whose answers Fieldtrail fails.
    """
    known, found = people(place), {}
    due = []
    for spec in place.protocol.surveys:
        try:
            files = survey_files(place, spec)
            rules = _rules(place, files, files.reference, known) if files.reference else None
        except StudyError:
            raise
        except Exception as error:
            found[spec.name] = failed_files(place, spec, error)
            continue
        if rules is None:
            found[spec.name] = missing_survey(place, files)
        elif rules.stands and has_page(place, spec):
            found[spec.name] = _unchanged(place, spec, rules)
        else:
            due.append(files)
    if due:
        warm_up()
    for number, (arrived, read) in enumerate(_read(place, due, known), start=1):
        step(f"Checking the survey {arrived.spec.name}", number, len(due))
        found[arrived.spec.name] = _judged(place, arrived, read, known)
    gone = {files.spec.name: files for files in due}  # a file that vanished since it was hashed
    return [found.get(s.name) or missing_survey(place, gone[s.name]) for s in place.protocol.surveys]


def _read(
    place: Workspace, due: Iterable[SurveyFiles], known: People
) -> Iterator[tuple[Arrived, SurveyFile | StudyError]]:
    """Each survey as its bytes lie now: what is recorded and judged is what was read, whatever changes since."""
    waiting: deque[Arrived] = deque()

    def asked() -> Iterator[Asked]:
        for files in due:
            spec = files.spec
            try:
                data = place.files.get(spec.file)
            except NotStored:
                continue
            fact = received(place, spec, data)
            waiting.append(Arrived(files, fact, _rules(place, files, fact.generated[0], known)))
            yield Asked(data, spec.file, catalog=files.catalog, encoding=spec.encoding)

    for read in read_surveys(asked()):
        yield waiting.popleft(), read


def _judged(place: Workspace, arrived: Arrived, read: SurveyFile | StudyError, known: People) -> JudgedSurvey:
    """One survey judged, also where Fieldtrail fails on it."""
    try:
        return judge_survey(place, arrived, read, known)
    except StudyError:
        raise
    except Exception as error:
        return failed_survey(place, arrived, error, known)


def _rules(place: Workspace, files: SurveyFiles, reference: Reference, known: People) -> Rules:
    return Rules.of(place, files.spec, reference, {**files.digests, **rests_on(place, files.spec, known)}, known)


def _unchanged(place: Workspace, spec: Survey, rules: Rules) -> JudgedSurvey:
    """A survey that is left alone: its queries stay as they are."""
    records = fold_queries(place.events()).values()
    about = [r for r in records if r.subject == f"survey:{spec.name}" and r.state == "open"]
    still_open = tuple(query for r in about if (query := read_query(place, r.fingerprint)) is not None)
    history = last_history(place, spec.name)
    return JudgedSurvey(spec.name, rules.verdict, still_open, is_unchanged=True, history=history)


@task(name="publish data docs", cache_policy=NO_CACHE)
def publish_data_docs(place: Workspace, judged: Iterable[JudgedSurvey]) -> tuple[str, ...]:
    """Write the page of each survey that was checked, and their list; returns the paths under out/.

    What was measured is kept with them, before the verdict is recorded: a survey that stands has both.
    """
    judged = list(judged)
    for survey in judged:
        if survey.facts:
            keep_measured(place, survey.name, measured_of(place, survey))
    pages = {docs.page: data_docs(docs) for survey in judged if (docs := survey.docs)}
    if pages:
        listed = [(s.name, s.verdict) for s in judged]
        has_transcripts = any(place.out.list(DOCS + TRANSCRIPTS_PAGE))
        pages["index.html"] = data_docs_index(place.protocol.title, listed, has_transcripts=has_transcripts)
    for name, page in pages.items():
        place.out.put(DOCS + name, page)
    return tuple(f"{place.protocol.storage.out}/{DOCS}{name}" for name in pages)


def receptions(judged: Iterable[JudgedSurvey]) -> list[Fact]:
    """That the files arrived: recorded before anything is said of them."""
    return [fact for survey in judged for fact in survey.facts if fact.kind == "survey.received"]


def verdicts(judged: Iterable[JudgedSurvey]) -> list[Fact]:
    """How the files were judged: recorded last, so that a run killed before judges them again."""
    return [fact for survey in judged for fact in survey.facts if fact.kind == "survey.validated"]


@task(name="keep what surveys held", cache_policy=NO_CACHE)
def keep_counts(place: Workspace, judged: Iterable[JudgedSurvey]) -> None:
    """Keep counts of what was judged for the next comparison; after the verdicts, so that a killed run loses none."""
    for survey in judged:
        if survey.history and not survey.is_unchanged:
            keep_history(place, survey.name, survey.history)


def is_of(judged: Iterable[JudgedSurvey], record: QueryRecord) -> bool:
    """Whether this run looked at what a query is about; a survey no longer in the protocol counts as looked at."""
    if not record.subject.startswith("survey:"):
        return False
    name = record.subject.removeprefix("survey:")
    survey = next((survey for survey in judged if survey.name == name), None)
    if survey is None:
        return True
    return not survey.is_unchanged and (survey.looked_at is None or record.check in survey.looked_at)


def outcome_of(judged: list[JudgedSurvey], settled: Settled, made: tuple[str, ...]) -> Outcome:
    """What the flow says: how many surveys, with which verdicts and queries, and a sentence on each that was judged."""
    if not judged:
        return Outcome("validate-surveys", ("The protocol declares no survey.",))
    unchanged = sum(survey.is_unchanged for survey in judged)
    by_verdict = Counter(survey.verdict for survey in judged)
    said = (
        f"Surveys: {len(judged) - unchanged} checked, {unchanged} unchanged since they were checked; "
        + ", ".join(f"{by_verdict[v]} {v}" for v in ("passed", "review", "blocked", "unreadable") if by_verdict[v])
        + ".",
        f"Queries on surveys: {len(settled.new)} new, {len(settled.persisting)} still open, "
        f"{len(settled.resolved)} resolved, {len(settled.set_aside)} set aside.",
        *(_sentence(survey, settled) for survey in judged if not survey.is_unchanged),
    )
    return Outcome("validate-surveys", said, (*settled.new, *settled.persisting), made)


def _sentence(survey: JudgedSurvey, settled: Settled) -> str:
    """One survey in a sentence: its verdict, its queries, what changed since the judgement before."""
    subject = f"survey:{survey.name}"
    states = {"new": settled.new, "still open": settled.persisting, "resolved": settled.resolved}
    counted = [f"{n} {state}" for state, some in states.items() if (n := sum(q.subject == subject for q in some))]
    since = survey.history.said if survey.history else ""
    queries = f"queries {', '.join(counted)}" if counted else "no open query"
    return f"Survey {survey.name}: {survey.verdict}, {queries}" + (f"; since the last check {since}." if since else ".")
