"""What the dossier says of people: the flow down to closed member checks, consent by scope, and answers to themes.

Steps from identification to a closed member check are one chain, suppressed as one: what stands on two pages cannot be
subtracted. Every other count of people is rounded down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pages.dossier_counts import few, floor, rounded, shown
from pages.member_checks import boxes_of, published_account
from pages.suppression import suppress_flow, suppress_steps
from pages.svg import Box
from recruitment.flow_diagram import LABELS
from trustworthiness.dossier import Coverage, FlowBox
from trustworthiness.member_check_account import Account

INTERVIEWED = LABELS["interviewed"]
REPLIED = "Replied"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what, and the count as text."""

    what: str
    count: str


@dataclass(frozen=True, slots=True)
class Steps:
    """The chain as it may be shown: boxes of the flow, boxes of member checking after them.

    `told` are the steps of member checking rounded, where they cannot be chained with the flow; `beside` are steps that
    are no part of the chain, rounded. `replied` is the count of replies, None where it is not shown.
    """

    flow: tuple[Box, ...]
    checks: tuple[Box, ...] = ()
    told: tuple[Line, ...] = ()
    beside: tuple[Line, ...] = ()
    replied: int | None = None


def steps(recruitment: Iterable[FlowBox], account: Account | None, k: int) -> Steps:
    """The flow and the member checks of a study, nothing in them, nor beside rounded counts, giving few away."""
    boxes = [Box(box.label, box.count, box.left) for box in recruitment]
    if account is None:
        return Steps(suppress_flow(_unpinned(boxes, k), k))
    checks = list(boxes_of(account))
    at = next((n for n, box in enumerate(boxes) if box.label == INTERVIEWED), -1)
    if at < 0 or boxes[at].count != checks[0].count:
        told = tuple(Line(box.label, rounded(box.count, k)) for box in checks)
        return Steps(suppress_flow(_unpinned(boxes, k), k), told=told)
    kept = _unpinned([*boxes[: at + 1], *checks[1:]], k)
    counts = suppress_steps([box.count for box in kept], k)
    visible = suppress_flow(kept, k)
    of_flow = {box.label for box in boxes[: at + 1]}
    first = sum(box.label in of_flow and count is not None for box, count in zip(kept, counts, strict=True))
    replied = next((c for box, c in zip(kept, counts, strict=True) if box.label == REPLIED), None)
    exact = {box.count for box in visible}
    beside = tuple(Line(box.label, _rounded_beside(box.count, k, exact)) for box in boxes[at + 1 :])
    return Steps(visible[:first], visible[first:], beside=beside, replied=replied)


def _unpinned(boxes: Sequence[Box], k: int) -> list[Box]:
    """The boxes without those beside which a hidden step could be worked out from its count as it is rounded elsewhere.

    A step is hidden because it is small, or because few people separate it from the last one shown. Where only one
    count would be both so and rounded as this one is, the step shown before it is left out too.
    """
    kept = list(boxes)
    while True:
        counts = suppress_steps([box.count for box in kept], k)
        telling = next((n for n in range(len(kept)) if counts[n] is None and _is_pinned(kept, counts, n, k)), None)
        if telling is None:
            return kept
        before = [n for n in range(telling) if counts[n] is not None]
        kept = _without(kept, before[-1] if before else telling)


def _is_pinned(boxes: Sequence[Box], counts: Sequence[int | None], at: int, k: int) -> bool:
    """Whether a hidden step could be of one count only, for who knows its rounded count and the steps shown."""
    last = next((c for c in reversed(counts[:at]) if c is not None), None)
    following = next((c for c in counts[at + 1 :] if c is not None), 0)
    low = floor(boxes[at].count, k)
    span = range(low, low + k) if low else range(1, few(k))
    possible = [c for c in span if c >= following and (c < k or (last is not None and 0 < last - c < k))]
    return len(possible) < 2


def _without(boxes: Sequence[Box], at: int) -> list[Box]:
    """The boxes without one; its reasons stand at the next."""
    gone, rest = boxes[at], list(boxes[at + 1 :])
    if rest:
        rest[0] = Box(rest[0].label, rest[0].count, (*gone.left, *rest[0].left))
    return [*boxes[:at], *rest]


def consent(coverage: Iterable[Coverage], k: int, exact: Iterable[int] = ()) -> list[tuple[str, str, str]]:
    """Each scope: for how many it is in force, and of how many, rounded down beside the counts that are shown exact."""
    known = set(exact)
    return [
        (
            one.scope.replace("_", " "),
            _rounded_beside(one.in_force, k, known),
            _rounded_beside(one.in_force + one.not_in_force, k, known),
        )
        for one in coverage
    ]


def _rounded_beside(count: int, k: int, exact: Collection[int]) -> str:
    """The count rounded down, by one step more where it would be one less than a count that is shown exact."""
    low = floor(count, k)
    if low and low + 1 in exact:
        return f"{low - k:,} or more" if low > k else f"fewer than {low + k:,}"
    return rounded(count, k)


def themes(account: Account | None, replied: int | None, k: int) -> list[tuple[str, ...]]:
    """Answers to each theme by verdict, and how many were asked; none where the number of replies is not shown.

    Answers in all are a multiple of replies, and each theme's answers are the replies to packets that held it: neither
    may tell how many replied, or whose packet lacked a theme.
    """
    if account is None or not replied or any(0 < replied - theme.asked < k for theme in account.themes):
        return []
    return [
        (theme.theme, *(shown(count) for count in theme.verdicts), shown(theme.asked))
        for theme in published_account(account, k).themes
    ]
