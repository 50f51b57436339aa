"""Attacks that only what the auditor brings along can show: a countersigner's key, a version listing, a person's key.

Each is performed on a real trail and verified twice: with that input, and without it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from study import Actor, Fact, Reference, Run, Subject
from study.identifiers import digest, keyed_digest
from trail import Trail
from trail.act import signing_actor
from trail.canonical import canonical
from trail.cosignature import cosignature_key, cosigned
from trail.note import Kind, PrivateKey, generate_key
from trail.proof import prove

Notebook = Any

OFFICE, OFFICE_VKEY = generate_key("ethics-office", Kind.COUNTERSIGNER)
PERSON, PERSON_VKEY = generate_key("PI")
SECONDS = 1_772_445_600
NOT_COUNTERSIGNED = "There is no countersigner: only the key's holder vouches for the trail."


def countersign(notebook: Notebook, which: int = -1) -> int:
    """Let the countersigner sign one checkpoint as it lies there; returns its size."""
    path = notebook.objects("checkpoints")[which]
    size, text = int(path.name), path.read_text().partition("\n\n")[0] + "\n"
    line = cosigned(PrivateKey.read(OFFICE, Kind.COUNTERSIGNER), text, SECONDS)
    target = notebook.directory / cosignature_key(size, "ethics-office")
    target.parent.mkdir(exist_ok=True)
    target.write_text(f"{line}\n")
    return size


def rewrite(notebook: Notebook) -> None:
    """What the key's holder can do: another site in the middle, everything chained and signed anew."""
    path = next(p for p in notebook.objects("lanes") if b"S110" in p.read_bytes())
    notebook.edit(path, b"S110", b"S119")
    notebook.rechain()
    notebook.reseal()


def cut(notebook: Notebook) -> None:
    """Cut the last run, its seal and its checkpoint."""
    last = notebook.objects("seals")[-1]
    for line in last.read_bytes().splitlines()[1:-1]:
        (notebook.directory / json.loads(line)["key"]).unlink()
    last.unlink()
    notebook.objects("checkpoints")[-1].unlink()


class TestCountersigner:
    def test_it_vouches_for_the_last_checkpoint(self, told: Notebook) -> None:
        assert NOT_COUNTERSIGNED in told.verified().notes
        countersign(told)
        assert told.verified("--cosigner", OFFICE_VKEY).faults == []
        unasked = told.verified()
        assert unasked.code == 0
        assert "1 cosignatures were NOT_CHECKED." in unasked.notes
        assert NOT_COUNTERSIGNED not in unasked.notes

    def test_a_rewrite_by_the_keys_holder(self, told: Notebook) -> None:
        for which in range(3):
            countersign(told, which)
        rewrite(told)
        # the first seal's tree is what it was: the office still vouches for those 12 leaves
        assert told.verified("--cosigner", OFFICE_VKEY).faults == [
            "COSIGNATURE_MISSING ethics-office (it vouches for the first 12 leaves, not for the 22 after them)"
        ]
        without = told.verified()
        assert without.code == 0
        assert any("holder of the key can rewrite" in limit for limit in without.report["limits"])

    def test_a_cosignature_on_an_old_checkpoint_says_nothing_about_the_tail(self, told: Notebook) -> None:
        assert countersign(told, 0) == 12
        assert told.verified("--cosigner", OFFICE_VKEY).faults == [
            "COSIGNATURE_MISSING ethics-office (it vouches for the first 12 leaves, not for the 22 after them)"
        ]
        countersign(told)
        assert told.verified("--cosigner", OFFICE_VKEY).code == 0

    def test_one_that_never_signed(self, told: Notebook) -> None:
        result = told.verified("--cosigner", OFFICE_VKEY)
        assert result.faults == [
            "COSIGNATURE_MISSING ethics-office (it vouches for the first 0 leaves, not for the 34 after them)"
        ]

    def test_a_forged_and_a_damaged_cosignature(self, told: Notebook) -> None:
        _, other = generate_key("ethics-office", Kind.COUNTERSIGNER)
        size = countersign(told)
        path = told.directory / cosignature_key(size, "ethics-office")
        line = path.read_bytes()
        assert told.verified("--cosigner", other).names == ["COSIGNATURE_MISSING"]
        for damaged in (b"", b"\n", line[:-1], line + b"\n", line.replace(b" ", b"", 1), line[:40] + b"!" + line[41:],
                        line.replace(b"ethics", b"Ethics"), line[:60] + bytes([line[60] ^ 1]) + line[61:]):  # fmt: skip
            path.write_bytes(damaged)
            assert told.verified("--cosigner", OFFICE_VKEY).names == ["COSIGNATURE_MISSING"], damaged

    def test_the_time_is_signed_too(self, told: Notebook) -> None:
        size = countersign(told)
        path = told.directory / cosignature_key(size, "ethics-office")
        text = told.objects("checkpoints")[-1].read_text().partition("\n\n")[0] + "\n"
        later = cosigned(PrivateKey.read(OFFICE, Kind.COUNTERSIGNER), text, SECONDS + 1)
        assert later != path.read_text().strip()
        path.write_text(later[:60] + path.read_text()[60:])
        assert told.verified("--cosigner", OFFICE_VKEY).names == ["COSIGNATURE_MISSING"]

    def test_a_tail_cut_that_the_cosignature_shows(self, told: Notebook) -> None:
        for which in range(3):
            countersign(told, which)
        cut(told)
        assert told.verified().names == ["TAIL_TRUNCATED"]
        assert told.verified("--cosigner", OFFICE_VKEY).names == ["TAIL_TRUNCATED"]

    def test_a_tail_cut_with_its_cosignature(self, told: Notebook) -> None:
        for which in range(3):
            countersign(told, which)
        cut(told)
        told.objects("cosignatures")[-1].unlink()
        without = told.verified("--cosigner", OFFICE_VKEY)  # what the countersigner saw last only it can tell
        assert without.code == 0
        assert any("tail is not protected" in note for note in without.notes)


