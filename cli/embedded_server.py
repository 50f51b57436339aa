"""Prefect's server for one command, in a process of its own: its record in memory, ended with whoever started it.

Prefect's own way to such a server takes three times as long: it brings a new database up to date by every change
its tables ever went through (9 s), registers blocks that no flow of ours uses (2 s), and begins only when the first
flow does. In memory there is nothing to bring up to date, so the tables are made as they are now.
"""

from __future__ import annotations

import atexit
import gc
import os
import socket
import sys
import threading

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI


def serve(listening: int) -> None:
    """Answer on the listening socket with this file descriptor until standard input ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.disable()  # what importing makes stays
    app = _app()
    gc.freeze()
    gc.enable()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    server.run(sockets=[socket.socket(fileno=listening)])


IN_MEMORY = {
    "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
}
"""Tables are made, and what looks for events every few seconds is not: a record in memory is sent none."""


def _app() -> FastAPI:
    in_memory = ":memory:" in os.environ["PREFECT_API_DATABASE_CONNECTION_URL"]
    os.environ |= IN_MEMORY if in_memory else {}
    from prefect.server.api.server import create_app
    from prefect.server.database import provide_database_interface

    if in_memory:
        _make_tables(provide_database_interface().Base.metadata)
    return create_app(ephemeral=True, final=True)


def _make_tables(tables: sa.MetaData) -> None:
    """Make the tables of Prefect's models, and keep them for as long as this process lives."""
    for table in tables.tables.values():  # some index is there twice under one name
        table.indexes = set({index.name: index for index in table.indexes}.values())
    url = os.environ["PREFECT_API_DATABASE_CONNECTION_URL"].replace("+aiosqlite", "")
    kept = sa.create_engine(url, poolclass=sa.StaticPool)
    with kept.begin() as connection:
        tables.create_all(connection)
    atexit.register(kept.dispose)  # what is in memory lasts while a connection is open


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
