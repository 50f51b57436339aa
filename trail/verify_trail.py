#!/usr/bin/env python3
"""Verify a Fieldtrail audit trail: one file, Python's standard library alone, nothing shared with the writer.

    python3 verify_trail.py DIRECTORY --key trail.vkey [--pin SIZE:ROOT] [--now TIME] [--closed]

DIRECTORY holds lanes/ (objects of event lines), seals/ and checkpoints/. The key must come from outside of it: from
the ethics protocol, or from the people audited long ago. Exit code: 0 everything held, 1 a fault, 2 wrong arguments.

How to read this file: (1) a signature check; (2) the one spelling a line may have; (3) the hash tree; (4) the walk
over the trail, seal by seal, in the order of the questions an auditor asks; (5) the command line. The format is
described in docs/audit-trail.md; comments name the specification each part implements.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

# (1) Ed25519 signatures: RFC 8032, section 5.1. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    s, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, t - s, t + s, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(encoded: bytes) -> Point | None:
    """The point of 32 bytes, or None when they encode none (RFC 8032, 5.1.3)."""
    y, sign = int.from_bytes(encoded, "little") & (2**255 - 1), encoded[31] >> 7
    if len(encoded) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """True when [s]B = R + [h]A, checked as: the encoding of [s]B - [h]A is R."""
    a, s = point(key), int.from_bytes(signature[32:], "little")
    if a is None or BASE is None or len(signature) != 64 or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    terms = {(1, 0): BASE, (0, 1): minus_a, (1, 1): add(BASE, minus_a)}
    total: Point = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        total = add(total, total)
        term = terms.get((s >> bit & 1, h >> bit & 1))
        total = add(total, term) if term else total
    x, y = (total[i] * pow(total[2], P - 2, P) % P for i in (0, 1))
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# (2) Lines: RFC 8785 canonical JSON without floats, integers below 2^53, ASCII keys. A line that parses and spells
#     itself again to other bytes (a repeated key, another order, a space) is refused.

spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def small_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= 2**53:
        raise ValueError("an integer of 2^53 or more")
    return int(text)


def no_float(text: str) -> float:
    raise ValueError("a float")


def ascii_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and ascii_keys(item) for key, item in value.items())
    return all(map(ascii_keys, value)) if isinstance(value, list) else True


def parsed(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode(), parse_int=small_integer, parse_float=no_float, parse_constant=no_float)
        if isinstance(value, dict) and spell(value).encode() == line and (line.isascii() or ascii_keys(value)):
            return value
    except (ValueError, RecursionError):
        pass
    raise ValueError("not canonical")


# (3) The tree: RFC 6962, section 2.1, kept as the roots of its full subtrees, largest first.


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data)


class Tree:
    def __init__(self, size: int = 0, nodes: list[bytes] | None = None) -> None:
        self.size, self.nodes = size, nodes or []

    def append(self, leaf: bytes) -> None:
        rest = self.size
        while rest & 1:
            leaf, rest = sha256(b"\x01" + self.nodes.pop() + leaf), rest >> 1
        self.nodes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        root = self.nodes[-1] if self.nodes else sha256(b"")
        for node in reversed(self.nodes[:-1]):
            root = sha256(b"\x01" + node + root)
        return root


# (4) The trail.

LANE_KEY = re.compile(
    r"lanes/\d{4}-\d\d-\d\d/([A-Za-z0-9][A-Za-z0-9_-]{0,79}\.\d{1,6}(?:-[0-9a-f]{8})?)/(\d{6})\.jsonl"
)
SLACK, STALE = timedelta(minutes=15), timedelta(hours=36)
FIELDS = set("v id kind occurred recorded_at actor run subject used generated causes data".split())
LIMITS = (
    "Integrity is not truth: an unaltered record may have been wrong from the start.",
    "Who acted is as declared, unless an entry is signed.",
    "`occurred` is always somebody's statement; only `recorded_at` is anchored, and in a directory only by a pin.",
    "An act never recorded is invisible; what is older than the trail's first day was entered in retrospect.",
    "A loss before sealing does not show.",
    "The holder of the key can rewrite everything that no pin has seen.",
    "Linked is not supported: whether evidence bears out a claim is the auditor's judgement.",
    "After an erasure a branch can be checked only as a commitment, and what remains is personal data while anybody "
    "can relink it.",
)


def time_of(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)  # noqa: UP017 (runs on older Pythons)


class Verification:
    """Walk a trail once, seal by seal; `faults` is what does not hold, `notes` what could not be looked at.

    After a fault the walk goes on from what is signed, so that one edit gives one fault.
    """

    def __init__(self, directory: str, origin: str, key: bytes, options: argparse.Namespace) -> None:
        self.directory, self.origin, self.key, self.options = directory, origin, key, options
        self.faults: list[str] = []
        self.notes: list[str] = []
        self.tree: Tree | None = Tree()  # None: not known, until a signed seal gives it again
        self.previous: str | None = ""  # SHA-256 of the previous seal; None: not known
        self.size, self.root, self.sealed_at, self.seals = 0, b"", "", 0
        self.lanes: dict[str, tuple[int, str]] = {}  # each lane's next number and the SHA-256 of its last object
        self.unsure: set[str] = set()  # lanes whose last object is not known
        self.blind = False  # a seal is missing or unreadable: what it named, and how lanes stood, is not known
        self.unread = False  # an object is missing or altered: its events are not known
        self.named: dict[str, str] = {}  # each object that a seal names, with its SHA-256 there
        self.roots: dict[int, bytes] = {}  # the root at the size of each seal
        self.unsigned: list[str] = []
        self.trouble: dict[str, str] = {}
        self.seen: dict[bytes, bytes] = {}  # event id: its leaf, and a digest of what it says
        self.copies: set[tuple[bytes, bytes]] = set()  # id and leaf of further copies of an event
        self.causes: list[tuple[str, str, bytes, bytes]] = []  # links to events not seen yet
        self.artefacts: dict[str, set[str]] = {}
        self.erased: dict[str, str] = {}
        self.closed_at, self.last_act = "", ""
        self.late = self.skewed = self.rejected = self.unsealed = 0

    def run(self) -> None:
        seals, checkpoints = self.listed("seals"), self.listed("checkpoints")
        numbers = [int(key[6:14]) for key in seals if re.fullmatch(r"seals/\d{8}\.jsonl", key)]
        if not numbers or not checkpoints:
            what = "no seal" if not numbers else "no checkpoint"
            return self.fault("NO_TRAIL", self.directory, f"{what} here; name the folder that holds lanes/ and seals/")
        for number in range(max(numbers) + 1):
            self.seal(number, f"seals/{number:08d}.jsonl")
            if len(self.faults) == 1 and self.faults[0].startswith("ANOTHER_TRAIL"):
                return None
        for key in sorted(set(seals) - {f"seals/{number:08d}.jsonl" for number in numbers}):
            self.fault("FOREIGN_OBJECT", key)
        self.checkpoints_without_seal(checkpoints)
        self.objects_without_seal()
        self.end_of_the_trail()
        self.links()
        self.raw_artefacts()
        return self.what_was_not_checked()

    def fault(self, name: str, where: str, what: str = "") -> None:
        self.faults.append(f"{name} {where} ({what})" if what else f"{name} {where}")

    def read(self, key: str) -> bytes | None:
        try:
            with open(os.path.join(self.directory, key), "rb") as file:
                return file.read()
        except OSError as error:
            self.trouble[key] = "missing" if isinstance(error, FileNotFoundError) else f"unreadable: {error.strerror}"
            return None

    def listed(self, folder: str) -> list[str]:
        """Every file below a folder; names that begin with a dot are left by an editor or a killed writer."""
        top = os.path.join(self.directory, folder)
        paths = [os.path.join(at, name) for at, _, names in os.walk(top) for name in names if name[0] != "."]
        return sorted(os.path.relpath(path, self.directory).replace(os.sep, "/") for path in paths)

    def seal(self, number: int, key: str) -> None:
        """Is the seal there, in its place, are its objects as it says, and is the tree after it the signed one?"""
        body = self.read(key)
        if body is None:
            self.fault("SEAL_GAP", key, self.trouble[key])
            return self.lose_sight()
        try:
            header, *rows, last = (parsed(line) for line in body.removesuffix(b"\n").split(b"\n"))
            if header["log"] != self.origin:
                self.fault("ANOTHER_TRAIL", key, f"it is of {header['log']}, the key is for {self.origin}")
                return self.lose_sight()
            sealed_at, size, root = time_of(header["sealed_at"]), last["size"], bytes.fromhex(last["root"])
            stated = Tree(size, [bytes.fromhex(node) for node in last["frontier"]])
            expected = (1, number, sum(row.get("n", 0) for row in rows), header["first"] + header["n"] + 1)
            if (header["v"], header["seq"], header["n"], size) != expected or not body.endswith(b"\n"):
                raise ValueError("its numbers contradict each other")
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            self.fault("SEAL_UNREADABLE", key, str(error) if isinstance(error, ValueError) else "it is no seal")
            return self.lose_sight()
        if self.previous is not None and (header["prev"] or "") != self.previous:
            self.fault("SEAL_CHAIN_BROKEN", key, "it does not continue the seal before it")
        if self.sealed_at and sealed_at < time_of(self.sealed_at):
            self.fault("CLOCK_BACKWARDS", key, f"{time_of(self.sealed_at) - sealed_at} before the seal before it")
        self.previous = hashlib.sha256(body).hexdigest()
        following = self.read(f"seals/{number + 1:08d}.jsonl")
        edited = following is not None and self.previous.encode() not in following.split(b"\n")[0]
        tree = self.tree if self.tree and self.tree.size == header["first"] else None
        chain: list[str] = []
        intact = [self.row(row, tree, sealed_at, chain, edited) for row in rows]
        if tree and all(intact):
            tree.append(leaf_hash(body[: body.rindex(b"\n", 0, -1) + 1]))
            holds = (tree.size, tree.root(), tree.nodes) == (size, root, stated.nodes)
        else:
            holds, tree = not edited or all(intact), None
        doubt = self.doubt(size, root) if stated.root() == root else ("ROOT_MISMATCH", key, "frontier and root differ")
        if holds:
            self.faults += chain
            if doubt:
                self.fault(*doubt)
        else:
            self.fault("ROOT_MISMATCH", key, "its objects and its own lines give another root than it states")
            self.unsure.update(self.lanes)
        self.tree = tree if holds and tree and (not doubt or doubt[0] != "ROOT_MISMATCH") else None if doubt else stated
        self.sealed_at, self.seals, self.size, self.root = header["sealed_at"], self.seals + 1, size, root
        self.roots[size] = root
        return None

    def lose_sight(self) -> None:
        self.blind, self.unread, self.tree, self.previous = True, True, None, None

    def doubt(self, size: int, root: bytes) -> tuple[str, str, str] | None:
        """Why the checkpoint of that size does not vouch for that root (C2SP signed-note, tlog-checkpoint), or None."""
        key = f"checkpoints/{size:012d}"
        note = self.read(key)
        if note is None:
            return "CHECKPOINT_MISSING", key, self.trouble[key]
        text, _, signatures = note.partition(b"\n\n")
        prefix = f"\u2014 {self.origin} ".encode()
        identity = sha256(self.origin.encode() + b"\n\x01" + self.key)[:4]
        for line in signatures.split(b"\n"):
            try:
                signature = base64.b64decode(line[len(prefix) :], validate=True)
            except ValueError:
                continue
            if line.startswith(prefix) and signature[:4] == identity:
                if signature_holds(self.key, text + b"\n", signature[4:]):
                    expected = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}".encode()
                    return None if text == expected else ("ROOT_MISMATCH", key, "it signs another root than the seal's")
        self.unsigned.append(key)
        return None if len(self.unsigned) > 1 else ("SIGNATURE_INVALID", key, "it is not signed with the key given")

    def row(self, row: Any, tree: Tree | None, sealed_at: datetime, chain: list[str], edited: bool) -> bool:
        """Is one object there, with the bytes its seal's row says, well formed, and next in its lane?"""
        try:
            key, place = str(row["key"]), LANE_KEY.fullmatch(row["key"])
            lane, number = (place[1], int(place[2])) if place else ("", 0)
            if "rejected" in row:
                self.named[key], self.rejected = "", self.rejected + 1
                self.unsure.add(lane)
                return True
            digest, span = str(row["sha256"]), f"events {row['first']}..{row['first'] + row['n'] - 1}"
            stored_late = time_of(row["stored_at"]) > sealed_at + SLACK
        except (LookupError, TypeError, ValueError):
            return False
        if key in self.named:
            self.fault("REPLAYED_OBJECT", key, "two seals name it")
        expected, self.named[key] = self.lanes.get(lane, (0, "")), digest
        sure = lane not in self.unsure and (lane in self.lanes or not self.blind)
        self.unsure.discard(lane)
        self.lanes[lane] = (number + 1, digest)
        body = self.read(key)
        if body is None or hashlib.sha256(body).hexdigest() != digest:
            self.unread = True
            if edited:
                self.unsure.add(lane)
            elif body is None:
                self.fault("MISSING_OBJECT", key, f"{span}; {self.trouble[key]}")
            else:
                self.fault("OBJECT_ALTERED", key, span)
            return False
        header, lines = self.opened(key, body, lane, number)
        if sure and (number, header.get("prev") or "") != expected:
            chain.append(f"LANE_CHAIN_BROKEN {key} (it does not continue the object before it)")
        times = {self.event(key, at, line, row["first"] + at - 2) for at, line in enumerate(lines, 2)} - {""}
        if tree:
            for line in lines:
                tree.append(leaf_hash(line))
        self.late, self.skewed = self.late + ("late" in row), self.skewed + ("skew_s" in row)
        if times and self.sealed_at and time_of(min(times)) < time_of(self.sealed_at) - SLACK:
            self.fault(
                "BACKDATED",
                key,
                f"{span}: {time_of(self.sealed_at) - time_of(min(times))} before a seal that was there",
            )
        if times and (stored_late or ("skew_s" not in row and time_of(max(times)) > sealed_at + SLACK)):
            self.fault("SEAL_TIME_DISAGREES", key, f"it is younger than its seal of {sealed_at.isoformat()}")
        return len(lines) == row["n"]

    def opened(self, key: str, body: bytes, lane: str, number: int) -> tuple[dict[str, Any], list[bytes]]:
        """An object's header and event lines; a fault when it is not written as its place requires."""
        first, *lines = body.removesuffix(b"\n").split(b"\n")
        try:
            header = parsed(first)
        except ValueError:
            self.fault("NOT_CANONICAL", key, "line 1")
            return {}, lines
        wanted = {"v": 1, "log": self.origin, "lane": lane, "seq": number, "prev": header.get("prev"), "n": len(lines)}
        if header != wanted or not lane or not body.endswith(b"\n"):
            self.fault("MALFORMED_OBJECT", key, "its header is not that of an object in this place")
        return header, lines

    def event(self, key: str, number: int, line: bytes, index: int | None) -> str:
        """Note what later questions need of one event; returns when it was recorded."""
        try:
            event = parsed(line)
        except ValueError:
            self.fault("NOT_CANONICAL", key, f"line {number}")
            return ""
        try:
            identity, leaf, kind, data = (
                bytes.fromhex(event["id"].replace("-", "")),
                leaf_hash(line),
                event["kind"],
                event["data"],
            )
            day = event["occurred"] if len(event["occurred"]) == 10 else ""
            says = sha256(repr((kind, event["subject"], event["generated"], data, day)).encode())[:16]
            if set(event) != FIELDS or event["v"] != 1 or len(line) > 65536:
                raise ValueError
            time_of(event["recorded_at"])
            for cause in event["causes"]:
                self.causes.append(
                    (
                        event["id"],
                        cause["id"],
                        bytes.fromhex(cause["id"].replace("-", "")),
                        bytes.fromhex(cause["leaf"]),
                    )
                )
            for reference in event["used"] + event["generated"]:
                self.artefacts.setdefault(reference["ref"], set()).add(reference.get("sha256") or reference["hmac"])
            if kind == "claim.asserted" and not event["causes"] and not event["used"]:
                self.fault(
                    "CLAIM_UNTRACED", str(event["subject"][0]["id"]), f"event {event['id']} names nothing it rests on"
                )
            if kind == "erasure.executed":
                self.erased.update(dict.fromkeys(data["refs"], f"event {'not sealed' if index is None else index}"))
        except (LookupError, TypeError, AttributeError, ValueError):
            self.fault("NOT_AN_EVENT", key, f"line {number}")
            return ""
        known = self.seen.setdefault(identity, leaf + says)
        if known[:32] != leaf:
            self.copies.add((identity, leaf))
            if known[32:] != says:
                self.fault("ID_CONFLICT", event["id"], f"{key} line {number} says something else under this id")
        if kind == "study.closed":
            self.closed_at = event["recorded_at"]
        elif kind != "run.closed":
            self.last_act = max(self.last_act, event["recorded_at"])
        return str(event["recorded_at"])

    def checkpoints_without_seal(self, checkpoints: list[str]) -> None:
        """A signed checkpoint outlives its seal: was the end of the trail cut, or is there another trail?"""
        for key in checkpoints:
            size = int(key[12:]) if re.fullmatch(r"checkpoints/\d{12}", key) else -1
            if size < 0:
                self.fault("FOREIGN_OBJECT", key)
            elif size > self.size:
                self.blind = True
                return self.fault("TAIL_TRUNCATED", key, f"the trail had at least {size} leaves, now {self.size}")
            elif (
                size not in self.roots and not self.blind and not any("ROOT_MISMATCH" in fault for fault in self.faults)
            ):
                self.fault("FORK", key, "no seal ends at this size")
        return None

    def objects_without_seal(self) -> None:
        """What no seal names is either new, or was put there later than it says."""
        digests = set(self.named.values()) - {""}
        for key in self.listed("lanes"):
            if key in self.named:
                continue
            place, body = LANE_KEY.fullmatch(key), self.read(key) or b""
            if hashlib.sha256(body).hexdigest() in digests:
                self.fault("REPLAYED_OBJECT", key, "a sealed object stands here a second time")
            elif place is None:
                self.fault("FOREIGN_OBJECT", key)
            elif not self.blind:
                _, lines = self.opened(key, body, place[1], int(place[2]))
                times = {self.event(key, number, line, None) for number, line in enumerate(lines, 2)} - {""}
                self.unsealed += len(lines)
                if times and time_of(min(times)) < time_of(self.sealed_at) - SLACK:
                    self.fault(
                        "UNSEALED_OLD", key, f"recorded {min(times)}, before the last seal, which does not name it"
                    )

    def end_of_the_trail(self) -> None:
        """Is this all of it: against a pin kept elsewhere, against the clock, against the study's closing?"""
        options = self.options
        if options.pin and options.pin[0] > self.size:
            self.fault("ROLLBACK", f"{options.pin[0]}", f"the pin has seen more than the {self.size} leaves here")
        elif options.pin and self.roots.get(options.pin[0]) != options.pin[1]:
            self.fault("FORK", f"{options.pin[0]}", "the pin has seen another trail than this one")
        if options.now and self.sealed_at:
            age = options.now - time_of(self.sealed_at)
            if age > STALE and not options.closed:
                self.fault("STALE", self.sealed_at, f"the last seal is {age} old; a daily one is due")
            if age < -SLACK:
                self.fault("SEAL_TIME_DISAGREES", self.sealed_at, f"the last seal is {-age} in the future")
        if options.closed and not (self.closed_at and self.closed_at >= self.last_act):
            self.fault("NOT_CLOSED", self.last_act, "study.closed is not the last act")

    def links(self) -> None:
        """Is every event that another rests on here, with the bytes it had then?"""
        if self.unread:
            self.notes.append("Links were not followed, because objects are missing or altered.")
            return
        for event, cause, identity, leaf in self.causes:
            if self.seen.get(identity, b"")[:32] != leaf and (identity, leaf) not in self.copies:
                self.fault("BROKEN_LINK", event, f"it rests on {cause}, which is not in the trail as it says")

    def raw_artefacts(self) -> None:
        """Are the files at hand the ones the trail names? A file is found by its ref; records by their event's id."""
        files: dict[str, str] = {}
        for at, _, names in os.walk(self.options.artefacts or ""):
            files.update({name.split(".")[0]: os.path.join(at, name) for name in names})
        unchecked = 0
        for ref, digests in sorted(self.artefacts.items()):
            path, key = files.get(ref) or files.get(ref[1:]), os.path.join(self.options.keys or "", f"{ref}.key")
            if ref in self.erased:
                self.notes.append(f"{ref}: erased ({self.erased[ref]})")
            elif path is None:
                unchecked += 1
            else:
                data = contents(path)
                found = {hashlib.sha256(data).hexdigest()}
                if os.path.isfile(key):
                    found.add(hmac.new(contents(key), data, hashlib.sha256).hexdigest())
                if not found & digests:
                    self.fault("ARTEFACT_ALTERED", ref, "the file is none of those the trail names under this ref")
        if unchecked:
            self.notes.append(f"NOT_CHECKED {unchecked} artefacts: only their digests are in the trail.")

    def what_was_not_checked(self) -> None:
        """Say what this run had no means to see."""
        if len(self.unsigned) > 1:
            self.notes.append(f"{len(self.unsigned)} checkpoints in all are not signed with the key given.")
        if not self.options.pin:
            self.notes.append(
                "Without --pin the tail is not protected: seals cut off with their checkpoints do not show."
            )
        if not self.options.now and not self.options.closed:
            self.notes.append("Without --now or --closed nothing says that this is the latest state of the trail.")
        counts = {
            f"{self.unsealed} events are not sealed yet; nothing protects them so far.": self.unsealed,
            f"{self.late} objects were sealed late, after their lane was given up.": self.late,
            f"{self.skewed} objects were stored more than 15 minutes from when they say they were recorded.": self.skewed,
            f"{self.rejected} objects were rejected by the sealer; they are no part of the trail.": self.rejected,
        }
        self.notes += [note for note, count in counts.items() if count]