def listing(notebook: Notebook, prefix: str = "studies/fsp/") -> dict[str, list[dict[str, Any]]]:
    """What S3 would list for the trail as it lies there."""
    keys = [notebook.key(path) for folder in ("checkpoints", "lanes", "seals") for path in notebook.objects(folder)]
    rows = [{"Key": prefix + key, "VersionId": "v1", "IsLatest": True, "Size": 1} for key in keys]
    return {"Versions": rows, "DeleteMarkers": []}


class TestVersions:
    def verified(self, notebook: Notebook, versions: dict[str, Any]) -> Any:
        file = notebook.directory.parent / "versions.json"
        file.write_text(json.dumps(versions))
        return notebook.verified("--versions", str(file))

    def test_one_version_of_each_object(self, told: Notebook) -> None:
        assert any("--versions" in note for note in told.verified().notes)
        for prefix in ("", "trail/", "lanes/seals/"):
            result = self.verified(told, listing(told, prefix))
            assert result.faults == []
            assert not any("--versions" in note for note in result.notes)

    @pytest.mark.parametrize("folder", ["lanes", "seals", "checkpoints"])
    def test_a_delete_marker_and_a_new_object_in_its_place(self, told: Notebook, folder: str) -> None:
        path = told.objects(folder)[1]
        versions = listing(told)
        row = next(row for row in versions["Versions"] if row["Key"].endswith(told.key(path)))
        versions["Versions"].append({**row, "VersionId": "v2"})
        versions["DeleteMarkers"].append({"Key": row["Key"], "VersionId": "d1", "IsLatest": False})
        fault = f"EXTRA_VERSION {told.key(path)} (3 versions or deletions)"
        assert self.verified(told, versions).faults == [fault]  # the same bytes: nothing else shows it
        assert told.verified().code == 0

    def test_other_bytes_in_its_place_are_still_one_fault(self, told: Notebook) -> None:
        path = told.objects("lanes")[4]
        versions = listing(told)
        versions["DeleteMarkers"].append({"Key": "studies/fsp/" + told.key(path), "VersionId": "d1", "IsLatest": False})
        told.edit(path, b'"attempt":1', b'"attempt":2')
        assert self.verified(told, versions).names == ["EXTRA_VERSION"]
        assert told.verified().names == ["OBJECT_ALTERED"]
        path.unlink()
        assert self.verified(told, versions).names == ["EXTRA_VERSION"]
        assert told.verified().names == ["MISSING_OBJECT"]

    def test_an_object_deleted_before_it_was_sealed(self, told: Notebook) -> None:
        trail = told.open()
        trail.append([told.site(900)])
        versions = listing(told)
        gone = f"lanes/2026-03-02/{trail.lane}/000000.jsonl"
        (told.directory / gone).unlink()
        versions["DeleteMarkers"].append({"Key": "studies/fsp/" + gone, "VersionId": "d1", "IsLatest": True})
        assert self.verified(told, versions).faults == [f"EXTRA_VERSION {gone} (2 versions or deletions)"]
        without = told.verified()
        assert without.code == 0
        assert any("before it was sealed" in note for note in without.notes)

    def test_a_version_that_was_sealed_and_is_not_listed(self, told: Notebook) -> None:
        number, path = 0, told.objects("seals")[0]
        header, row, *rest = path.read_bytes().splitlines()
        fields = json.loads(row)
        path.write_bytes(b"\n".join([header, canonical({**fields, "version_id": "v0"}), *rest, b""]))
        told.reseal()
        assert number == 0
        versions = listing(told)
        assert self.verified(told, versions).names == ["EXTRA_VERSION"]
        assert fields["key"] in self.verified(told, versions).faults[0]
        versions["Versions"] = [
            {**listed, "VersionId": "v0"} if listed["Key"].endswith(fields["key"]) else listed
            for listed in versions["Versions"]
        ]
        assert self.verified(told, versions).code == 0

    def test_a_bucket_in_which_nothing_is_sealed(self, notebook: Notebook, tmp_path: Path) -> None:
        notebook.open().append([notebook.site(1)])
        (key,) = map(notebook.key, notebook.objects("lanes"))
        listing = tmp_path / "versions.json"
        listing.write_text(json.dumps({"Versions": [{"Key": f"trails/fsp/{key}", "VersionId": "1", "Size": 9}]}))
        assert notebook.verified("--versions", str(listing)).names == ["NO_TRAIL"]

    def test_a_foreign_file_may_have_versions(self, told: Notebook) -> None:
        versions = listing(told)
        row = {"Key": "studies/fsp/lanes/notes.txt", "VersionId": "d1", "IsLatest": True}
        assert self.verified(told, {**versions, "DeleteMarkers": [row]}).code == 0


