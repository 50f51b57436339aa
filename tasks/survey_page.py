"""One survey's page put together from what was measured, its queries' words, and the other waves of its instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from scipy.special import stdtrit  # type: ignore[import-untyped]

from evidence.survey.scale_report import ScaleReport
from expectations.catalogue import CATALOGUE
from pages.layout import plural
from pages.survey_page import Compared, Item, OpenQuery, Scale, Site, SurveyPage, Wave, page_name
from pages.survey_words import percent, told
from pages.svg import Box
from study import Protocol, Query
from study.protocol.material import Scale as DeclaredScale
from study.query import QueryRecord
from tasks.queries import CODE, FOLDER
from tasks.survey_known import KnownSurvey, moments_of, next_steps
from tasks.survey_measured import Measured
from tasks.survey_pictures import LABELS, picture_of
from tasks.transcript_way import day_of, said

FORMATS = {
    "sav": "SPSS",
    "zsav": "SPSS, compressed",
    "por": "SPSS portable",
    "dta": "Stata",
    "xpt": "SAS transport",
    "sas7bdat": "SAS",
    "xlsx": "workbook",
    "csv": "CSV",
}
_RANK = {"block": 0, "review": 1, "inform": 2}
NAMED = 6
"""Variables a line of the comparison names."""


@dataclass(frozen=True)
class SurveyPages:
    """What every page of a run needs: the protocol, this run's id, checks by fingerprint, every survey by name."""

    protocol: Protocol
    run: str
    surveys: Mapping[str, KnownSurvey]
    checks: Mapping[str, str] = field(default_factory=dict)

    def page(self, known: KnownSurvey) -> SurveyPage:
        """Everything the page of one survey shows."""
        measured = known.measured or Measured()
        return SurveyPage(
            study=self.protocol.title,
            synthetic=self.protocol.synthetic,
            name=known.spec.name,
            verdict=known.verdict,
            next=tuple(next_steps(known)),
            tiles=tuple(_tiles(measured)),
            facts=tuple(self._facts(known, measured)),
            queries=tuple(self._queries(known, measured)),
            scales=tuple(self._scale(known, measured, report) for report in measured.reports),
            frequencies=measured.frequencies,
            flow=tuple(_flow(measured)),
            rate=measured.responses.rate if measured.responses else None,
            compared=tuple(_compared(known)),
            compared_with=_day(known.history.before.day) if known.history and known.history.before else "",
            waves=tuple(self._waves(known)),
            history=tuple(moments_of(known, self.checks, self.protocol.zone)),
            has_docs=known.measured is not None,
        )

    def _queries(self, known: KnownSurvey, measured: Measured) -> Iterator[OpenQuery]:
        ranked = sorted(known.queries, key=lambda pair: (_RANK[pair[0].severity], pair[0].check, pair[0].where))
        for query, record in ranked:
            yield self._query(known, measured, query, record)

    def _query(self, known: KnownSurvey, measured: Measured, query: Query, record: QueryRecord) -> OpenQuery:
        check, since = CATALOGUE.get(query.check), known.event(record.opened_by)
        title = check.title if check else query.check
        means, todo = told(query.message, title)
        code, column = query.fingerprint[:CODE], query.where.rpartition(", column ")[2]
        thresholds = check.thresholds(self.protocol) if check else {}
        tables = measured.frequencies
        labels = tables.labels.get(column, ()) if tables and query.check in LABELS else ()
        skip = tables[column].skip if tables and query.check == "SV027" and column in tables else None
        plot = None if labels or skip else picture_of(query.check, column, measured, thresholds)
        return OpenQuery(
            check=query.check,
            title=title,
            severity=query.severity,
            means=means,
            matters=check.reason if check else "",
            todo=todo,
            where=query.where.removeprefix(known.spec.file).removeprefix(", "),
            since=day_of(since, self.protocol.zone) if since else "",
            code=code,
            is_new=since is not None and since.run.flow_run_id == self.run,
            rows=len(query.rows),
            kept=f"{self.protocol.storage.restricted}/{FOLDER}{code}*.json",
            plot=plot,
            labels=labels,
            skip=skip,
        )

    def _facts(self, known: KnownSurvey, measured: Measured) -> Iterator[tuple[str, str]]:
        spec = known.spec
        kind = FORMATS.get(measured.format, "")
        rows = f", {plural(measured.rows, 'row')}" if measured.rows is not None else ""
        yield "File", f"{spec.file}{f' ({kind})' if kind else ''}{rows}"
        digest = f", SHA-256 {measured.dictionary[:16]}…" if measured.dictionary else ""
        yield "Data dictionary", f"{spec.dictionary}{digest}"
        if spec.instrument:
            yield "Instrument", spec.instrument + (f", wave {spec.wave}" if spec.wave else "")
        if spec.fieldwork:
            yield "Answered", f"from {spec.fieldwork.start} to {spec.fieldwork.end}"
        yield "People", "anonymous" if spec.linkage == "anonymous" else f"linked by the column {spec.key or '(none)'}"
        if measured.rules:
            yield "Rules", measured.rules
        if judged := known.last("survey.validated"):
            yield "Checked", day_of(judged, self.protocol.zone)

    def _scale(self, known: KnownSurvey, measured: Measured, report: ScaleReport) -> Scale:
        declared = next((s for s in known.spec.scales if s.name == report.name), None)
        tables = measured.frequencies
        turned = set(declared.reversed) if declared else set()
        items = tuple(
            Item(
                name,
                tables[name].label if tables and name in tables else "",
                name in turned or bool(tables and name in tables and tables[name].is_reversed),
                report.item_total.get(name),
                report.item_dropped.get(name),
                report.reversal_gain.get(name),
            )
            for name in report.items
        )
        return Scale(
            report.name,
            report.n,
            report.complete_n,
            report.alpha,
            report.alpha_interval,
            report.omega,
            report.omega_interval,
            report.minimum_alpha,
            report.mean,
            report.sd,
            report.straight_line_share,
            items,
            tuple(_sites(report, declared)),
            report.icc1,
            report.icc2,
            report.rwg_median,
            notes=tuple(report.notes),
        )

    def _waves(self, known: KnownSurvey) -> Iterator[Wave]:
        """The waves of the survey's instrument in order, when there are several."""
        spec = known.spec
        if not spec.instrument:
            return
        of_it = [k for k in self.surveys.values() if k.spec.instrument == spec.instrument and k.spec.wave]
        for other in sorted(of_it, key=lambda k: k.spec.wave or 0) if len(of_it) > 1 else ():
            measured = other.measured or Measured()
            asked = measured.responses
            lost = measured.features.get("lost_count")
            yield Wave(
                other.spec.wave or 0,
                other.spec.name,
                "" if other.spec.name == spec.name else page_name(other.spec.name),
                measured.rows,
                asked.invited if asked else None,
                asked.completed if asked else None,
                asked.rate if asked else None,
                tuple((r.name, r.mean, _interval(r)) for r in measured.reports if r.mean is not None),
                int(lost) if lost is not None else None,
                measured.features.get("lost_share"),
            )


