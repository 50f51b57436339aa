#!/usr/bin/env python3
"""Verify a Fieldtrail audit trail: one file, Python's standard library alone, nothing shared with the writer.

    python3 verify_trail.py DIRECTORY --key trail.vkey [--pin SIZE:ROOT] [--now TIME] [--closed]

DIRECTORY holds lanes/ (objects of event lines), seals/ and checkpoints/. The key must come from outside of it: from
the ethics protocol, or from a copy kept elsewhere. Exit code: 0 everything held, 1 a fault, 2 wrong arguments.
To read: (1) a signature check, (2) the one spelling of a line, (3) the hash tree, (4) the walk over the trail, seal by
seal, (5) the command line. docs/audit-trail.md describes the format.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

# (1) Ed25519 (RFC 8032, section 5.1). Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    s, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, t - s, t + s, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(encoded: bytes) -> Point:
    """The point of 32 bytes; ValueError when they encode none (5.1.3)."""
    y, sign = int.from_bytes(encoded, "little") & (2**255 - 1), encoded[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign) or len(encoded) != 32:
        raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """True when [s]B - [h]A is R (5.1.7)."""
    a, s, total = point(key), int.from_bytes(signature[32:], "little"), (0, 1, 1, 0)
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    terms = {(1, 0): BASE, (0, 1): minus_a, (1, 1): add(BASE, minus_a)}
    for bit in range(252, -1, -1):
        total = add(total, total)
        if (s >> bit | h >> bit) & 1:
            total = add(total, terms[s >> bit & 1, h >> bit & 1])
    x, y = (total[i] * pow(total[2], P - 2, P) % P for i in (0, 1))
    return len(signature) == 64 and s < L and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# (2) Lines: RFC 8785 canonical JSON, no floats, integers below 2^53, ASCII keys. A line must spell itself again.
def integer(text: str) -> int:
    value = int(text)  # refuses a float
    if not -(2**53) < value < 2**53:
        raise ValueError("a big integer")
    return value


read = json.JSONDecoder(parse_int=integer, parse_float=integer, parse_constant=integer).decode
spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
other_key = re.compile(rb'[\x80-\xff](?:[^"\\]|\\.)*":').search


def parsed(line: bytes) -> dict[str, Any]:
    value = read(line.decode())
    if not isinstance(value, dict) or spell(value).encode() != line or other_key(line):
        raise ValueError("another spelling")
    return value


# (3) The tree of RFC 6962, section 2.1, kept as its frontier: the roots of its full subtrees, largest first.
def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Tree:
    def __init__(self, size: int, nodes: list[bytes]) -> None:
        self.size, self.nodes = size, nodes

    def append(self, data: bytes) -> None:
        node, rest = sha256(b"\x00" + data), self.size
        while rest & 1:
            node, rest = sha256(b"\x01" + self.nodes.pop() + node), rest >> 1
        self.nodes.append(node)
        self.size += 1

    def stated(self) -> dict[str, Any]:
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = sha256(b"\x01" + node + root)
        return {"frontier": [node.hex() for node in self.nodes], "root": root.hex(), "size": self.size}


# (4) The trail.
LANE_KEY = re.compile(r"lanes/[\d-]{10}/([A-Za-z0-9][\w-]{0,79}\.\d{1,6}(?:-[0-9a-f]{8})?)/(\d{6})\.jsonl", re.ASCII)
FIELDS = "actor causes data generated id kind occurred recorded_at run subject used v"
SLACK, STALE, EARLIEST = timedelta(minutes=15), timedelta(hours=36), "1970-01-01T00:00:00Z"
SHAPE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # of misshapen fields
LIMITS = (
    "Integrity is not truth: an unaltered record may have been wrong from the start.",
    "Who acted is as declared, unless an entry is signed.",
    "`occurred` is always somebody's statement; only `recorded_at` is anchored, and in a directory only by a pin.",
    "An act never recorded, or lost before sealing, is invisible; anything before the first day was entered later.",
    "The holder of the key can rewrite everything that no pin has seen.",
    "Linked is not supported: whether evidence bears out a claim is the auditor's judgement.",
    "After an erasure a branch is only a commitment; what remains is personal while anybody can relink it.",
)


@cache
def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()


class Verification:
    """One walk over a trail; after a fault it goes on from what is signed, so that one edit gives one fault."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, (self.origin, self.key, self.key_id) = options, options.key
        self.faults, self.notes = dict[str, None](), list[str]()  # faults in order, each once
        self.tree: Tree | None = Tree(0, [])  # None: not known until a signed seal gives it again
        self.previous: str | None = ""  # SHA-256 of the seal before; None: not known
        self.sealed_at, self.size, self.roots = "", 0, dict[int, str]()  # roots: of the tree after each seal, by size
        self.named: dict[str, str] = {}  # objects that seals name, with their SHA-256 there
        self.lanes: dict[str, tuple[int, str]] = {}  # each lane's next number, and SHA-256 of its last object
        self.blind = False  # something is missing or altered: what was there, and how lanes stand, is not known
        self.events: dict[bytes, tuple[bytes, str, int]] = {}  # event id: its leaf, and where it stands first
        self.copies: set[tuple[bytes, bytes]] = set()  # id and leaf of further copies of an event
        self.links: list[tuple[str, bytes, bytes]] = []  # event, id and leaf of one it rests on that was not seen yet
        self.artefacts, self.closed_at, self.last_act = set[str](), "", ""
        self.counts = dict.fromkeys(("unsealed", "late", "skew_s", "rejected"), 0)

    def run(self) -> None:
        seals = [int(key[6:14]) for key in self.listed("seals") if re.fullmatch(r"seals/\d{8}\.jsonl", key)]
        checkpoints = [int(key[12:]) for key in self.listed("checkpoints") if re.fullmatch(r"checkpoints/\d{12}", key)]
        if not seals or not checkpoints:
            what = f"no {'checkpoint' if seals else 'seal'}: name the folder that holds lanes/, seals/, checkpoints/"
            return self.fault("NO_TRAIL", self.options.directory, what)
        for key in (f"seals/{number:08d}.jsonl" for number in range(max(seals) + 1)):
            try:
                self.seal(key)
            except SHAPE as error:
                name = "SEAL_GAP" if self.read(key) is None else "SEAL_UNREADABLE"
                self.fault(name, key, str(error) if type(error) is ValueError else "it is not written like a seal")
                self.blind, self.tree, self.previous = True, None, None
        self.end_of_the_trail(checkpoints)
        self.objects_without_seal()
        self.chains_of_evidence()
        return self.what_was_not_checked()

    def fault(self, name: str, where: str, what: str) -> None:
        self.faults[f"{name} {where} ({what})"] = None

    def read(self, key: str) -> bytes | None:
        try:
            return Path(self.options.directory, key).read_bytes()
        except OSError:
            return None

    def listed(self, folder: str) -> list[str]:
        """Every file below a folder; names that begin with a dot are left by an editor or a killed writer."""
        top = Path(self.options.directory)
        found = (path for path in (top / folder).rglob("*") if path.is_file() and path.name[0] != ".")
        return sorted(path.relative_to(top).as_posix() for path in found)

    def seal(self, key: str) -> None:
        """Is the seal there and in its place, are its objects as it says, is the tree after it the signed one?"""
        body = self.read(key)
        if body is None:
            raise ValueError("missing or unreadable")
        header, *rows, last = (parsed(line) for line in body.removesuffix(b"\n").split(b"\n"))
        size, root, sealed_at = last["size"], last["root"], time_of(header["sealed_at"])
        if header["log"] != self.origin:
            self.blind, self.tree, what = True, None, f"it is of {header['log']}, the key of {self.origin}"
            return self.fault("ANOTHER_TRAIL", self.options.directory, what)
        n = sum(row.get("n", 0) for row in rows)
        numbers = (header["v"], header["seq"], header["n"], header["first"] + n + 1, body[-1:])
        if numbers != (1, int(key[6:14]), n, size, b"\n"):
            raise ValueError("its numbers contradict each other")
        if self.previous is not None and (header["prev"] or "") != self.previous:
            self.fault("SEAL_CHAIN_BROKEN", key, "it does not continue the seal before it")
        if self.sealed_at and sealed_at < time_of(self.sealed_at):
            self.fault("CLOCK_BACKWARDS", key, f"{time_of(self.sealed_at) - sealed_at} before the seal before it")
        self.previous, following = hashlib.sha256(body).hexdigest(), self.read(f"seals/{int(key[6:14]) + 1:08d}.jsonl")
        edited = following is not None and self.previous.encode() not in following  # then its rows are not believed
        before, broken = dict(self.faults), [fault for row in rows for fault in self.row(row, key, sealed_at)]
        stated = Tree(size, [bytes.fromhex(node) for node in last["frontier"]])
        doubt = self.doubt(size, root) if stated.stated() == last else "ROOT_MISMATCH"
        if self.tree:
            self.tree.append(body[: body.rindex(b"\n", 0, -1) + 1])
        self.faults = before if edited else self.faults
        if (self.tree and self.tree.stated() != last) or (edited and not self.tree):
            self.fault("ROOT_MISMATCH", key, "its objects and its own lines give another root than it states")
            self.blind, self.tree = True, None
        elif doubt and not (doubt == "SIGNATURE_INVALID" and any(doubt in fault for fault in self.faults)):
            self.fault(doubt, f"checkpoints/{size:012d}", "with the key given it does not vouch for its seal")
        self.tree = stated if not doubt else None if doubt == "ROOT_MISMATCH" else self.tree
        self.faults.update({} if self.blind else dict.fromkeys(broken))
        self.sealed_at, self.size, self.roots[size] = header["sealed_at"], size, root
        return None

    def doubt(self, size: int, root: str) -> str:
        """The fault of the checkpoint for that size and root (C2SP signed-note and tlog-checkpoint); empty for none."""
        text = f"{self.origin}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n".encode()
        note = self.read(f"checkpoints/{size:012d}")
        if note is None:
            return "CHECKPOINT_MISSING"
        if not note.startswith(text):
            return "ROOT_MISMATCH"
        encoded = note.removeprefix(text + f"\n\u2014 {self.origin} ".encode())
        raw = base64.b64decode(encoded) if re.fullmatch(rb"[A-Za-z0-9+/]{91}=\n", encoded) else b""
        ours = raw[:4] == self.key_id and base64.b64encode(raw) + b"\n" == encoded
        return "" if ours and signature_holds(self.key, text, raw[4:]) else "SIGNATURE_INVALID"

    def row(self, row: dict[str, Any], seal: str, sealed_at: datetime) -> list[str]:
        """Is an object there, with the bytes its row says, recorded when it says? Returns the fault of its place."""
        key, digest = row["key"], row.get("sha256", "")  # a rejected object has no hash
        place = LANE_KEY.fullmatch(key)
        lane, number = (place[1], int(place[2])) if place else (key, 0)
        expected, self.lanes[lane] = self.lanes.get(lane, (0, None)), (number + 1, digest)
        if key in self.named:
            self.fault("REPLAYED_OBJECT", key, "it is sealed a second time")
        self.named[key] = digest
        for name in ("late", "skew_s", "rejected"):
            self.counts[name] += name in row
        if "rejected" in row:
            return []
        span = f"events {row['first']}..{row['first'] + row['n'] - 1}"
        body = self.read(key)
        if body is None or hashlib.sha256(body).hexdigest() != digest:
            self.fault("MISSING_OBJECT" if body is None else "OBJECT_ALTERED", key, span)
            self.blind, self.tree = True, None
            return []
        header, times = self.object(key, body, self.tree)
        before = time_of(self.sealed_at or EARLIEST) - times[0] if times else timedelta()
        if before > SLACK:
            self.fault("BACKDATED", key, f"{span}: recorded {before} before a seal that does not name it")
        if times and min(time_of(row["stored_at"]), times[0]) > sealed_at + SLACK:
            self.fault("SEAL_TIME_DISAGREES", seal, "it names objects younger than itself")
        goes_on = not header or (number == expected[0] and expected[1] in ("", header.get("prev")))
        return [] if goes_on else [f"LANE_CHAIN_BROKEN {key} (it does not continue the object before it)"]

    def object(self, key: str, body: bytes, tree: Tree | None) -> tuple[dict[str, Any], list[datetime]]:
        """Is an object written as its place requires? Notes its events; returns its header and their times."""
        first, *lines = body.removesuffix(b"\n").split(b"\n")
        for line in lines:
            tree.append(line) if tree else None
        place, times, at = LANE_KEY.fullmatch(key), list[datetime](), 1
        try:
            header = parsed(first)
            for line in lines:
                at += 1
                times.append(self.event(line, parsed(line), (key, at)))
        except SHAPE as error:
            spelling = isinstance(error, (ValueError, RecursionError))
            self.fault("NOT_CANONICAL" if spelling else "NOT_AN_EVENT", key, f"line {at}")
            self.blind = True
            return {}, []
        wanted = {"lane": place and place[1], "log": self.origin, "n": len(lines), "prev": header.get("prev")}
        if header != {**wanted, "seq": int(place[2]) if place else 0, "v": 1} or not body.endswith(b"\n"):
            self.fault("MALFORMED_OBJECT", key, "its header is not that of an object in this place")
        return header, sorted(times)

    def event(self, line: bytes, event: dict[str, Any], where: tuple[str, int]) -> datetime:
        """Note what later questions need of an event, and ask whether its id says something else elsewhere."""
        if " ".join(event) != FIELDS or event["v"] != 1 or len(line) > 65536:
            raise KeyError("not an event")
        identity, leaf, kind = bytes.fromhex(event["id"].replace("-", "")), sha256(b"\x00" + line), event["kind"]
        known, key, at = self.events.setdefault(identity, (leaf, *where))
        if known != leaf:
            self.copies.add((identity, leaf))
            first = parsed((self.read(key) or b"").split(b"\n")[at - 1])
            days = {copy["occurred"] for copy in (first, event) if len(copy["occurred"]) == 10}
            if len(days) > 1 or any(first[name] != event[name] for name in ("kind", "subject", "generated", "data")):
                self.fault("ID_CONFLICT", event["id"], "two events with this id say different things")
        for cause in event["causes"]:
            link = bytes.fromhex(cause["id"].replace("-", "")), bytes.fromhex(cause["leaf"])
            if self.events.get(link[0], (b"",))[0] != link[1]:
                self.links.append((event["id"], *link))
        self.artefacts.update(reference["ref"] for reference in event["used"] + event["generated"])
        if kind == "claim.asserted" and not event["causes"] and not event["used"]:
            self.fault("CLAIM_UNTRACED", event["subject"][0]["id"], "it names nothing it rests on")
        if kind == "study.closed":
            self.closed_at = event["recorded_at"]
        elif kind != "run.closed":
            self.last_act = max(self.last_act, event["recorded_at"])
        return time_of(event["recorded_at"])

    def end_of_the_trail(self, checkpoints: list[int]) -> None:
        """Is this all of it: by checkpoints, by a pin kept elsewhere, by the clock, by the study's closing?"""
        options, sealed = self.options, time_of(self.sealed_at or EARLIEST)
        for size in checkpoints:
            if size > self.size and self.tree:
                self.fault("TAIL_TRUNCATED", f"checkpoints/{size:012d}", f"the seals here end at {self.size}")
                self.blind, self.tree = True, None
            elif size < self.size and size not in self.roots and not self.blind:
                self.fault("CHECKPOINT_WITHOUT_SEAL", f"checkpoints/{size:012d}", "no seal ends at this size")
        size, root = options.pin or (self.size, self.roots.get(self.size))
        if size > self.size:
            self.fault("ROLLBACK", f"{size}:{root}", f"the pin has seen more than the {self.size} leaves here")
        elif self.roots.get(size) != root:
            self.fault("FORK", f"{size}:{root}", f"the root here at that size: {self.roots.get(size, 'none')}")
        age = options.now - sealed if options.now else timedelta()
        if age > STALE and not options.closed:
            self.fault("STALE", self.sealed_at, f"the last seal is {age} old, and a daily one is due")
        if age < -SLACK:
            self.fault("SEAL_TIME_DISAGREES", self.sealed_at, f"the last seal is {-age} ahead of the time given")

    def objects_without_seal(self) -> None:
        """What no seal names is new, or was put there later than it says."""
        sealed, originals = time_of(self.sealed_at or EARLIEST), {digest: key for key, digest in self.named.items()}
        for key in [] if self.blind else [key for key in self.listed("lanes") if key not in self.named]:
            body = self.read(key) or b""
            original = originals.get(hashlib.sha256(body).hexdigest())
            if original:
                self.fault("REPLAYED_OBJECT", key, f"it is a copy of {original}")
            elif not LANE_KEY.fullmatch(key):
                self.fault("FOREIGN_OBJECT", key, "its name is that of no object")
            else:
                times = self.object(key, body, None)[1]
                self.counts["unsealed"] += len(times)
                if times and sealed - times[0] > SLACK:
                    self.fault("UNSEALED_OLD", key, f"recorded {sealed - times[0]} before a seal that does not name it")

    def chains_of_evidence(self) -> None:
        """Is every event that another rests on here, with the bytes it had then? Is closing the last act?"""
        for event, identity, leaf in [] if self.blind else self.links:
            if self.events.get(identity, (b"",))[0] != leaf and (identity, leaf) not in self.copies:
                self.fault("BROKEN_LINK", event, f"it rests on {identity.hex()}, which is not here as it was")
        if self.options.closed and not (self.closed_at and self.closed_at >= self.last_act):
            self.fault("NOT_CLOSED", self.last_act or "nothing", "study.closed is not the last act")

    def what_was_not_checked(self) -> None:
        for count, note in (
            (self.blind, "Links, and objects that no seal names, were not looked at, because something is missing."),
            (len(self.artefacts), "NOT_CHECKED {} artefacts: the trail holds their digests, not their bytes."),
            (not self.options.pin, "No --pin: the tail is not protected; seals cut off with checkpoints do not show."),
            (not self.options.now, "No --now: nothing says that this is the latest state of the trail."),
            (self.counts["unsealed"], "{} events are not sealed yet."),
            (self.counts["late"], "{} objects arrived after their lane was given up."),
            (self.counts["skew_s"], "{} objects were stored over 15 minutes from when they say they were recorded."),
            (self.counts["rejected"], "{} objects were rejected by the sealer and are no part of the trail."),
        ):
            self.notes += [note.format(count)] if count else []