class TestSignedActs:
    def signed(self, notebook: Notebook) -> str:
        """Let the investigator record a signed act, and seal it; returns the event's id."""
        trail = Trail.open(
            notebook.store,
            study=notebook.origin,
            actor=signing_actor(Actor("person", "PI", "investigator"), PrivateKey.read(PERSON)),
            run=Run("approve", "approve-sample", "none", 1, "0.1.0"),
            now=notebook.now,
            forbidden=notebook.forbidden,
            sign=PrivateKey.read(PERSON),
        )
        event = trail.append([notebook.site(900)])[0]
        notebook.seal()
        return event.id

    def test_a_signature_that_holds(self, told: Notebook) -> None:
        self.signed(told)
        assert told.verified("--person", PERSON_VKEY).faults == []
        unasked = told.verified()
        assert unasked.code == 0
        assert "1 signed entries were NOT_CHECKED: no --person key." in unasked.notes
        _, other = generate_key("COO1")
        assert "1 signed entries were NOT_CHECKED: no --person key." in told.verified("--person", other).notes

    @pytest.mark.parametrize(
        ("old", "new"),
        [(b"S900", b"S901"), (b'"role":"investigator"', b'"role":"coordinator"'), (b'"signature":"', b'"signature":"')],
    )
    def test_an_act_that_this_person_did_not_sign_so(self, told: Notebook, old: bytes, new: bytes) -> None:
        """The key's holder puts other words into a person's mouth, and seals all anew."""
        id = self.signed(told)
        path = next(p for p in told.objects("lanes") if b'"signature"' in p.read_bytes())
        if old == new:
            at = path.read_bytes().index(old) + len(old)
            old = path.read_bytes()[at : at + 10]
            new = old[::-1]
        told.edit(path, old, new)
        told.rechain()
        told.reseal()
        assert told.verified("--person", PERSON_VKEY).faults == [f"SIGNED_ACT_INVALID {id} (PI did not sign this line)"]
        assert told.verified().code == 0

    def test_a_signature_left_out(self, told: Notebook) -> None:
        self.signed(told)
        path = next(p for p in told.objects("lanes") if b'"signature"' in p.read_bytes())
        fields = json.loads(path.read_bytes().splitlines()[1])
        told.edit(path, f',"signature":"{fields["actor"]["signature"]}"'.encode(), b"")
        told.rechain()
        told.reseal()
        assert told.verified("--person", PERSON_VKEY).names == ["SIGNED_ACT_INVALID"]

    def test_the_key_of_another_person_of_that_name(self, told: Notebook) -> None:
        self.signed(told)
        _, other = generate_key("PI")
        assert told.verified("--person", other).names == ["SIGNED_ACT_INVALID"]
        assert told.verified("--person", other, "--person", PERSON_VKEY).code == 0  # a key that was changed since


