"""The documents for a trail's bucket, loaded into a real S3 server: each role may do its part and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.exits import UsageError
from cli.policy import print_policy
from storage.mirror import local_copy
from storage.policy import ROLES, documents
from storage.s3 import S3Store
from study.objects import Retention, StoreUnavailable
from tests.weed import Weed

LANE = "lanes/2026-01-02/run.1/000000.jsonl"
DOSSIER = f"dossier/{'d' * 64}.zip"
SEAL, CHECKPOINT, COSIGNATURE = "seals/00000000.jsonl", "checkpoints/000000000003", "cosignatures/000000000003.library"
TEAM = ("writer", "sealer", "countersigner", "auditor")
UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


class Guarded:
    """A locked bucket with the documents loaded, a small trail in it under a prefix, and an identity for each role."""

    def __init__(self, weed: Weed) -> None:
        self.weed = weed
        self.bucket = weed.bucket(mode="GOVERNANCE", days=10)
        made = documents(self.bucket, "studies/fsp", name="fsp", server="seaweedfs")
        self.names = {role: weed.identity(made[role], name=f"fsp-{role}") for role in ROLES}
        weed.client().put_bucket_policy(Bucket=self.bucket, Policy=json.dumps(made["bucket-policy"]))
        self.stored = {key: self.store(role).put_new(key, key.encode()) for role, key in self.writers()}

    @staticmethod
    def writers() -> list[tuple[str, str]]:
        return [("writer", LANE), ("sealer", SEAL), ("sealer", CHECKPOINT), ("sealer", COSIGNATURE)]

    def store(self, role: str, retention: Retention | None = None) -> S3Store:
        settings = self.weed.environment(self.names[role])
        before = dict(os.environ)
        os.environ.update(settings)
        try:
            return S3Store(f"s3://{self.bucket}/studies/fsp", retention=retention)
        finally:
            os.environ.clear()
            os.environ.update(before)

    def refused(self, role: str, operation: str, key: str | None = None, **arguments: Any) -> bool:
        named = {"Bucket": self.bucket, **({"Key": f"studies/fsp/{key}"} if key else {}), **arguments}
        client = self.weed.client(self.names[role])
        try:
            getattr(client, operation)(**named)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return True
        return False


@pytest.fixture(scope="module")
def guarded(weed: Weed) -> Guarded:
    return Guarded(weed)


@pytest.mark.real
def test_the_auditor_reads_everything_needed(guarded: Guarded) -> None:
    store = guarded.store("auditor")
    assert {s.key for s in store.list()} == {s.key for s in store.list_versions()} >= set(guarded.stored)
    with local_copy(store) as copy:
        assert (copy.directory / LANE).read_bytes() == LANE.encode()
        assert copy.versions
        assert f"studies/fsp/{SEAL}" in copy.versions.read_text()
    assert store.get(LANE, guarded.stored[LANE].version_id) == LANE.encode()
    held = store.retention_of(LANE)
    assert held
    assert held.mode == "GOVERNANCE"
    assert store.ready_for_a_trail() == ()
    client = guarded.weed.client("fsp-auditor")
    assert "OnlyDataProtectionErases" in client.get_bucket_policy(Bucket=guarded.bucket)["Policy"]


CHANGES: dict[str, Callable[[Guarded, str], tuple[str, str | None, dict[str, Any]]]] = {
    "hide an object": lambda g, k: ("delete_object", k, {}),
    "delete a version": lambda g, k: ("delete_object", k, {"VersionId": g.stored[k].version_id}),
    "bypass": lambda g, k: (
        "delete_object",
        k,
        {"VersionId": g.stored[k].version_id, "BypassGovernanceRetention": True},
    ),
    "shorten by bypass": lambda g, k: (
        "put_object_retention",
        k,
        {
            "Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(hours=1)},
            "BypassGovernanceRetention": True,
        },
    ),
    "shorten": lambda g, k: (
        "put_object_retention",
        k,
        {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(hours=1)}},
    ),
    "hold": lambda g, k: ("put_object_legal_hold", k, {"LegalHold": {"Status": "ON"}}),
    "tag": lambda g, k: ("put_object_tagging", k, {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
    "suspend versions": lambda g, k: (
        "put_bucket_versioning",
        None,
        {"VersioningConfiguration": {"Status": "Suspended"}},
    ),
    "unlock": lambda g, k: (
        "put_object_lock_configuration",
        None,
        {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
    ),
    "expire": lambda g, k: (
        "put_bucket_lifecycle_configuration",
        None,
        {
            "LifecycleConfiguration": {
                "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
            }
        },
    ),
    "rewrite the rules": lambda g, k: ("put_bucket_policy", None, {"Policy": json.dumps({"Statement": []})}),
    "drop the rules": lambda g, k: ("delete_bucket_policy", None, {}),
    "drop the bucket": lambda g, k: ("delete_bucket", None, {}),
}


@pytest.mark.real
@pytest.mark.parametrize("role", TEAM)
def test_nobody_in_the_team_and_no_auditor_can_remove_or_unlock(guarded: Guarded, role: str) -> None:
    for name, change in CHANGES.items():
        for key in (LANE, SEAL) if change(guarded, LANE)[1] else (LANE,):
            operation, at, arguments = change(guarded, key)
            assert guarded.refused(role, operation, at, **arguments), (role, name)
    assert guarded.store("auditor").get(LANE, guarded.stored[LANE].version_id) == LANE.encode()


@pytest.mark.real
def test_each_role_writes_only_its_own_folder(guarded: Guarded) -> None:
    may = {
        "writer": {LANE, DOSSIER},
        "sealer": {LANE, DOSSIER, SEAL, CHECKPOINT, COSIGNATURE},
        "countersigner": {COSIGNATURE},
        "auditor": set(),
        "data-protection": set(),
    }
    for role, own in may.items():
        for key in (LANE, DOSSIER, SEAL, CHECKPOINT, COSIGNATURE, "elsewhere/x"):
            refused = guarded.refused(role, "put_object", f"{key}.by-{role}", Body=b"x")
            assert refused == (key not in own), (role, key)


@pytest.mark.real
def test_a_writer_locks_what_it_writes_and_cannot_seal(guarded: Guarded) -> None:
    writer = guarded.store("writer", Retention("GOVERNANCE", UNTIL))
    writer.put_new("lanes/2026-01-02/run.1/000001.jsonl", b"event")
    assert writer.retention_of("lanes/2026-01-02/run.1/000001.jsonl") == Retention("GOVERNANCE", UNTIL)
    with pytest.raises(StoreUnavailable, match=r"seals/00000001.jsonl: this account may not do that"):
        writer.put_new("seals/00000001.jsonl", b"seal")


@pytest.mark.real
def test_the_bucket_policy_holds_against_an_identity_that_may_do_everything(guarded: Guarded) -> None:
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    if "mighty" not in guarded.names:
        guarded.names["mighty"] = guarded.weed.identity({"Version": "2012-10-17", "Statement": [everything]})
    for name in ("hide an object", "delete a version", "bypass", "drop the bucket"):
        operation, key, arguments = CHANGES[name](guarded, SEAL)
        assert guarded.refused("mighty", operation, key, **arguments), name
    for key in (LANE, DOSSIER, SEAL, CHECKPOINT, COSIGNATURE):
        assert guarded.refused("mighty", "put_object", f"{key}.forged", Body=b"x")


@pytest.mark.real
def test_only_the_data_protection_role_erases_and_leaves_no_marker(guarded: Guarded) -> None:
    writer, protector = guarded.store("writer"), guarded.store("data-protection")
    key = "lanes/2026-01-03/run.1/000000.jsonl"
    writer.put_new(key, b"a name slipped in")
    with pytest.raises(StoreUnavailable):
        guarded.store("sealer").erase_all_versions(key, bypass_governance=True)
    assert guarded.refused("data-protection", "delete_object", key)  # a marker would let another put the key anew
    with pytest.raises(StoreUnavailable, match="Object Lock holds it"):
        protector.erase_all_versions(key)
    assert protector.erase_all_versions(key, bypass_governance=True) == 1
    assert list(guarded.store("auditor").list_versions(key)) == []


@pytest.mark.real
def test_roles_see_nothing_beside_their_prefix(guarded: Guarded) -> None:
    guarded.weed.client().put_object(Bucket=guarded.bucket, Key="studies/other/lanes/x", Body=b"another study's")
    for role in ROLES:
        client = guarded.weed.client(f"fsp-{role}")
        for operation, arguments in (
            ("get_object", {"Key": "studies/other/lanes/x"}),
            ("put_object", {"Key": "studies/other/lanes/y", "Body": b""}),
            ("list_objects_v2", {"Prefix": "studies/other/"}),
            ("list_object_versions", {"Prefix": ""}),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                getattr(client, operation)(Bucket=guarded.bucket, **arguments)
    with pytest.raises(StoreUnavailable, match="may not do that"):
        guarded.store("countersigner").get(LANE)


# What the documents say beyond what SeaweedFS can decide


def statement(document: dict[str, Any], sid: str) -> dict[str, Any]:
    return next(row for row in document["Statement"] if row["Sid"] == sid)


def test_on_aws_nothing_is_overwritten_and_nothing_goes_unencrypted() -> None:
    policy = documents("archive", "fsp", account="123456789012")["bucket-policy"]
    assert statement(policy, "NothingIsOverwritten") == {
        "Sid": "NothingIsOverwritten",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:PutObject"],
        "Resource": ["arn:aws:s3:::archive/fsp/*"],
        "Condition": {"Null": {"s3:if-none-match": "true"}},
    }
    assert statement(policy, "OnlyEncryptedConnections")["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    seals = statement(policy, "OnlySealerWriteSeals")
    assert seals["Condition"]["StringNotLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::123456789012:role/fieldtrail-sealer",
        "arn:aws:iam::123456789012:user/fieldtrail-sealer",
    ]
    assert seals["Resource"] == ["arn:aws:s3:::archive/fsp/seals/*"]


def test_the_bucket_policy_only_denies_and_fits_awss_limits() -> None:
    made = documents("a" * 63, "studies/" + "x" * 40, account="123456789012")
    assert {row["Effect"] for row in made["bucket-policy"]["Statement"]} == {"Deny"}
    assert len(json.dumps(made["bucket-policy"])) < 20_000
    assert all(len(json.dumps(made[role], separators=(",", ":"))) < 6_144 for role in ROLES)
    sids = [row["Sid"] for document in made.values() for row in document.get("Statement", [])]
    assert all(sid.isalnum() for sid in sids)


def test_locking_is_governance_unless_asked_and_nothing_stored_ever_expires() -> None:
    made = documents("archive", mode="COMPLIANCE", years=12)
    assert made["object-lock"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Years": 12}
    assert documents("archive")["object-lock"]["Rule"]["DefaultRetention"]["Mode"] == "GOVERNANCE"
    assert "s3:object-lock-mode" in json.dumps(documents("archive")["bucket-policy"])
    assert "s3:object-lock-mode" not in json.dumps(made["bucket-policy"])
    (rule,) = made["lifecycle"]["Rules"]
    assert set(rule) == {"ID", "Status", "Filter", "AbortIncompleteMultipartUpload"}


def test_the_command_prints_all_documents_or_one(capsys: pytest.CaptureFixture[str]) -> None:
    print_policy("archive", prefix="fsp", account="123456789012")
    printed = capsys.readouterr().out
    headings = [line.split(":")[0] for line in printed.splitlines() if line.startswith("# ")]
    assert headings == [f"# {name}" for name in ("bucket-policy", "object-lock", "lifecycle", *ROLES)]
    print_policy("s3://archive/fsp", account="123456789012", document="auditor")
    assert json.loads(capsys.readouterr().out) == documents("archive", "fsp", account="123456789012")["auditor"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"account": "12"}, "is no AWS account: write its 12 digits"),
        ({"document": "reader"}, "There is no document 'reader'; there are bucket-policy, object-lock"),
        ({"prefix": "../x"}, "is no S3 address"),
        ({"name": "a*"}, "cannot begin a role's name"),
    ],
)
def test_words_that_fit_nothing_are_refused(options: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        print_policy("archive", **options)  # type: ignore[arg-type]
