"""A real S3 server for the tests: SeaweedFS's `weed mini` on loopback, in a directory of its own.

https://github.com/seaweedfs/seaweedfs/wiki. Every port also opens its number + 10,000. The filer port changes and
deletes anything without credentials: an attacker who is inside the server.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

REGION = "us-east-1"
_GRPC = 10_000
_SERVICES = ("master", "volume", "filer", "s3", "admin")
_OFF = ("-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false")
_STRICT = ("-s3.allowDeleteBucketNotEmpty=false", "-s3.autoCreateBucket=false", "-s3.iam.readOnly=false")
_STARTED_WITHIN_S = 20.0


def weed_path() -> str | None:
    """The `weed` of this environment, else of the machine, else None."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


class Weed:
    """One running server; `admin` may do everything, further identities are made with `identity`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._numbers = itertools.count(1)
        self._shared: dict[bool, str] = {}
        self._secrets = {"admin": ("admin", secrets.token_hex(16))}
        for attempt in range(5):
            if self._start(directory / str(attempt)):
                return
            self.stop()
        raise RuntimeError(f"weed did not start; see {directory}/*/output")

    def _start(self, directory: Path) -> bool:
        """Start on free ports; False when it died or did not answer (another process took a port meanwhile)."""
        (directory / "log").mkdir(parents=True)
        (directory / "data").mkdir()
        key, secret = self._secrets["admin"]
        admin = {"name": "admin", "credentials": [{"accessKey": key, "secretKey": secret}], "actions": ["Admin"]}
        (directory / "users.json").write_text(json.dumps({"identities": [admin]}))
        self.ports = dict(zip(_SERVICES, free_ports(len(_SERVICES)), strict=True))
        self.endpoint = f"http://127.0.0.1:{self.ports['s3']}"
        self.filer = f"http://127.0.0.1:{self.ports['filer']}"
        with open(directory / "output", "wb") as output:
            self._process = subprocess.Popen(
                self._command(directory), stdout=output, stderr=subprocess.STDOUT, cwd=directory
            )
        return self._answers()

    def _command(self, directory: Path) -> list[str]:
        setpriv = shutil.which("setpriv")  # lets the server die with this process, however this one dies
        return [
            *([setpriv, "--pdeathsig", "KILL"] if setpriv else []),
            weed_path() or "weed",
            f"-logdir={directory}/log",
            "-alsologtostderr=false",
            "mini",
            f"-dir={directory}/data",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *(f"-{service}.port={port}" for service, port in self.ports.items()),
            f"-s3.config={directory}/users.json",
            f"-s3.localSocket={directory}/s3.sock",
            f"-filer.localSocket={directory}/filer.sock",
            "-master.electionTimeout=1s",
            *_OFF,
            *_STRICT,
        ]

    def _answers(self) -> bool:
        """Wait until listing, making a bucket and writing into it all work."""
        client = self.client()
        deadline = time.monotonic() + _STARTED_WITHIN_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(BotoCoreError, ClientError):
                client.list_buckets()
                with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
                    client.create_bucket(Bucket="ready")
                client.put_object(Bucket="ready", Key="a", Body=b"a")
                return True
            time.sleep(0.03)
        return False

    def stop(self) -> None:
        """End the server at once (its data is thrown away) and remove the sockets it left in /tmp."""
        self._process.kill()
        self._process.wait()
        for service, port in self.ports.items():
            Path(f"/tmp/seaweedfs-{service}-grpc-{port + _GRPC}.sock").unlink(missing_ok=True)

    def bucket(
        self, *, locked: bool = True, mode: str | None = None, days: int | None = None, versioned: bool = True
    ) -> str:
        """A fresh bucket, by default with Object Lock (which implies versions); `mode` sets its default retention.

        `locked=False, versioned=False` is a plain one.
        """
        name = f"study-{next(self._numbers):04d}"
        client = self.client()
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
        if versioned and not locked:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if mode:
            rule = {"DefaultRetention": {"Mode": mode, "Days": days or 1}}
            client.put_object_lock_configuration(
                Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
            )
        return name

    def shared_bucket(self, *, locked: bool = False) -> str:
        """A bucket with versions that tests share under prefixes of their own (a fresh one costs 0.2 s)."""
        if locked not in self._shared:
            self._shared[locked] = self.bucket(locked=locked)
        return self._shared[locked]

    def identity(self, *documents: dict[str, Any], name: str | None = None) -> str:
        """A new identity that has exactly these IAM policy documents; returns its name."""
        iam = boto3.client("iam", endpoint_url=self.endpoint, region_name=REGION, **self._keys("admin"))
        name = name or f"person-{next(self._numbers):04d}"
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        for number, document in enumerate(documents):
            policy = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(document))
            iam.attach_user_policy(UserName=name, PolicyArn=policy["Policy"]["Arn"])
        self._secrets[name] = (key["AccessKeyId"], key["SecretAccessKey"])
        return name

    def tamper(self, bucket: str, key: str, body: bytes) -> None:
        """Other bytes under the current version's own id, through the back door; S3 shows no trace of it."""
        version = self._current_version(bucket, key)
        kept = {} if version == "null" else {"Seaweed-X-Amz-Version-Id": version}
        self._ask_filer("PUT", self._file(bucket, key, version), body, kept)

    def vanish(self, bucket: str, key: str) -> None:
        """Remove the current version through the back door, whatever Object Lock says."""
        self._ask_filer("DELETE", self._file(bucket, key, self._current_version(bucket, key)))

    def _current_version(self, bucket: str, key: str) -> str:
        listed = self.client().list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
        return str(next(row["VersionId"] for row in listed if row["Key"] == key and row["IsLatest"]))

    def _file(self, bucket: str, key: str, version: str) -> str:
        return quote(f"/buckets/{bucket}/{key}" + ("" if version == "null" else f".versions/v_{version}"))

    def _ask_filer(self, method: str, path: str, body: bytes | None = None, headers: Any = None) -> None:
        request = Request(self.filer + path, data=body, method=method, headers=headers or {})
        with urlopen(request, timeout=5) as reply:
            assert reply.status < 300

    def client(self, identity: str = "admin") -> Any:
        """A plain boto3 S3 client for an identity, without retries."""
        config = Config(
            s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5
        )
        return boto3.client("s3", endpoint_url=self.endpoint, region_name=REGION, config=config, **self._keys(identity))

    def environment(self, identity: str = "admin") -> dict[str, str]:
        """The variables that let boto3 (and the aws command line) of a process act as an identity here."""
        key, secret = self._secrets[identity]
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def _keys(self, identity: str) -> dict[str, str]:
        key, secret = self._secrets[identity]
        return {"aws_access_key_id": key, "aws_secret_access_key": secret}


def free_ports(count: int) -> list[int]:
    """Ports free on loopback together with their number + 10,000, below what the kernel gives to clients."""
    found: list[int] = []
    candidates = random.SystemRandom().sample(range(10_300, 22_000), 400)
    for port in candidates:
        if _free(port) and _free(port + _GRPC):
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports on loopback")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
