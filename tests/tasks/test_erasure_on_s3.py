"""Erasing where files have versions: none is left of what was erased, in the bucket of a real S3 server."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import open_store
from storage.s3 import S3Store
from study import Fact, Subject
from study.objects import StoreUnavailable
from tasks.codes import Codes
from tasks.copies import list_of
from tasks.erasing import PLANS, Artefact, Plan, Table, erase, latest_references, written_down
from tasks.erasure import finish_pending
from tasks.workspace import StudyRequest, Workspace, opened

pytestmark = pytest.mark.real

STUDY = Path(__file__).parents[2] / "examples/peer-support/study"
RESPONSES = b"code,answer\nP001,5\nP002,4\n"
WITHDRAWN = {
    "ordinal": 1,
    "version": 1,
    "row": "0" * 64,
    "source": "request",
    "scopes": (),
    "disposition": "delete",
}


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An opened study without anybody in it: study.yaml, key and trail; everything else will lie in a bucket."""
    root = tmp_path_factory.mktemp("opened") / "study"
    root.mkdir()
    shutil.copy(STUDY / "study.yaml", root)
    (root / "restricted").mkdir()
    with opened(StudyRequest(study=str(root)), "open-study", create=True):
        pass
    return root


@pytest.fixture
def bucket(weed, monkeypatch) -> str:
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://{weed.shared_bucket()}/{uuid.uuid4()}"


@contextmanager
def at(root: Path, bucket: str) -> Iterator[Workspace]:
    """The study opened with its folders in the bucket and its trail in a directory."""
    with opened(StudyRequest(study=str(root)), "withdraw-participant") as place:
        place.files = open_store(f"{bucket}/study")
        place.restricted = open_store(f"{bucket}/restricted")
        place.out = open_store(f"{bucket}/out")
        place.codes = Codes(place.restricted)
        yield place


@pytest.fixture
def plan(opened_once: Path, tmp_path: Path, bucket: str) -> tuple[Path, Plan]:
    """A withdrawal recorded: one transcript of two versions, one deleted, a survey's rows, a note; and its plan."""
    root = shutil.copytree(opened_once, tmp_path / "study")
    with at(root, bucket) as place:
        code = place.trail_code("P001")
        place.participant_key(code)
        for body in (b"as it came", b"masked by hand"):
            place.files.put("transcripts/I0001.txt", body)
        place.files.put("transcripts/I0002.txt", b"of somebody else")
        place.files.put("replies/one.json", b"deleted in the console")
        client = place.files.bucket.client
        client.delete_object(Bucket=place.files.bucket.name, Key=place.files.bucket.full("replies/one.json"))
        for body in (RESPONSES + b"P001,1\n", RESPONSES):
            place.files.put("surveys/web.csv", body)
        place.restricted.put("records/consent.withdrawn/x.json", b"why")
        place.out.put("index.html", b"page")
        place.out.put("index.html", b"page again")
        who = (Subject("participant", code),)
        withdrawn = Fact("consent.withdrawn", "2016-06-01", who, data=WITHDRAWN)
        received = [
            Fact(
                f"{kind}.received",
                place.instant,
                (Subject(kind, id),),
                generated=(place.reference(path, place.files.get(path), personal=True),),
                data={"format": "txt"},
            )
            for kind, id, path in (
                ("transcript", "I0001", "transcripts/I0001.txt"),
                ("survey", "web", "surveys/web.csv"),
            )
        ]
        decision = place.trail.append([withdrawn, *received])[0].id
        ref = place.codes.known_ref
        artefacts = (
            Artefact("transcripts/I0001.txt", ref("transcripts/I0001.txt")),
            Artefact("replies/one.json"),
            Artefact("restricted/records/consent.withdrawn/x.json"),
        )
        table = Table("surveys/web.csv", "code", ("P001",), ref=ref("surveys/web.csv"), key="ab" * 32, named=True)
        made = Plan(decision, artefacts, (table,), "P001", code)
        return root, written_down(place, decision, lambda: made)


def versions(store: S3Store) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for stored in store.list_versions():
        found.setdefault(stored.key, []).append(store.get(stored.key, stored.version_id))
    return found


def assert_erased(root: Path, bucket: str, plan: Plan) -> None:
    """No version of anything of theirs; the shared table once, as the trail says; recorded once."""
    with at(root, bucket) as place:
        assert versions(place.files) == {
            "surveys/web.csv": [b"code,answer\nP002,4\n"],
            "transcripts/I0002.txt": [b"of somebody else"],
        }
        (table,) = plan.tables
        kept = set(versions(place.restricted)) - {list_of(plan.decision)}  # the list for people names nobody
        assert kept == {"codes/artefacts/surveys%2Fweb.csv", f"keys/{table.ref}.key"}
        assert versions(place.restricted)[f"keys/{table.ref}.key"] == [bytes.fromhex("ab" * 32)]
        assert versions(place.out) == {}
        (erased,) = place.events(["erasure.executed"])
        assert erased.data["refs"] == list(plan.refs)
        digest = place.reference("surveys/web.csv", b"code,answer\nP002,4\n", personal=True)
        assert erased.generated == (digest,)
        assert latest_references(place.events())[digest.ref] == digest
        listed = place.restricted.bucket.client.list_object_versions(
            Bucket=place.files.bucket.name, Prefix=place.files.bucket.prefix.removesuffix("study/")
        )
        assert listed.get("DeleteMarkers", []) == []


def test_no_version_is_left_and_the_shared_table_is_as_the_trail_says(plan, bucket) -> None:
    root, made = plan
    with at(root, bucket) as place:
        erase(place, made)
    assert_erased(root, bucket, made)


@pytest.mark.parametrize("calls", [4, 5, 13, 16])
def test_a_run_that_ends_after_some_calls_is_finished_from_the_plan(calls, plan, bucket, monkeypatch) -> None:
    """Of 17 calls: between a table and its past, before links, between a key and its past, before the plan goes."""
    root, made = plan
    left = iter(range(calls))

    def dying(original):
        def act(*args, **named):
            if next(left, None) is None:
                raise StoreUnavailable("the server went away")
            return original(*args, **named)

        return act

    with at(root, bucket) as place, monkeypatch.context() as patch:
        for name in ("put", "erase_all_versions", "erase_old_versions"):
            patch.setattr(S3Store, name, dying(getattr(S3Store, name)))
        with pytest.raises(StoreUnavailable):
            erase(place, made)
    with at(root, bucket) as place:
        assert place.restricted.get(f"{PLANS}{made.decision}.json")
        assert finish_pending(place) == (0 if calls == 16 else 1)
        assert finish_pending(place) == 0
    assert_erased(root, bucket, made)
