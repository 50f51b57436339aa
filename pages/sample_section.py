"""One stage of the sample as people read it: values, pictures, and the same as Markdown for Prefect."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from pages.sample_pictures import Line, Scale, Spot, map_picture, parallel_picture
from pages.svg import standalone

Tone = Literal["good", "warn", "bad", "plain"]
MAP_NOTE = (
    "Sites that are alike on the declared attributes lie close together. A flat picture cannot keep every distance: "
    "its misfit (Kruskal's stress) is {stress:.2f}, where 0 is none; two that lie close here may still differ."
)
PARALLEL_NOTE = (
    "Each attribute is a line, each site a course from top to bottom. Chosen sites that share a value are drawn side "
    "by side."
)


@dataclass(frozen=True, slots=True)
class Site:
    """A site of the sample: its id and why it is or is not in it."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartCovered:
    """A category or third of an attribute: share of the frame, number in the sample, the rule on it and if it holds."""

    attribute: str
    part: str
    share: str
    sample: int
    rule: str = ""
    is_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What it would mean if a chosen site left; `flag` says why it is hard to replace, or nothing."""

    id: str
    best: str
    cost: str
    followers: int
    flag: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """A site passed over: why, and the chosen one most like it with the distance."""

    id: str
    status: str
    reason: str
    nearest: str
    distance: str


@dataclass(frozen=True, slots=True)
class FromSurvey:
    """A column of the frame that came from a survey, in a sentence, and a row a site: id, mean, interval, n."""

    column: str
    said: str
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the sampling design as it stands. Of a sample of people every field that holds ids is empty.

    `proof` is one sentence, `proven` value, bound, gap and ties; `stands` is said while another proposal waits.
    """

    name: str
    strategy: str
    rationale: str
    standing: str
    tone: Tone
    proof: str
    chosen: tuple[Site, ...] = ()
    passed_over: tuple[Nearest, ...] = ()
    backups: tuple[Site, ...] = ()
    coverage: tuple[PartCovered, ...] = ()
    caution: str = ""
    compared: tuple[str, ...] = ()
    second_best: str = ""
    hard: tuple[Leaving, ...] = ()
    leaving: tuple[Leaving, ...] = ()
    stability: tuple[str, ...] = ()
    stays: tuple[tuple[str, str], ...] = ()
    balance: tuple[str, ...] = ()
    differences: tuple[tuple[str, str, str, str, str], ...] = ()
    replaced: tuple[str, ...] = ()
    spots: tuple[Spot, ...] = ()
    stress: float = 0.0
    scales: tuple[Scale, ...] = ()
    lines: tuple[Line, ...] = field(default=())
    proven: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    evaluated: str = ""
    stands: str = ""
    from_surveys: tuple[FromSurvey, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture with its caption."""

    drawn: Markup
    title: str
    note: str


def pictures(stage: Stage) -> tuple[Picture, ...]:
    """The pictures of a stage: those there is data for."""
    made = []
    ids = ", ".join(sorted(s.id for s in stage.spots or stage.lines if s.role == "chosen"))
    if stage.spots:
        title = f"Map of the eligible frame, stage {stage.name}"
        counts = _counted([s.role for s in stage.spots])
        said = f"{len(stage.spots)} sites by how alike they are: {counts}. Chosen: {ids}."
        drawn = map_picture(stage.spots, key=f"map-{stage.name}", title=title, said=said)
        made.append(Picture(drawn, "The eligible frame as a map", MAP_NOTE.format(stress=stage.stress)))
    if stage.lines:
        title = f"The sample on each attribute, stage {stage.name}"
        said = f"{len(stage.lines)} sites on {', '.join(s.name for s in stage.scales)}. Chosen: {ids}. The table beside"
        said += " the picture gives each value."
        drawn = parallel_picture(stage.scales, stage.lines, key=f"parallel-{stage.name}", title=title, said=said)
        made.append(Picture(drawn, "The sample on each attribute", PARALLEL_NOTE))
    return tuple(made)


def values_table(stage: Stage) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The pictures as a table: header, then a row a site, the chosen first: id, role, map place, value on each axis."""
    spots = {s.id: s for s in stage.spots}
    lines = {line.id: line for line in stage.lines}
    order = {"chosen": 0, "backup": 1, "left": 2, "passed_over": 3}
    roles = {**{i: line.role for i, line in lines.items()}, **{i: s.role for i, s in spots.items()}}
    ids = sorted(roles, key=lambda i: (order[roles[i]], i))
    header = ("Site", "Standing", *(("Map",) if spots else ()), *(s.name.replace("_", " ") for s in stage.scales))
    rows = tuple(
        (
            i,
            roles[i].replace("_", " "),
            *((f"{spots[i].x:.2f}, {spots[i].y:.2f}",) if spots else ()),
            *(_value(s, p) for s, p in zip(stage.scales, lines[i].places if i in lines else (), strict=False)),
        )
        for i in ids
    )
    return header, rows


def stage_markdown(stage: Stage) -> str:
    """The stage as Markdown with its pictures inside it, for an artifact."""
    parts = [
        f"# Sample of stage {stage.name}",
        f"**{stage.standing}.** {stage.strategy}. {' '.join((stage.proof, *stage.proven))}",
        *([stage.stands] if stage.stands else []),
        f"Why this way: {_cell(stage.rationale)}",
    ]
    for title, sentences in (("What people exchanged", stage.overridden), ("Notes", stage.notes)):
        parts += [f"## {title}", "\n".join(f"- {_cell(said)}" for said in sentences)] if sentences else []
    for picture in pictures(stage):
        image = base64.b64encode(standalone(picture.drawn)).decode()
        parts += [f"## {picture.title}", f"![{picture.title}](data:image/svg+xml;base64,{image})", picture.note]
    parts += _table("Chosen", ("Site", "Reason"), [(s.id, s.reason) for s in stage.chosen])
    parts += _table(
        "If one leaves",
        ("Site", "Best replacement", "Costs", "Could follow", "Hard to replace"),
        [(r.id, r.best, r.cost, str(r.followers), r.flag) for r in stage.leaving],
    )
    parts += _table(
        "Coverage",
        ("Attribute", "Value", "In the frame", "In the sample", "Rule", "Met"),
        [(c.attribute, c.part, c.share, str(c.sample), c.rule, met(c.is_met)) for c in stage.coverage],
    )
    for column in stage.from_surveys:
        parts += [f"## {column.column.replace('_', ' ').capitalize()}, from a survey", column.said]
        parts += _table("Score of each site", ("Site", "Mean", "95% interval", "Respondents"), column.rows)
    for title, sentences in (
        ("Beside random samples", (*stage.compared, stage.second_best)),
        ("Under other weights", stage.stability),
        ("How like the frame", stage.balance),
        ("Replaced", stage.replaced),
    ):
        said = [s for s in sentences if s]
        parts += [f"## {title}", "\n".join(f"- {s}" for s in said)] if said else []
    parts += _table("How often each stays", ("Site", "Stays"), stage.stays)
    parts += [stage.evaluated] if stage.evaluated else []
    parts += _table(
        "Passed over",
        ("Site", "Status", "Reason", "Most like", "Distance"),
        [(p.id, p.status, p.reason, p.nearest, p.distance) for p in stage.passed_over],
    )
    return "\n\n".join([*parts, f"> {stage.caution}"]) + "\n"


def status_rows(stage: Stage) -> tuple[dict[str, str], ...]:
    """Every evaluated site with its status and reason, the chosen first, for an artifact."""
    chosen = ({"Site": s.id, "Status": "chosen", "Reason": s.reason} for s in stage.chosen)
    return (*chosen, *({"Site": p.id, "Status": p.status, "Reason": p.reason} for p in stage.passed_over))


def met(is_met: bool | None) -> str:
    """Whether a rule holds, in a word; nothing where there is none."""
    return "" if is_met is None else "yes" if is_met else "no"


def _counted(roles: Sequence[str]) -> str:
    return ", ".join(f"{roles.count(r)} {r.replace('_', ' ')}" for r in dict.fromkeys(sorted(roles)))


def _value(scale: Scale, place: float | None) -> str:
    """A place on an axis as its label, or as a number between the ends."""
    if place is None:
        return "missing"
    for at, label in scale.ticks:
        if abs(at - place) < 1e-3:
            return label
    low, high = float(scale.ticks[0][1]), float(scale.ticks[-1][1])
    return f"{low + place * (high - low):.4g}"


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [header, ["---"] * len(header), *rows]
    return [f"## {title}", "\n".join("| " + " | ".join(_cell(c) for c in row) + " |" for row in lines)]


def _cell(text: str) -> str:
    """Text that cannot break out of its cell: no line breaks, no pipes, no markup."""
    plain = " ".join(text.split())
    return "".join(f"\\{c}" if c in "|\\`*[]<>!" else c for c in plain)
