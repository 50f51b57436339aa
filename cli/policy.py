"""`fieldtrail trail policy`: the documents for whoever sets up a trail's bucket."""

from __future__ import annotations

import json
import re
from typing import Literal

import typer

from cli.exits import UsageError
from storage import keys
from storage.policy import ROLES, documents
from study.errors import StudyError


def print_policy(
    bucket: str,
    *,
    prefix: str = "",
    account: str | None = None,
    name: str = "fieldtrail",
    mode: Literal["governance", "compliance"] = "governance",
    years: int = 10,
    server: Literal["aws", "seaweedfs"] = "aws",
    document: str | None = None,
) -> None:
    """Print every document under a heading that says how to load it, or the one named as JSON alone.

    `bucket` may be an s3:// address with the prefix in it. UsageError for words that fit nothing.
    """
    if account is not None and not re.fullmatch(r"[0-9]{12}", account):
        raise UsageError(f"{account!r} is no AWS account: write its 12 digits.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise UsageError(f"{name!r} cannot begin a role's name: use letters, digits, - and _.")
    try:
        if bucket.startswith(keys.SCHEME):
            bucket, within = keys.bucket_and_prefix(bucket)
            prefix = prefix or within
        lock: Literal["GOVERNANCE", "COMPLIANCE"] = "COMPLIANCE" if mode == "compliance" else "GOVERNANCE"
        made = documents(bucket, prefix, account=account, name=name, mode=lock, years=years, server=server)
    except StudyError as error:
        raise UsageError(str(error)) from None
    if document is None:
        bare = bucket.removesuffix("/")
        typer.echo("\n".join(f"{_heading(kind, bare, name)}\n{_json(made[kind])}\n" for kind in made), nl=False)
    elif document in made:
        typer.echo(_json(made[document]))
    else:
        raise UsageError(f"There is no document {document!r}; there are {', '.join(made)}.")


def _heading(kind: str, bucket: str, name: str) -> str:
    save = f"# {kind}: save it as {kind}.json, then"
    match kind:
        case "bucket-policy":
            return f"{save} aws s3api put-bucket-policy --bucket {bucket} --policy file://{kind}.json"
        case "object-lock":
            load = f"--object-lock-configuration file://{kind}.json"
            return f"{save} aws s3api put-object-lock-configuration --bucket {bucket} {load}"
        case "lifecycle":
            load = f"--lifecycle-configuration file://{kind}.json"
            return f"{save} aws s3api put-bucket-lifecycle-configuration --bucket {bucket} {load}"
    assert kind in ROLES
    return f"{save} aws iam put-role-policy --role-name {name}-{kind} --policy-name trail --policy-document file://{kind}.json"


def _json(document: dict[str, object]) -> str:
    return json.dumps(document, indent=2)