class TestArtefacts:
    """A study folder with a plain file, a keyed one and a record, each named in the trail."""

    def recorded(self, notebook: Notebook) -> tuple[Path, list[str]]:
        study = notebook.directory.parent / "study"
        restricted = study / "restricted"
        for folder in ("restricted/codes/artefacts", "restricted/keys", "transcripts", "records/site.invited"):
            (study / folder).mkdir(parents=True)
        (study / "guide.txt").write_bytes(b"first")
        (study / "transcripts" / "I1.txt").write_bytes(b"words")
        id = "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7"
        (study / "records" / "site.invited" / f"{id}.json").write_bytes(b"{}")
        (restricted / "codes/artefacts/guide.txt").write_text("aguide")
        (restricted / "codes/artefacts/transcripts%2FI1.txt").write_text("awords")
        (restricted / "keys/awords.key").write_bytes(bytes(range(32)))
        references = [
            Reference("aguide", 5, sha256=digest(b"first")),
            Reference("awords", 5, hmac=keyed_digest(bytes(range(32)), b"words")),
            Reference(f"r{id}", 2, sha256=digest(b"{}")),
        ]
        self.use(notebook, 900, *references)
        return study, ["--artefacts", str(study), "--keys", str(restricted)]

    def use(self, notebook: Notebook, site: int, *references: Reference) -> None:
        fact = notebook.site(site)
        notebook.open().append([Fact(fact.kind, fact.occurred, fact.subject, used=references, data=fact.data)])
        notebook.seal()
        notebook.wait(minutes=1)

    def test_they_are_as_recorded(self, told: Notebook) -> None:
        _, options = self.recorded(told)
        assert told.verified(*options).faults == []
        without = told.verified()
        assert any(note.startswith("NOT_CHECKED 3 artefacts") for note in without.notes)
        assert not any("NOT_CHECKED" in note and "artefacts" in note for note in told.verified(*options).notes)

    @pytest.mark.parametrize(
        ("file", "ref"),
        [("guide.txt", "aguide"), ("transcripts/I1.txt", "awords"), ("restricted/keys/awords.key", "awords")],
    )
    def test_one_altered(self, told: Notebook, file: str, ref: str) -> None:
        study, options = self.recorded(told)
        (study / file).write_bytes(b"other")
        result = told.verified(*options)
        assert len(result.faults) == 1
        assert result.faults[0].startswith(f"ARTEFACT_ALTERED {ref} (")
        assert told.verified().code == 0

    @pytest.mark.parametrize(
        ("file", "ref"),
        [
            ("guide.txt", "aguide"),
            ("transcripts/I1.txt", "awords"),
            ("restricted/keys/awords.key", "awords"),
            ("restricted/codes/artefacts/guide.txt", "aguide"),
            ("records/site.invited/4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7.json", "r4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7"),
        ],
    )
    def test_one_missing(self, told: Notebook, file: str, ref: str) -> None:
        study, options = self.recorded(told)
        (study / file).unlink()
        assert told.verified(*options).faults == [f"ARTEFACT_MISSING {ref} (its file or its key is not here)"]

    def test_the_digest_recorded_last_counts(self, told: Notebook) -> None:
        study, options = self.recorded(told)
        (study / "guide.txt").write_bytes(b"second")
        assert told.verified(*options).names == ["ARTEFACT_ALTERED"]
        self.use(told, 901, Reference("aguide", 6, sha256=digest(b"second")))
        assert told.verified(*options).faults == []
        (study / "guide.txt").write_bytes(b"first")
        assert told.verified(*options).names == ["ARTEFACT_ALTERED"]

    def test_a_recorded_erasure(self, told: Notebook) -> None:
        study, options = self.recorded(told)
        for file in (
            "transcripts/I1.txt",
            "restricted/keys/awords.key",
            "restricted/codes/artefacts/transcripts%2FI1.txt",
        ):
            (study / file).unlink()
        assert told.verified(*options).names == ["ARTEFACT_MISSING"]
        data = {"decision": "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7", "objects": 1, "refs": ("awords",)}
        fact = Fact("erasure.executed", "2026-03-02", (Subject("participant", "t1"),), data=data)
        told.open().append([fact])
        assert "awords erased (not sealed yet)" in told.verified(*options).notes
        told.seal()
        result = told.verified(*options)
        assert result.faults == []
        # 34 leaves, the act that used it, its seal, and then the erasure: leaf 36
        assert "awords erased (event 36)" in result.notes


