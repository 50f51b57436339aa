"""What claims rest on, drawn in layers: claims, themes, codes, transcripts, consent; each hop holds or has a gap.

Many of a kind are drawn as one: claims that share themes, codes of one theme. Everything drawn is in the table too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

from pages.layout import plural
from trustworthiness.lineage import ClaimLineage, Lineage

MOST = 14
"""Nodes of one layer drawn one by one."""
LAYERS = ("Claims", "Themes", "Codes", "Transcripts", "Consent")
WIDTH, ROW, HEAD, BOX, LETTERS = 680, 34, 30, 112, 15
CONSENT_GAPS = frozenset({"no_consent_then", "withdrawn_since", "no_interview"})
TRANSCRIPT_GAPS = frozenset({"no_coding", "not_released", "later_release", "cause_missing"})


@dataclass(frozen=True, slots=True)
class Layered:
    """Nodes of each layer as (label, state), and edges as (layer, node, layer, node, state); a state is ok or gap."""

    layers: tuple[tuple[tuple[str, str], ...], ...]
    edges: tuple[tuple[int, int, int, int, str], ...]


@dataclass(slots=True)
class _Drawing:
    nodes: list[dict[str, str]] = field(default_factory=lambda: [{} for _ in LAYERS])
    edges: dict[tuple[int, str, int, str], str] = field(default_factory=dict)

    def node(self, layer: int, name: str, state: str = "ok") -> str:
        if self.nodes[layer].get(name) != "gap":
            self.nodes[layer][name] = state
        return name

    def link(self, layer: int, name: str, to: int, other: str, state: str) -> None:
        if self.edges.get((layer, name, to, other)) != "gap":
            self.edges[layer, name, to, other] = state


def lineage_picture(lineage: Lineage, *, k: int, key: str = "lineage") -> Markup:
    """The picture; `key` is unique on the page. Of a claim resting on fewer than `k` people consent is not shown."""
    drawn = layered(lineage, k)
    rows = max((len(layer) for layer in drawn.layers), default=0)
    height = HEAD + max(rows, 1) * ROW
    marks = [_edge(drawn, edge, height) for edge in drawn.edges]
    for number, layer in enumerate(drawn.layers):
        marks.append(f'<text x="{_x(number) + 2}" y="16" font-size="13" font-weight="600">{LAYERS[number]}</text>')
        marks += [_box(_x(number), _y(row, len(layer), height), *node) for row, node in enumerate(layer)]
    said = " ".join(
        f"{name}: {'; '.join(label + (' (gap)' if state == 'gap' else '') for label, state in layer)}."
        for name, layer in zip(LAYERS, drawn.layers, strict=True)
    )
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" aria-labelledby="{key}-t {key}-d">'
        f'<title id="{key}-t">What claims rest on</title><desc id="{key}-d">{escape(said)}</desc>{"".join(marks)}</svg>'
    )


def layered(lineage: Lineage, k: int) -> Layered:
    """What is drawn, as values; retracted claims are left out."""
    claims = [claim for claim in lineage.claims if not claim.is_retracted]
    drawing = _Drawing()
    names = _claim_names(claims)
    codes = _code_names(claims, lineage.themes)
    for claim in claims:
        _draw(drawing, claim, names[claim.claim], codes, lineage.themes, k)
    layers = [tuple(sorted(nodes.items(), key=_natural)) for nodes in drawing.nodes]
    layers[2] = _beside_their_themes(layers, drawing.edges)
    at = [{name: row for row, (name, _) in enumerate(layer)} for layer in layers]
    edges = ((a, at[a][one], b, at[b][other], state) for (a, one, b, other), state in sorted(drawing.edges.items()))
    return Layered(tuple(layers), tuple(edges))


def _beside_their_themes(
    layers: Sequence[Sequence[tuple[str, str]]], edges: Iterable[tuple[int, str, int, str]]
) -> tuple[tuple[str, str], ...]:
    """The codes in the order of what leads to them, so that few lines cross."""
    share = [{name: row / max(len(layer), 1) for row, (name, _) in enumerate(layer)} for layer in layers]
    led: dict[str, list[float]] = defaultdict(list)
    for layer, name, to, other in edges:
        if to == 2:
            led[other].append(share[layer][name])
    return tuple(sorted(layers[2], key=lambda node: (sum(led[node[0]]) / max(len(led[node[0]]), 1), _natural(node))))


def _draw(
    drawing: _Drawing,
    claim: ClaimLineage,
    name: str,
    codes: Mapping[str, str],
    themes: Mapping[str, Sequence[str]],
    k: int,
) -> None:
    """One claim's way through the layers."""
    is_small = 0 < claim.people < k
    consent_gap = bool(CONSENT_GAPS & set(claim.gaps)) and not is_small
    transcript_gap = bool(TRANSCRIPT_GAPS & set(claim.gaps))
    drawing.node(0, name, "gap" if consent_gap or transcript_gap else "ok")
    for theme in claim.record.themes:
        drawing.link(0, name, 1, drawing.node(1, theme), "ok")
    ends = []
    for code in claim.codes:
        label = drawing.node(2, codes[code])
        holders = [theme for theme in claim.record.themes if code in themes.get(theme, ())]
        for theme in holders:
            drawing.link(1, theme, 2, label, "ok")
        if not holders:
            drawing.link(0, name, 2, label, "ok")
        ends.append((2, label))
    state = "gap" if transcript_gap else "ok"
    transcript = drawing.node(3, "gap" if transcript_gap else "released", state)
    for layer, end in ends or [(0, name)]:
        drawing.link(layer, end, 3, transcript, state)
    said = "not shown" if is_small else "gap" if consent_gap else "in force"
    state = "gap" if consent_gap else "ok"
    drawing.link(3, transcript, 4, drawing.node(4, said, state), state)


