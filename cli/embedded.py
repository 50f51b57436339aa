"""Prefect inside this process: set before Prefect is imported, unless a server is configured."""

from __future__ import annotations

import logging
import os

EMBEDDED = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "",
    "PREFECT_CLI_COLORS": "false",
}
"""A one-off command keeps quiet: it says its own sentences, and the trail is the record."""


def use_embedded_prefect() -> None:
    """Apply the settings a person has not chosen otherwise."""
    for name, value in EMBEDDED.items():
        if value:
            os.environ.setdefault(name, value)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
