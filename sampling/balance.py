"""How like the frame a sample is: standardized differences and Tipton's B index.

Tipton (2014), Journal of Educational and Behavioral Statistics 39:478, doi 10.3102/1076998614558486: B is the
Bhattacharyya coefficient, the integral of √(f g), of the densities f and g of the propensity score (the probability
to be in the sample given the attributes) in sample and population: 1 for a miniature of it, 0 for no overlap.

As computed here:
- population: the eligible frame, the sample in it; covariates: every coordinate of the attributes, standardized;
- propensity: logistic regression with a ridge penalty of 1, half the sum of squared coefficients (le Cessie and
  van Houwelingen 1992), because without one so few sites are separated perfectly; densities are of its logit;
- densities: Gaussian kernels of the normal reference width (4 s⁵ / 3n)^(1/5), as in R's generalizeR (there on the
  probability), and at least a quarter of the frame's width; the integral by the trapezoidal rule on 100 points.

With few sites B of a random sample is often far below 1: it is read by its percentile among random samples of the
same size treated alike, never by fixed bands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sampling.comparison import Samples
from sampling.coverage import parts_of
from sampling.design import Design
from sampling.diagnostics import NOT_REPRESENTATIVE, Balance, Difference
from sampling.distance import Floats
from sampling.frame import Frame
from sampling.problem import Problem

PENALTY = 1.0
STEPS = 12
GRID = 100
FLOOR = 0.25
MOST, FEWEST, WORK, AT_ONCE = 1000, 100, 60_000, 100
"""Random samples for the percentile: MOST while samples × rows ≤ WORK, fewer for a large frame, never under FEWEST."""


def balance(frame: Frame, design: Design, problem: Problem, chosen: Sequence[int], random: Samples) -> Balance | None:
    """Differences and B of a sample; None without attributes, B None for a sample of one or of everybody."""
    if not problem.coordinates.shape[1]:
        return None
    differences = _differences(frame, design, problem, chosen)
    n = len(problem.ids)
    if problem.size < 2 or problem.size >= n:
        return Balance(differences, None, None, None, 0, _sentence(design))
    covariates = standardized(problem.coordinates)
    own = float(b_index(covariates, np.array([sorted(chosen)]))[0])
    some = random[: min(MOST, max(FEWEST, WORK // n))]
    others = np.concatenate([b_index(covariates, some[i : i + AT_ONCE]) for i in range(0, len(some), AT_ONCE)])
    below = float((others < own - 1e-9).mean())
    middle = round(float(np.median(others)), 6)
    return Balance(differences, round(own, 6), below, middle, len(some), _sentence(design))


def _sentence(design: Design) -> str:
    """What no sample of this strategy is; said with every balance."""
    if design.strategy == "maximum_variation":
        return NOT_REPRESENTATIVE
    return (
        f"A purposeful sample ({design.strategy.replace('_', ' ')}) is not a representative one, whatever its B, and a "
        "maximum-variation sample least of all. Generalize from it by argument, not by counting."
    )


def standardized(coordinates: Floats) -> Floats:
    """Every column with mean 0 and standard deviation 1 over the frame; constant columns left out."""
    spread = coordinates.std(axis=0)
    varying = spread > 1e-12
    return np.asarray((coordinates - coordinates.mean(axis=0))[:, varying] / spread[varying])


def b_index(covariates: Floats, samples: Samples) -> Floats:
    """B of each sample (d × m indices) in the frame behind the n × P standardized covariates; length d, 0 to 1."""
    logits = _logits(covariates, samples)
    return overlap(np.take_along_axis(logits, samples, axis=1), logits)


def overlap(sample: Floats, population: Floats) -> Floats:
    """Bhattacharyya coefficient of kernel densities, row by row, of d × m against d × n values."""
    wide = width(population)
    return affinity(sample, np.maximum(width(sample), FLOOR * wide), population, wide)


def affinity(sample: Floats, narrow: Floats, population: Floats, wide: Floats) -> Floats:
    """The same for kernels of given widths (length d)."""
    ends = 5 * np.maximum(wide, narrow)
    low = np.minimum(population.min(axis=1), sample.min(axis=1)) - ends
    high = np.maximum(population.max(axis=1), sample.max(axis=1)) + ends
    grid = low[:, None] + np.linspace(0.0, 1.0, GRID)[None, :] * (high - low)[:, None]
    both = np.sqrt(density(sample, narrow, grid) * density(population, wide, grid))
    area = both.sum(axis=1) * (high - low) / (GRID - 1)  # both ends are as good as 0: the trapezoidal rule
    return np.asarray(np.clip(area, 0.0, 1.0))


def width(values: Floats) -> Floats:
    """The normal reference kernel width of each row of values; a tiny one where all are equal."""
    n = values.shape[1]
    spread = values.std(axis=1, ddof=1) if n > 1 else np.zeros(len(values))
    return np.asarray(np.maximum(spread * (4 / (3 * n)) ** 0.2, 1e-9))


def density(values: Floats, widths: Floats, at: Floats) -> Floats:
    """Gaussian kernel density of each row of values (d × n) with its width, at d × g places."""
    scaled = (at[:, :, None] - values[:, None, :]) / widths[:, None, None]
    heights = np.exp(-0.5 * scaled * scaled).mean(axis=2)
    return np.asarray(heights / (widths[:, None] * np.sqrt(2 * np.pi)))


def _logits(covariates: Floats, samples: Samples) -> Floats:
    """d × n logits of being in each sample, from ridge logistic regression by Newton's method for all at once."""
    draws, (n, p) = len(samples), covariates.shape
    x = np.column_stack([np.ones(n), covariates])
    products = (x[:, :, None] * x[:, None, :]).reshape(n, -1)
    ridge = np.diag([0.0, *[PENALTY] * p])
    inside = np.zeros((draws, n))
    np.put_along_axis(inside, samples, 1.0, axis=1)
    share = samples.shape[1] / n
    beta = np.zeros((draws, p + 1))
    beta[:, 0] = np.log(share / (1 - share))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(beta @ x.T, -30, 30)))
        slope = (inside - chance) @ x - beta @ ridge
        curve = ((chance * (1 - chance)) @ products).reshape(draws, p + 1, p + 1) + ridge
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        beta = beta + step
        if np.abs(step).max() < 1e-6:
            break
    return np.asarray(beta @ x.T)


def _differences(frame: Frame, design: Design, problem: Problem, chosen: Sequence[int]) -> tuple[Difference, ...]:
    """A mean a numeric attribute, a share a category of any other, with their standardized differences."""
    found: list[Difference] = []
    for attribute in design.attributes:
        parts, labels = parts_of(frame, problem, attribute)
        if attribute.kind == "numeric":
            numbers = dict(zip(frame.ids, frame.numbers(attribute.name), strict=True))
            values = np.array([numbers[i] for i in problem.ids])
            found += _difference(attribute.name, "mean", values, chosen)
        else:
            for label in labels:
                values = np.array([float(p == label) for p in parts])
                found += _difference(attribute.name, label, values, chosen)
    return tuple(found)


def _difference(attribute: str, part: str, values: Floats, chosen: Sequence[int]) -> list[Difference]:
    sample = values[list(chosen)]
    known, here = values[~np.isnan(values)], sample[~np.isnan(sample)]
    if not here.size or known.std() == 0:
        return []
    frame_mean, sample_mean = float(known.mean()), float(here.mean())
    return [Difference(attribute, part, frame_mean, sample_mean, (sample_mean - frame_mean) / float(known.std()))]