def _claim_names(claims: Sequence[ClaimLineage]) -> dict[str, str]:
    """What each claim is drawn as: itself, or all that rest on the same themes together, the smallest ones pooled."""
    if len(claims) <= MOST:
        return {claim.claim: claim.claim for claim in claims}
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for claim in claims:
        groups[claim.record.themes].append(claim.claim)
    kept = sorted(groups, key=lambda themes: (-len(groups[themes]), themes))[: MOST - 1]
    rest = [id for themes, ids in groups.items() if themes not in kept for id in ids]
    names = {id: f"{len(groups[t])} on {', '.join(t) or 'no theme'}" for t in kept for id in groups[t]}
    return names | {id: f"{len(rest)} others" for id in rest}


def _code_names(claims: Iterable[ClaimLineage], themes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What each code is drawn as: itself, or all of one theme together."""
    codes = sorted({code for claim in claims for code in claim.codes})
    if len(codes) <= MOST:
        return {code: code for code in codes}
    first = {code: next((theme for theme, held in themes.items() if code in held), "") for code in codes}
    many = {theme: sum(held == theme for held in first.values()) for theme in first.values()}
    return {
        code: f"{plural(many[theme], 'code')} of {theme}" if theme else f"{plural(many[theme], 'other code')}"
        for code, theme in first.items()
    }


def _natural(node: tuple[str, str]) -> tuple[tuple[int, str], ...]:
    """Order in which CL2 comes before CL10."""
    digits, parts = "", []
    for sign in node[0] + " ":
        if sign.isdigit():
            digits += sign
        else:
            parts += [(int(digits), "")] if digits else []
            parts.append((0, sign))
            digits = ""
    return tuple(parts)


def _x(layer: int) -> int:
    return layer * (WIDTH - BOX - 2) // (len(LAYERS) - 1) + 1


def _y(row: int, rows: int, height: int) -> int:
    """Rows of a short layer are spread over the height."""
    room = (height - HEAD) / max(rows, 1)
    return round(HEAD + room * row + (room - 24) / 2)


def _box(x: int, y: int, label: str, state: str) -> str:
    stroke, fill = ("var(--bad)", "var(--bad-soft)") if state == "gap" else ("var(--line)", "var(--card)")
    shown = label if len(label) <= LETTERS else label[: LETTERS - 1] + "…"
    sign = "! " if state == "gap" and label != "gap" else ""
    return (
        f'<g><title>{escape(label)}</title><rect x="{x}" y="{y}" width="{BOX}" height="24" rx="4" fill="{fill}" '
        f'stroke="{stroke}"/><text x="{x + 7}" y="{y + 16}" font-size="12">{escape(sign + shown)}</text></g>'
    )


def _edge(drawn: Layered, edge: tuple[int, int, int, int, str], height: int) -> str:
    layer, row, to, other, state = edge
    x1, x2 = _x(layer) + BOX, _x(to)
    y1 = _y(row, len(drawn.layers[layer]), height) + 12
    y2 = _y(other, len(drawn.layers[to]), height) + 12
    middle = (x1 + x2) // 2
    look = 'stroke="var(--bad)" stroke-dasharray="4 3"' if state == "gap" else 'stroke="var(--soft)"'
    way = f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}"
    return f'<path d="{way}" fill="none" {look} stroke-width="1.2" opacity=".75"/>'