def _day(written: str) -> str:
    return said(date.fromisoformat(written)) if written else ""


def _interval(report: ScaleReport) -> tuple[float, float] | None:
    """The 95% interval of a scale's mean over respondents (t); None below two of them."""
    if report.mean is None or report.sd is None or report.n < 2:
        return None
    half = float(stdtrit(report.n - 1, 0.975)) * report.sd / float(report.n) ** 0.5
    return report.mean - half, report.mean + half


def _sites(report: ScaleReport, declared: DeclaredScale | None) -> Iterator[Site]:
    """The sites whose mean is given, with what keeps a mean from standing for its site."""
    wanted = declared.site_score if declared else None
    for site in report.sites:
        why = []
        if wanted and wanted.minimum_icc2 is not None and (report.icc2 is None or report.icc2 < wanted.minimum_icc2):
            why.append("the sites’ means are not reliable enough")
        if wanted and wanted.minimum_rwg is not None and (site.rwg is None or site.rwg < wanted.minimum_rwg):
            why.append("people there do not agree enough")
        no = " and ".join(why) if not site.may_stand else ""
        yield Site(site.site_id, site.n, site.mean, (site.low, site.high), no)


def _tiles(measured: Measured) -> Iterator[tuple[str, str]]:
    if measured.frequencies and measured.rows is not None:
        yield f"{measured.rows:,}", "respondent" if measured.rows == 1 else "respondents"
        yield f"{len(measured.frequencies.variables):,}", "variables"
    words = {"passed": "met", "failed": "not met", "unchecked": "could not be made", "not_applicable": "do not apply"}
    for state, how in words.items():
        if count := measured.states.get(state, 0):
            yield f"{count:,}", f"{'check' if count == 1 else 'checks'} {how}"
    if measured.responses and measured.responses.rate is not None:
        yield percent(measured.responses.rate), "response rate"


def _flow(measured: Measured) -> Iterator[Box]:
    """From invited to completed, with who left in between."""
    asked = measured.responses
    if asked is None:
        return
    yield Box("Invited", asked.invited)
    never, broke = asked.invited - asked.started, asked.started - asked.completed
    yield Box("Started", asked.started, (("Did not start", never),) if never > 0 else ())
    yield Box("Completed", asked.completed, (("Did not complete", broke),) if broke > 0 else ())


def _compared(known: KnownSurvey) -> Iterator[Compared]:
    """What is different from the judgement before."""
    history = known.history
    if history is None or history.before is None:
        return
    before, now = history.before, history.now
    if before.rows != now.rows:
        yield Compared("Rows", f"{before.rows:,}", f"{now.rows:,}")
    for what, names in (("Variables that are new", history.appeared), ("Variables that are gone", history.vanished)):
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            named = f"{what}: {', '.join(names[:NAMED])}{more}"
            gone = what.endswith("gone")
            yield Compared(named, str(len(names)) if gone else "0", "0" if gone else str(len(names)))
    for moved in history.moved():
        yield Compared(f"{moved.variable}: {moved.of}", percent(moved.before), percent(moved.now))
    for check in sorted({*history.new, *history.resolved}):
        title = CATALOGUE[check].title if check in CATALOGUE else check
        counts = [sum(c == check for c in counted.queries.values()) for counted in (before, now)]
        yield Compared(f"Queries of {check}, {title[:1].lower()}{title[1:]}", *map(str, counts))
