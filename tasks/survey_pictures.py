"""Which picture says quicker than words what a query on a survey is about: from what was measured, never from a row."""

from __future__ import annotations

from collections.abc import Mapping

from evidence.survey.frequencies import Durations, Frequency
from evidence.survey.scale_report import ScaleReport
from pages.survey_page import MISSING
from pages.survey_pictures import Bars, Marks, Plot, Spread, Tone
from pages.survey_words import label
from tasks.survey_measured import Measured

CODES = frozenset({"SV015", "SV017", "SV020", "SV022", "SV025", "SV075"})
NUMBERS = frozenset({"SV017", "SV021", "SV022", "SV025"})
GAPS = frozenset({"SV026", "SV080", "SV081"})
LABELS = frozenset({"SV013", "SV014", "SV016", "SV018"})
RELIABILITY = frozenset({"SV060", "SV063", "SV065", "SV066"})
MOST_BARS = 14


def picture_of(check: str, column: str, measured: Measured, thresholds: Mapping[str, float]) -> Plot | None:
    """The picture of a check on a column (a variable, a scale or an item); None where words say it as quickly."""
    tables = measured.frequencies
    if check == "SV034" and tables is not None and tables.durations is not None:
        return _durations(tables.durations, thresholds)
    variable = tables[column] if tables is not None and column in tables else None
    if variable is not None:
        return _of_variable(check, variable, thresholds) or _of_item(check, column, measured, thresholds)
    if check in ("SV036", "SV038") and measured.responses is not None:
        asked = measured.responses
        rows: tuple[tuple[str, int, Tone], ...] = (
            ("completed", asked.completed, "plain"),
            ("did not complete", max(asked.invited - asked.completed, 0), "soft"),
        )
        return Bars("Of those invited", rows)
    report = next((r for r in measured.reports if r.name == column), None)
    return _of_scale(check, report, thresholds) if report else None


def _of_variable(check: str, variable: Frequency, thresholds: Mapping[str, float]) -> Plot | None:
    if check in CODES and variable.codes:
        rows = [(f"{c.code} {label(c.label)}".strip(), c.count, _tone(bad=not c.is_declared)) for c in variable.codes]
        if variable.undeclared:
            rows.append(("other, not declared", variable.undeclared, "bad"))
        return Bars(f"{variable.name}: how often each code occurs", tuple(rows[-MOST_BARS:]))
    if check in NUMBERS and variable.numbers is not None:
        low, high = variable.range or (None, None)
        return Spread(f"{variable.name}: where the numbers lie", variable.numbers.histogram, low, high)
    if check == "SV029" and variable.numbers is not None:
        lower, upper = variable.numbers.lower_quartile, variable.numbers.upper_quartile
        room = thresholds.get("maximum", 3.0) * (upper - lower)
        title = f"{variable.name}: where the numbers lie"
        return Spread(title, variable.numbers.histogram, lower - room, upper + room)
    if check in GAPS:
        return _gaps(check, variable, thresholds)
    return None


def _tone(*, bad: bool) -> Tone:
    return "bad" if bad else "plain"


def _gaps(check: str, variable: Frequency, thresholds: Mapping[str, float]) -> Bars:
    """Who answered and why the others did not, among those who were shown the question."""
    meant = "declared" if check == "SV080" else "blank"
    rows: list[tuple[str, int, Tone]] = [("answered", variable.valid, "plain")]
    for gap in variable.missing:
        if gap.count and gap.kind != "not_shown":
            said = label(gap.label) or gap.code if gap.kind == "declared" else MISSING[gap.kind].partition(",")[0]
            rows.append((said, gap.count, "bad" if gap.kind == meant else "soft"))
    limit = thresholds.get("maximum") if check == "SV026" else None
    return Bars(f"{variable.name}: who answered and who did not", tuple(rows), limit)


def _of_item(check: str, item: str, measured: Measured, thresholds: Mapping[str, float]) -> Plot | None:
    """An item of a scale among the others."""
    report = next((r for r in measured.reports if item in r.items), None)
    if report is None:
        return None
    if check == "SV061":
        rows = tuple((name, gain, None) for name, gain in report.reversal_gain.items() if gain is not None)
        finite = tuple(row for row in rows if abs(row[1]) < 10)
        most = thresholds.get("maximum", 0.0)
        return Marks(f"{report.name}: alpha gained if an item were turned round", finite, most, "at most", "above")
    return _of_scale(check, report, thresholds) if check == "SV064" else None


def _of_scale(check: str, report: ScaleReport, thresholds: Mapping[str, float]) -> Plot | None:
    if check == "SV032" and report.straight_line_share is not None:
        same = round(report.straight_line_share * report.complete_n)
        rows: tuple[tuple[str, int, Tone], ...] = (
            ("one and the same", same, "bad"),
            ("different answers", report.complete_n - same, "plain"),
        )
        return Bars(f"{report.name}: the same answer to every item", rows, thresholds.get("maximum"))
    if check in RELIABILITY:
        found = (("alpha", report.alpha, report.alpha_interval), ("omega", report.omega, report.omega_interval))
        drawn = tuple((name, value, interval) for name, value, interval in found if value is not None)
        named = f"{report.name}: how reliable it is"
        return Marks(named, drawn, report.minimum_alpha, "at least", "below") if drawn else None
    if check == "SV064" and report.alpha is not None:
        without = tuple((item, value, None) for item, value in report.item_dropped.items() if value is not None)
        return Marks(f"{report.name}: alpha without each item", without, report.alpha, "alpha now", "above")
    if check == "SV067" and len(report.sites) > 1:
        means = tuple((site.site_id, site.mean, (site.low, site.high)) for site in report.sites)
        return Marks(f"{report.name}: mean by site", means)
    return None


def _durations(taken: Durations, thresholds: Mapping[str, float]) -> Spread:
    """How long answering took; the least time that counts as read is a share of the median."""
    limit = thresholds["minimum"] * taken.median if "minimum" in thresholds else None
    return Spread("How long answering took", taken.histogram, limit, None, f" {taken.unit}")
