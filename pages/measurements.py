"""Measurements and thresholds as people read them: a feature's name ends in its unit."""

from __future__ import annotations

from collections.abc import Mapping

from pages.transcript_page import duration


def measured(feature: str, value: float | None) -> str:
    """`3`, `46%`, `2 min 30 s`, `0.8`; empty for what was not measured."""
    if value is None or value != value:
        return ""
    if feature.endswith("_share"):
        return _percent(value)
    if feature.endswith("_s"):
        return duration(value) if value >= 1 else f"{value:.2g} s"
    return f"{value:,.0f}" if float(value).is_integer() or value >= 1000 else f"{value:.3g}"


def allowed(feature: str, thresholds: Mapping[str, float]) -> str:
    """`5% to 45%`, `at most 2 min`, `at least 99.5%`; `none` where nothing at all is allowed."""
    low, high = (measured(feature, thresholds.get(name)) for name in ("minimum", "maximum"))
    if high and "share" in thresholds:
        return f"at most {high} or {_percent(thresholds['share'])}"
    if low and high:
        return f"{low} to {high}"
    if low or high:
        return f"at least {low}" if low else "none" if thresholds["maximum"] == 0 else f"at most {high}"
    return "none"


def _percent(share: float) -> str:
    """No percentage rounds to a threshold it does not reach: 99.46% stays below 99.5%."""
    return f"{100 * share:.4g}%" if share > 0.99 and share < 1 else f"{100 * share:.3g}%"
