"""What a run recorded that other flows must act upon, told to Prefect's server as events.

An event holds ids of events of the trail and the study's id: never a participant code, a trail code or a day. Prefect
keeps events for seven days, so they start work and remember nothing; what one misses the nightly runs find.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from study import Event

if TYPE_CHECKING:
    from tasks.workspace import Workspace

WITHDRAWAL = "fieldtrail.withdrawal.recorded"
LAPSE = "fieldtrail.approval.lapsed"
LAPSE_CHECKS = frozenset({"CN033"})
"""Queries that open, once for each lapse, on the first run that finds no ethics approval in force."""
SERVER = "FIELDTRAIL_SERVER"
"""The variable with the address of a server on this machine that a one-off command tells, and does not run on; empty
where there is none."""
SECONDS = 5.0
MOST_IDS = 100

log = logging.getLogger("fieldtrail")


def announce(place: Workspace) -> None:
    """Tell the server what this run recorded that others must act upon; without a server nothing is even looked for.

    A server that does not answer costs at most SECONDS and fails nothing: the nightly runs catch up.
    """
    address = server_address()
    if address is None:
        return
    try:
        mine = [e for e in place.events() if e.run.flow_run_id == place.trail.run.flow_run_id]
        for name, ids in to_tell(mine).items():
            _post(address, name, place.protocol.id, ids)
    except Exception as error:
        log.warning("Prefect's server was not told of what was recorded (%s).", type(error).__name__)


def to_tell(events: Iterable[Event]) -> Mapping[str, tuple[str, ...]]:
    """Of these events those that others must act upon, by what to tell: ids only."""
    found: dict[str, list[str]] = {}
    for event in events:
        if event.kind in ("consent.withdrawn", "recruitment.withdrawn"):
            found.setdefault(WITHDRAWAL, []).append(event.id)
        elif event.kind == "query.opened" and event.data["check"] in LAPSE_CHECKS:
            found.setdefault(LAPSE, []).append(event.id)
    return {name: tuple(ids[:MOST_IDS]) for name, ids in found.items()}


def server_address() -> str | None:
    """The API of the server this run belongs to, or of the one on this machine; None for a run of its own."""
    return os.environ.get(SERVER, os.environ.get("PREFECT_API_URL")) or None


def _post(address: str, name: str, study: str, ids: tuple[str, ...]) -> None:
    import httpx
    from prefect.events import Event as Told
    from prefect.settings import get_current_settings

    told = Told(
        event=name,
        resource={"prefect.resource.id": f"fieldtrail.study.{study}"},  # type: ignore[arg-type]
        payload={"event_ids": list(ids)},
    )
    settings = get_current_settings().api
    headers = {}
    if settings.auth_string is not None:
        secret = base64.b64encode(settings.auth_string.get_secret_value().encode()).decode()
        headers["Authorization"] = f"Basic {secret}"
    elif settings.key is not None:
        headers["Authorization"] = f"Bearer {settings.key.get_secret_value()}"
    body = [told.model_dump(mode="json")]
    httpx.post(f"{address.rstrip('/')}/events", json=body, headers=headers, timeout=SECONDS).raise_for_status()
