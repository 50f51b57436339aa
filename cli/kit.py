"""`fieldtrail trail kit`: what an auditor is handed, in one folder, from any trail and its public keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from cli.exits import Exit, UsageError


def write_kit(
    address: str,
    *,
    key: str,
    cosigners: Sequence[str] = (),
    persons: Sequence[str] = (),
    out: Path,
    endpoint: str | None = None,
) -> int:
    """Write the auditor's kit for the trail at a folder or s3://bucket/prefix into `out`; print each file's SHA-256.

    Keys are given as files or as their texts. A trail that does not verify gets a kit too, one that says so and names
    no fingerprint; then the exit code is that of a failed verification.
    """
    from storage import LocalStore, open_store
    from storage.mirror import local_copy
    from study import StudyError
    from study.errors import TrailUnsound
    from study.identifiers import digest
    from tasks.audit_folder import all_seals, key_text, kit_key, made_kit, refuse_other_folder, with_crate, write_folder
    from trail import verify

    try:
        given = [(key, "trail"), *((k, "countersigner") for k in cosigners), *((k, "person") for k in persons)]
        keys = [kit_key(key_text(text), of) for text, of in given]
    except StudyError as error:
        raise UsageError(str(error)) from None
    target = LocalStore(out)
    refuse_other_folder(target)
    with local_copy(open_store(address, endpoint=endpoint)) as copy:
        verdict = verify(copy.directory, keys[0].text)
        seals = all_seals(LocalStore(copy.directory), keys[0].name, verdict.seals) if verdict.ok else []
        fault = verdict.faults[0].replace(str(copy.directory), "the trail") if verdict.faults else ""
    if not verdict.seals:
        raise TrailUnsound(fault, remedy="Name the trail's folder, or s3://bucket/prefix.")
    kit = made_kit(
        keys,
        closing=seals[-1] if seals else None,
        fault=fault,
        address=address if address.startswith("s3://") else "",
    )
    files = with_crate(kit)
    write_folder(target, "", files)
    for path in sorted(files):
        typer.echo(f"{digest(files[path])}  {path}")
    if fault:
        typer.echo(f"The trail does not verify, so the kit names no fingerprint: {fault}", err=True)
        return Exit.TRAIL
    size, root = kit.pin or (0, "")
    typer.echo(f"Fingerprint to note outside: {size}:{root}", err=True)
    return Exit.DONE