# (5) The command line.


def contents(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def public_key(text: str) -> tuple[str, bytes]:
    """Origin and key of a vkey (`origin+id+base64`), given as text or as a file."""
    try:
        origin, identity, value = (contents(text).decode() if os.path.isfile(text) else text).strip().split("+", 2)
        raw = base64.b64decode(value, validate=True)
        if len(raw) == 33 and raw[0] == 1 and sha256(origin.encode() + b"\n" + raw)[:4].hex() == identity:
            return origin, raw[1:]
    except (OSError, ValueError):
        pass
    raise argparse.ArgumentTypeError("give the trail's public key (a file such as trail.vkey, or its text)")


def pinned(text: str) -> tuple[int, bytes]:
    size, _, root = text.partition(":")
    raw = bytes.fromhex(root) if len(root) == 64 else base64.b64decode(root, validate=True)
    if len(raw) != 32:
        raise ValueError
    return int(size), raw


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a Fieldtrail audit trail in a directory.")
    parser.add_argument("directory", help="the folder that holds lanes/, seals/ and checkpoints/")
    parser.add_argument(
        "--key", required=True, type=public_key, help="the trail's public key, from outside of the trail"
    )
    parser.add_argument("--pin", type=pinned, metavar="SIZE:ROOT", help="a size and root noted earlier")
    parser.add_argument(
        "--now", type=time_of, metavar="TIME", help="judge by this time whether the trail is up to date"
    )
    parser.add_argument("--closed", action="store_true", help="study.closed must be the last act")
    parser.add_argument("--artefacts", metavar="DIR", help="files named by their ref, or records/ of the study")
    parser.add_argument("--keys", metavar="DIR", help="the keys of artefacts about people: <ref>.key")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    options = parser.parse_args(arguments)
    check = Verification(options.directory, *options.key, options)
    check.run()
    counted = f"{len(check.seen)} events, {check.seals} seals"
    pin = f"size and root {check.size}:{check.root.hex()}"
    verdict = f"FAIL: {len(check.faults)} fault(s); {counted}" if check.faults else f"PASS: {counted}, {pin}"
    lines = [
        *check.faults,
        *(f"note: {note}" for note in check.notes),
        *(f"limit: {limit}" for limit in LIMITS),
        verdict,
    ]
    if not check.seals and check.faults:
        lines = check.faults[:1]
    report = {"verdict": verdict[:4], "faults": check.faults, "notes": check.notes, "limits": LIMITS, "lines": lines}
    report |= {"size": check.size, "root": check.root.hex(), "seals": check.seals, "events": len(check.seen)}
    print(json.dumps({**report, "sealed_at": check.sealed_at}) if options.json else "\n".join(lines))
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