class TestProof:
    @pytest.fixture
    def proof(self, told: Notebook) -> Path:
        """The proof of the seventh event, cosigned, in a file of its own."""
        countersign(told)
        line = told.objects("lanes")[2].read_bytes().splitlines()[1]
        path = Path(told.directory.parent / "event.proof")
        path.write_bytes(prove(told.store, told.origin, json.loads(line)["id"]))
        told.directory = path
        return path

    def altered(self, proof: Path, **fields: Any) -> None:
        proof.write_bytes(canonical({**json.loads(proof.read_bytes()), **fields}) + b"\n")

    def test_it_holds_alone(self, told: Notebook, proof: Path) -> None:
        result = told.verified("--cosigner", OFFICE_VKEY)
        assert result.faults == []
        assert (result.report["size"], result.report["events"], result.report["seals"]) == (34, 1, 0)
        assert told.verified("--pin", f"34:{result.report['root']}").code == 0
        assert told.verified("--pin", f"12:{'0' * 64}").code == 0  # of other sizes it says nothing
        assert told.verified("--pin", f"34:{'0' * 64}").names == ["FORK"]

    def test_every_event_of_the_trail_has_one(self, told: Notebook, tmp_path: Path) -> None:
        ids = [json.loads(line)["id"] for p in told.objects("lanes") for line in p.read_bytes().splitlines()[1:]]
        assert len(ids) == 31
        store = told.store
        for id in ids[::3]:
            told.directory = tmp_path / id
            told.directory.write_bytes(prove(store, told.origin, id))
            assert told.verified().faults == []

    def test_another_event_on_the_same_path(self, told: Notebook, proof: Path) -> None:
        event = json.loads(proof.read_bytes())["event"]
        self.altered(proof, event=event.replace("2026-02-02", "2026-02-03"))
        assert told.verified().names == ["PROOF_INVALID"]

    @pytest.mark.parametrize("change", ["index", "size", "node", "shorter", "longer", "swapped", "negative"])
    def test_another_path(self, told: Notebook, proof: Path, change: str) -> None:
        given = json.loads(proof.read_bytes())
        path, index = given["path"], given["index"]
        fields: dict[str, dict[str, Any]] = {
            "index": {"index": index ^ 1},
            "size": {"size": 33},
            "node": {"path": ["00" * 32, *path[1:]]},
            "shorter": {"path": path[:-1]},
            "longer": {"path": [*path, "00" * 32]},
            "swapped": {"path": [path[1], path[0], *path[2:]]},
            "negative": {"index": index - given["size"]},
        }
        self.altered(proof, **fields[change])
        assert told.verified().names == ["PROOF_INVALID"]

    def test_another_key_and_another_countersigner(self, told: Notebook, proof: Path) -> None:
        _, other = generate_key(told.origin)
        assert told.verified(key=other).names == ["SIGNATURE_INVALID"]
        _, office = generate_key("ethics-office", Kind.COUNTERSIGNER)
        assert told.verified("--cosigner", office).names == ["COSIGNATURE_MISSING"]
        self.altered(proof, cosignatures=[])
        assert told.verified("--cosigner", OFFICE_VKEY).names == ["COSIGNATURE_MISSING"]
        without = told.verified()
        assert without.code == 0
        assert NOT_COUNTERSIGNED in without.notes

    @pytest.mark.parametrize(
        "body", [b"", b"\n", b"{}\n", b"[]\n", b"\xff", b'{"v":1}\n', b'{"event":"x","v":1}\n', b"{}\n{}\n", b"null"]
    )
    def test_what_is_no_proof(self, told: Notebook, proof: Path, body: bytes) -> None:
        proof.write_bytes(body)
        assert told.verified().faults == [
            f"PROOF_INVALID {proof} (it does not lead from an event to a root the key signed)"
        ]

    @pytest.mark.slow
    def test_no_byte_of_it_can_be_changed(self, told: Notebook, proof: Path) -> None:
        body = proof.read_bytes()
        for position in range(0, len(body) - 1, max(1, len(body) // 60)):
            proof.write_bytes(body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :])
            assert told.verified("--cosigner", OFFICE_VKEY).code == 1, position
