"""Templates to bytes: one self-contained HTML file, no network, everything escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent


def render(template: str, **values: Any) -> bytes:
    """The named template under pages/templates with `values`, as UTF-8; a value the template misses is an error."""
    return _environment().get_template(template).render(**values).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["theme"] = Markup((HERE / "theme.css").read_text())
    environment.filters["plural"] = plural
    return environment


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 site`, `2 sites`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