# (5) The command line.
def public_key(text: str) -> tuple[str, bytes, bytes]:
    """Origin, key and key id of a vkey (`origin+id+base64`), a file or its text."""
    origin, identity, value = (Path(text).read_text() if Path(text).is_file() else text).strip().split("+", 2)
    raw = base64.b64decode(value, validate=True)
    if raw[0] != 1 or sha256(origin.encode() + b"\n" + raw)[:4].hex() != identity or not point(raw[1:]):
        raise ValueError
    return origin, raw[1:], bytes.fromhex(identity)


def pin(text: str) -> tuple[int, str]:
    [(size, root)] = re.findall(r"^(\d{1,15}):([0-9a-f]{64})$", text)  # none: ValueError
    return int(size), root


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a Fieldtrail audit trail.")
    option = parser.add_argument
    option("directory", help="the folder that holds lanes/, seals/ and checkpoints/")
    option("--key", required=True, type=public_key, help="the trail's public key, a file or its text, from elsewhere")
    option("--pin", type=pin, metavar="SIZE:ROOT", help="a size and root noted earlier")
    option("--now", type=time_of, metavar="TIME", help="judge by this time whether the trail is up to date")
    option("--closed", action="store_true", help="study.closed must be the last act")
    option("--json", action="store_true", help="print the verdict as JSON")
    check = Verification(parser.parse_args(arguments))
    check.run()
    root, seals, events = check.roots.get(check.size, ""), len(check.roots), len(check.events)
    verdict = f"FAIL: {len(check.faults)} fault(s)" if check.faults else f"PASS: size {check.size}, root {root}"
    verdict += f"; {events} events, {seals} seals, the last at {check.sealed_at or 'no time'}"
    lines = [*check.faults, *(f"note: {note}" for note in check.notes), *(f"limit: {text}" for text in LIMITS), verdict]
    lines = lines if check.notes else list(check.faults)  # a folder that is no trail: that one line
    report: dict[str, Any] = {"verdict": verdict[:4], "faults": list(check.faults), "notes": check.notes}
    report |= {"limits": LIMITS, "lines": lines, "size": check.size, "root": root, "seals": seals, "events": events}
    print(json.dumps({**report, "sealed_at": check.sealed_at}) if check.options.json else "\n".join(lines))
    return 1 if check.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
