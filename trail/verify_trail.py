#!/usr/bin/env python3
"""Verify a Fieldtrail audit trail: one file, Python's standard library alone, nothing shared with the writer.

    python3 verify_trail.py DIRECTORY --key trail.vkey    a trail: lanes/ of events, seals/, checkpoints/, cosignatures/
    python3 verify_trail.py PROOF --key trail.vkey        one event with its proof, without the trail

Keys must come from outside of the trail: from the ethics protocol, or from a copy kept elsewhere. Exit code: 0
everything held, 1 a fault, 2 wrong arguments. To read: (1) signatures, (2) the one spelling of a line, (3) the hash
tree, (4) an event, (5) the walk over a trail, (6) the command line. docs/audit-trail.md describes the format.
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
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


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


Key = tuple[str, bytes, bytes]  # name, key id, and the public key after its type (C2SP signed-note)
TRAIL, COUNTERSIGNER = 1, 4  # types: Ed25519; Ed25519 over a time and a checkpoint


def vouches(key: Key, text: bytes, line: bytes) -> bool:
    """Is this line, `— name base64(key id, a countersigner's time, signature)`, that key's signature over a text?"""
    name, identity, public = key
    found = re.fullmatch(rb"[A-Za-z0-9+/]+={0,2}", line[len(f"— {name} ".encode()) : -1])
    raw = base64.b64decode(found[0] + b"==") if found and len(found[0]) % 4 == 0 else b""
    time, signature = raw[4:-64], raw[-64:]
    if public[0] == COUNTERSIGNER:
        text = b"cosignature/v1\ntime %d\n%s" % (int.from_bytes(time, "big"), text)
    ours = line == f"— {name} {base64.b64encode(raw).decode()}\n".encode() and raw[:4] == identity
    return ours and len(time) == (public[0] == COUNTERSIGNER) * 8 and signature_holds(public[1:], text, signature)


# (2) Lines: RFC 8785 canonical JSON, no floats, integers below 2^53, ASCII keys. A line must spell itself again.
def integer(text: str) -> int:
    value = int(text)  # refuses a float
    if not -(2**53) < value < 2**53:
        raise ValueError("a big integer")
    return value


read = json.JSONDecoder(parse_int=integer, parse_float=integer, parse_constant=integer).decode
spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
other_key = re.compile(r'[^\x00-\x7f](?:[^"\\]|\\.)*":').search


def parsed(texts: list[str]) -> list[dict[str, Any]]:
    """The object each text spells. All are spelled again at once: as strict, for each ends where its brace closes."""
    values, together = [read(text) for text in texts], ",".join(texts)
    objects = all(type(value) is dict for value in values) and (together.isascii() or not other_key(together))
    if not objects or spell(values) != f"[{together}]":
        raise ValueError("another spelling")
    return values


# (3) The tree of RFC 6962, section 2.1, kept as its frontier: the roots of its full subtrees, largest first.
class Tree:
    def __init__(self, size: int, nodes: list[bytes]) -> None:
        self.size, self.nodes = size, nodes

    def grow(self, leaves: list[bytes]) -> None:
        for node in leaves:
            rest = self.size
            while rest & 1:
                node, rest = sha256(b"\x01" + self.nodes.pop() + node), rest >> 1
            self.nodes.append(node)
            self.size += 1

    def stated(self) -> dict[str, Any]:
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = sha256(b"\x01" + node + root)
        return {"frontier": [node.hex() for node in self.nodes], "root": root.hex(), "size": self.size}


def root_above(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root over the leaf at that index in a tree of that size, by its audit path (2.1.1)."""
    if not 0 <= index < size or (size == 1 and path):
        raise ValueError("another path")
    if size == 1:
        return node
    (*path, sibling), left = path, 1 << (size - 1).bit_length() - 1
    if index < left:
        return sha256(b"\x01" + root_above(node, index, left, path) + sibling)
    return sha256(b"\x01" + sibling + root_above(node, index - left, size - left, path))


# (4) An event: these fields, written so. `data` depends on the kind; only its spelling is looked at.
CODE, HASH, TIME = r"[A-Za-z0-9][\w.+-]{0,63}", "[0-9a-f]{64}", r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d\.\d{3}Z)?"
ID, COUNT = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", r"(?:0|[1-9]\d{0,14})"
DIGEST = rf'(?:"hmac":"{HASH}","ref":"{CODE}"|"ref":"{CODE}","sha256":"{HASH}")'
REFERENCE = rf'{{"bytes":{COUNT},{DIGEST}(?:,"version_id":"[!#-\[\]-~]*")?}}'
CAUSE, SUBJECT = rf'{{"id":"{ID}","leaf":"{HASH}"}}', rf'{{"id":"{CODE}","type":"{CODE}"}}'
CAUSES, REFERENCES, SUBJECTS = (rf"\[((?:{item}(?:,{item})*)?)\]" for item in (CAUSE, REFERENCE, SUBJECT))
EVENT = re.compile(
    rf'{{"actor":{{"assurance":"(declared|authenticated|signed)","id":"({CODE})","role":"{CODE}"'
    rf'(?:,"signature":"([A-Za-z0-9+/]{{86}}==)")?,"type":"(person|service)"}},"causes":{CAUSES},"data":({{.*}}),'
    rf'"generated":{REFERENCES},"id":"({ID})","kind":"([a-z_.]+)","occurred":"({TIME})","recorded_at":"({TIME})",'
    rf'"run":{{"attempt":{COUNT},"code":"{CODE}","deployment":"{CODE}","flow":"{CODE}","flow_run_id":"{CODE}"}},'
    rf'"subject":{SUBJECTS},"used":{REFERENCES},"v":1}}',
    re.ASCII,
).fullmatch
causes_in = re.compile(r'"id":"([^"]+)","leaf":"([^"]+)"').findall
references_in = re.compile(r'(?:"hmac":"(\w+)",)?"ref":"([^"]+)"(?:,"sha256":"(\w+)")?').findall


def fault_in(lines: list[bytes]) -> tuple[str, str]:
    """Which line of an object is wrong, and how."""
    for at, line in enumerate(lines, 1):
        try:
            parsed([line.decode()])
        except SHAPE:
            return "NOT_CANONICAL", f"line {at}"
        if at > 1 and not EVENT(line.decode()):
            return "NOT_AN_EVENT", f"line {at}"
    return "NOT_AN_EVENT", "no time"


# (5) The trail.
KEY = re.compile(  # lane and number of an object; number of a seal; size of a checkpoint; size of a cosignature
    r"lanes/[\d-]{10}/([A-Za-z0-9][\w-]{0,79}\.\d{1,6}(?:-[0-9a-f]{8})?)/(\d{6})\.jsonl|seals/(\d{8})\.jsonl|"
    r"checkpoints/(\d{12})|cosignatures/(\d{12})\..+",
    re.ASCII,
).fullmatch
SLACK, STALE, EARLIEST = timedelta(minutes=15), timedelta(hours=36), "1970-01-01T00:00:00Z"
SHAPE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # of misshapen fields
LIMITS = (
    "Integrity is not truth: an unaltered record may have been wrong from the start.",
    "Who acted is as declared, unless an entry is signed.",
    "`occurred` is somebody's statement; only `recorded_at` is anchored, in a directory by countersigner or pin alone.",
    "An act never recorded is invisible; what is older than the trail's first day was entered in retrospect.",
    "Before sealing, loss shows only through the versions of a store on S3.",
    "The holder of the key can rewrite everything that no countersigner and no pin has seen.",
    "Linked is not supported: whether evidence bears out a claim is the auditor's judgement.",
    "After an erasure a branch is only a commitment; what remains is personal while anybody can relink it.",
)
MARKS = {
    "late": "{} objects arrived after their lane was given up.",
    "skew_s": "{} objects were stored over 15 minutes from when they say they were recorded.",
    "rejected": "{} objects were rejected by the sealer and are no part of the trail.",
}


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()


class Verification:
    """One walk over a trail; after a fault it goes on from what is signed, so that one edit gives one fault."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.origin, self.top = options, options.key[0], options.place
        self.faults, self.told = dict[str, None](), set[str]()  # in order, each once; what need not be said again
        self.tree: Tree | None = Tree(0, [])  # None: not known until a signed seal gives it again
        self.blind = False  # something is missing or altered: what was there is not known
        self.previous: str | None = ""  # SHA-256 of the seal before; None: not known
        self.sealed_at, self.size, self.roots = "", 0, dict[int, str]()  # roots: of the tree after each seal, by size
        self.named = dict[str, str]()  # objects that seals name, with their SHA-256 there
        self.keys = dict[str, re.Match[str] | None]()  # every file here, and what its name says
        self.objects, self.events = list[str](), dict[bytes, bytes]()  # event id: leaf, number of its object, line
        self.copies = set[tuple[bytes, bytes]]()  # id and leaf of further copies of an event
        self.links = list[tuple[str, bytes, bytes]]()  # event, id and leaf of one it rests on that was not seen yet
        self.gaps = list[str]()  # objects that do not continue their lane
        self.artefacts, self.erased = dict[str, str](), dict[str, str]()  # ref: time and digest recorded last; erasure
        self.closed_at, self.last_act, self.counts = "", "", Counter[str]()  # counts: how often a note holds

    def must(self, holds: object, fault: str, where: str, what: str, *, blinds: bool = False) -> bool:
        """Say a fault unless something holds; one that blinds leaves the tree unknown until a signed seal states it."""
        if not holds and not self.told & {where, fault}:
            self.faults[f"{fault} {where} ({what})"] = None
            self.told |= {"EXTRA_VERSION": {where}, "UNREADABLE": {where}, "SIGNATURE_INVALID": {fault}}.get(
                fault, set()
            )
        if not holds and blinds:
            self.blind, self.tree = True, None
        return bool(holds)

    def read(self, key: str) -> bytes | None:
        try:
            return Path(self.top, key).read_bytes()
        except OSError as error:
            self.must(isinstance(error, FileNotFoundError), "UNREADABLE", key, str(error.strerror))
            return None

    def run(self) -> None:
        walks = (os.walk(f"{self.top}/{part}") for part in ("lanes", "seals", "checkpoints", "cosignatures"))
        files = (f"{folder}/{name}" for walk in walks for folder, _, names in walk for name in names if name[0] != ".")
        self.keys = {key: KEY(key) for key in sorted(file[len(self.top) + 1 :].replace(os.sep, "/") for file in files)}
        for key, versions in self.options.versions.items():
            what = f"{len(versions) - versions.count('')} versions, {versions.count('')} delete markers"
            self.must(versions == versions[:1] != [""] or not KEY(key), "EXTRA_VERSION", key, what)
        seals, signed = ([int(place[part]) for place in self.keys.values() if place and place[part]] for part in (3, 4))
        what = f"no {'checkpoint' if seals else 'seal'}: name the folder that holds lanes/, seals/, checkpoints/"
        if not self.must(seals and signed, "NO_TRAIL", self.top, what):
            return
        for at, number in enumerate(seals):
            try:
                self.seal(number, seals[at - 1] + 1 if at else 0)
            except SHAPE as error:
                what = str(error) if type(error) is ValueError else "it is not written like a seal"
                self.must(False, "SEAL_UNREADABLE", f"seals/{number:08d}.jsonl", what, blinds=True)
                self.previous = None
            if self.options.progress and at % (len(seals) // 50 + 1) == 0:
                print(f"{at + 1} of {len(seals)} seals, {len(self.events)} events", file=sys.stderr, flush=True)
        self.end_of_the_trail()
        self.objects_without_seal()
        self.chains_of_evidence()
        if self.options.artefacts:
            self.artefacts_as_recorded(Path(self.options.artefacts), Path(self.options.keys))

    def seal(self, number: int, expected: int) -> None:
        """Is the seal in its place, are its objects as it says, is the tree after it the signed one?"""
        key, gap = f"seals/{number:08d}.jsonl", f"seals/{expected:08d}.jsonl"
        if not self.must(number == expected, "SEAL_GAP", gap, f"{number - expected} missing", blinds=True):
            self.previous = None
        body, following = self.read(key) or b"", self.read(f"seals/{number + 1:08d}.jsonl")
        header, *rows, last = parsed(body.decode().removesuffix("\n").split("\n"))
        size, root, sealed_at = last["size"], last["root"], time_of(header["sealed_at"])
        what = f"it is of {header['log']}, the key of {self.origin}"
        if not self.must(header["log"] == self.origin, "ANOTHER_TRAIL", self.top, what, blinds=True):
            return
        n = sum(row.get("n", 0) for row in rows)
        numbers = (header["v"], header["seq"], header["n"], header["first"] + n + 1, body[-1:])
        if numbers != (1, number, n, size, b"\n"):
            raise ValueError("its numbers contradict each other")
        follows = self.previous is None or (header["prev"] or "") == self.previous
        self.must(follows, "SEAL_CHAIN_BROKEN", key, "it does not continue the seal before it")
        back = time_of(self.sealed_at or EARLIEST) - sealed_at
        self.must(back <= timedelta(), "CLOCK_BACKWARDS", key, f"{back} before the seal before it")
        self.previous, before = sha256(body).hex(), dict(self.faults)
        edited = following is not None and self.previous.encode() not in following  # then its rows are not believed
        for row in rows:
            self.row(row, key, sealed_at)
        self.faults = before if edited else self.faults
        if self.tree:
            self.tree.grow([sha256(b"\x00" + body[: body.rindex(b"\n", 0, -1) + 1])])
        stated, agrees = Tree(size, [bytes.fromhex(node) for node in last["frontier"]]), not edited
        agrees = self.tree.stated() == last if self.tree else agrees
        place, text = f"checkpoints/{size:012d}", self.text(size, root)
        note = self.read(place)
        right = stated.stated() == last and (note is None or note.startswith(text))
        signed = right and note is not None and vouches(self.options.key, text, note[len(text) + 1 :])
        what = "with the key given it does not vouch for its seal"
        if self.must(
            agrees, "ROOT_MISMATCH", key, "its objects and lines give another root than it states", blinds=True
        ):
            doubt = "CHECKPOINT_MISSING" if note is None else "SIGNATURE_INVALID" if right else "ROOT_MISMATCH"
            self.must(signed, doubt, place, what)
        self.tree = stated if signed else self.tree if right else None
        self.sealed_at, self.size, self.roots[size] = header["sealed_at"], size, root

    def text(self, size: int, root: str) -> bytes:
        """What a checkpoint signs (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n".encode()

    def row(self, row: dict[str, Any], seal: str, sealed_at: datetime) -> None:
        """Is an object there, with the bytes its row says, not older or younger than its seal allows?"""
        key, digest = row["key"], row.get("sha256", "")  # a rejected object has no hash
        self.must(key not in self.named, "REPLAYED_OBJECT", key, "it is sealed a second time")
        self.named[key] = digest
        self.counts.update(note for mark, note in MARKS.items() if mark in row)
        if "rejected" in row:
            return
        span, body = f"events {row['first']}..{row['first'] + row['n'] - 1}", self.read(key)
        listed = self.options.versions.get(key, []) if self.options.versions and body else [row["version_id"]]
        self.must(row["version_id"] in ("", *listed), "EXTRA_VERSION", key, "the listing lacks the version sealed")
        fault, here = ("MISSING_OBJECT", b"") if body is None else ("OBJECT_ALTERED", body)
        if self.must(sha256(here).hex() == digest and body is not None, fault, key, span, blinds=True):
            recorded = self.object(key, here, row["first"])
            late = min(time_of(row["stored_at"]), recorded) - sealed_at
            self.must(late <= SLACK, "SEAL_TIME_DISAGREES", seal, f"it names objects {late} younger than itself")

    def object(self, key: str, body: bytes, first: int | None) -> datetime:
        """Is an object (`first`: index of its first leaf, if sealed) written as its place requires? When recorded?"""
        lines, place, number = body.removesuffix(b"\n").split(b"\n"), KEY(key), len(self.objects)
        leaves = [sha256(b"\x00" + line) for line in lines[1:]]
        self.objects.append(key)
        if self.tree and first is not None:
            self.tree.grow(leaves)
        try:
            [header], events = parsed([lines[0].decode()]), [EVENT(line.decode()) for line in lines[1:]]
            data, times = parsed([event[6] for event in events]), {event[11] for event in events}  # type: ignore[index]
            recorded = time_of(min(times, default=EARLIEST))
        except SHAPE:
            fault, line = fault_in(lines)
            self.blind = not self.must(False, fault, key, line)
            return time_of(EARLIEST)
        for at, event in enumerate(events):
            where = (number << 24 | at + 1).to_bytes(8, "big")
            self.event(
                event, leaves[at] + where, data[at], "not sealed yet" if first is None else f"event {first + at}"
            )
        lane, seq = (place[1], int(place[2])) if place and place[1] else ("", 0)
        wanted = {"lane": lane, "log": self.origin, "n": len(events), "prev": header.get("prev"), "seq": seq, "v": 1}
        fits = header == wanted and len(times) == 1 and body[-1:] == b"\n" and max(map(len, lines)) <= 65536
        self.must(fits, "MALFORMED_OBJECT", key, "its header is not that of an object in this place")
        prior = self.named.get(f"{key[:-12]}{seq - 1:06d}.jsonl", "none") if seq else None
        self.gaps += [key] if prior not in ("", header.get("prev")) else []
        before, fault = time_of(self.sealed_at or EARLIEST) - recorded, "UNSEALED_OLD" if first is None else "BACKDATED"
        self.must(before <= SLACK, fault, key, f"recorded {before} before a seal that does not name it")
        return recorded

    def event(self, event: re.Match[str], stored: bytes, data: dict[str, Any], where: str) -> None:
        """Note what later questions need of an event; ask who signed it, and what its id says elsewhere."""
        (assurance, actor, signature, typed, causes, _, generated) = event.groups()[:7]
        name, kind, occurred, recorded_at, subject, used = event.groups()[7:]
        identity, leaf = bytes.fromhex(name.replace("-", "")), stored[:32]
        known = self.events.setdefault(identity, stored)
        if known[:32] != leaf:
            self.copies.add((identity, leaf))
            number, line = divmod(int.from_bytes(known[32:], "big"), 1 << 24)
            first = EVENT((self.read(self.objects[number]) or b"").split(b"\n")[line].decode())
            same = first and [first[part] for part in (6, 7, 9, 12)] == [event[part] for part in (6, 7, 9, 12)]
            same = same and (first[10] == occurred or len(first[10]) != 10 or len(occurred) != 10)
            self.must(same, "ID_CONFLICT", name, "two events with this id say different things")
        for cause, its_leaf in causes_in(causes):
            link = bytes.fromhex(cause.replace("-", "")), bytes.fromhex(its_leaf)
            if self.events.get(link[0], b"")[:32] != link[1]:
                self.links.append((name, *link))
        for keyed, ref, plain in references_in(used + generated):
            if self.artefacts.get(ref, "")[:24] <= recorded_at:
                self.artefacts[ref] = (
                    f"{recorded_at}{keyed or plain}{'k' if keyed else ''}" if self.options.artefacts else ""
                )
        if assurance == "signed":
            keys = [key[2][1:] for key in self.options.person if key[0] == actor and typed == "person"]
            text = b"fieldtrail act v1\n" + event[0].replace(f',"signature":"{signature}"', "", 1).encode()
            holds = any(signature_holds(key, text, base64.b64decode(signature or "")) for key in keys)
            self.counts["{} signed entries were NOT_CHECKED: no --person key."] += not keys
            self.must(holds or not keys, "SIGNED_ACT_INVALID", name, f"{actor} did not sign this line")
        if kind == "claim.asserted":
            claim = re.findall('"id":"(.*?)"', subject) or [name]
            self.must(causes or used, "CLAIM_UNTRACED", claim[0], "it names nothing it rests on")
        if kind == "erasure.executed":
            self.erased.update(dict.fromkeys(data.get("refs", ()), where))
        if kind == "study.closed":
            self.closed_at = recorded_at
        elif kind != "run.closed":
            self.last_act = max(self.last_act, recorded_at)

    def end_of_the_trail(self) -> None:
        """Is this all: by checkpoints, by countersigners, by a pin kept elsewhere, by the clock?"""
        options, size, end, now = self.options, self.size, f"the seals here end at {self.size}", self.options.now
        for key, place in self.keys.items():
            stated = int((place and (place[4] or place[5])) or size)
            if self.tree:
                self.must(stated <= size, "TAIL_TRUNCATED", key, end, blinds=True)
            known = self.blind or stated > size or stated in self.roots
            self.must(known, "CHECKPOINT_WITHOUT_SEAL", key, "no seal ends at this size")
        for cosigner in options.cosigner if self.tree else ():  # an old cosignature says nothing about the tail
            lines = (
                (at, self.read(f"cosignatures/{at:012d}.{cosigner[0]}")) for at in sorted(self.roots, reverse=True)
            )
            vouched = (at for at, line in lines if line and vouches(cosigner, self.text(at, self.roots[at]), line))
            last = next(vouched, 0)
            what = f"it vouches for the first {last} leaves, not for the {size - last} after them"
            self.must(last == size, "COSIGNATURE_MISSING", cosigner[0], what)
        pinned, root = options.pin or (size, self.roots.get(size))
        if self.must(pinned <= size, "ROLLBACK", f"{pinned}:{root}", f"the pin has seen more; {end}"):
            what = f"the root here at that size: {self.roots.get(pinned, 'none')}"
            self.must(self.roots.get(pinned) == root, "FORK", f"{pinned}:{root}", what)
        age = now - time_of(self.sealed_at or EARLIEST) if now else timedelta()
        fresh = age <= STALE or options.closed
        self.must(fresh, "STALE", self.sealed_at, f"the last seal is {age} old, and a daily one is due")
        self.must(age >= -SLACK, "SEAL_TIME_DISAGREES", self.sealed_at, f"it is {-age} ahead of the time given")

    def objects_without_seal(self) -> None:
        """What no seal names is new, or was put there later than it says."""
        originals, sealed = {digest: key for key, digest in self.named.items()}, len(self.events)
        for key, place in self.keys.items():
            if key in self.named or self.blind or (place and not place[1]):
                continue
            body = self.read(key) or b""
            what = f"it is a copy of {originals.get(sha256(body).hex())}"
            if self.must(sha256(body).hex() not in originals, "REPLAYED_OBJECT", key, what):
                self.must(place, "FOREIGN_OBJECT", key, "its name is that of no object") and self.object(
                    key, body, None
                )
        self.counts["{} events are not sealed yet."] += len(self.events) - sealed

    def chains_of_evidence(self) -> None:
        """Is every event that another rests on here, with the bytes it had then? Is closing the last act?"""
        for key in [] if self.blind else self.gaps:
            self.must(False, "LANE_CHAIN_BROKEN", key, "it does not continue the object before it")
        for event, identity, leaf in [] if self.blind else self.links:
            here = self.events.get(identity, b"")[:32] == leaf or (identity, leaf) in self.copies
            self.must(here, "BROKEN_LINK", event, f"it rests on {identity.hex()}, which is not here as it was")
        closed = not self.options.closed or (self.closed_at and self.closed_at >= self.last_act)
        self.must(closed, "NOT_CLOSED", self.last_act or "nothing", "study.closed is not the last act")

    def artefacts_as_recorded(self, study: Path, restricted: Path) -> None:
        """Is every artefact, by its opaque ref, here as it was recorded last?"""
        codes = {file.name: file.read_text() for file in (restricted / "codes" / "artefacts").iterdir()}
        files = dict[str, Path]()
        for top, prefix in ((study, ""), (restricted, "restricted/")):
            for file in (Path(folder, name) for folder, _, names in os.walk(top) for name in names):
                path = prefix + file.relative_to(top).as_posix()
                record, long = re.fullmatch(r"records/[^/]+/([0-9a-f-]{36})\.json", path), sha256(path.encode()).hex()
                files[f"r{record[1]}" if record else codes.get(quote(path, safe=""), codes.get(long, ""))] = file
        for ref, recorded in sorted(self.artefacts.items()):
            file, key, keyed = files.get(ref, restricted / "none"), restricted / "keys" / f"{ref}.key", recorded[88:]
            if not file.exists() or (keyed and not key.exists()):
                if self.must(ref in self.erased, "ARTEFACT_MISSING", ref, "its file or its key is not here"):
                    self.counts[f"{ref} erased ({self.erased[ref]})"] = 1
                continue
            body = file.read_bytes()
            digest = hmac.new(key.read_bytes(), body, "sha256").hexdigest() if keyed else sha256(body).hex()
            self.must(digest == recorded[24:88], "ARTEFACT_ALTERED", ref, f"not as recorded on {recorded[:24]}")

    def proof(self) -> None:
        """Is one event in the tree that a checkpoint signs: by its line, its path and that checkpoint alone?"""
        try:
            [given] = parsed([Path(self.top).read_bytes().decode().removesuffix("\n")])
            event, size, note = EVENT(given["event"]), given["size"], given["checkpoint"].encode()
            leaf, path = sha256(b"\x00" + given["event"].encode()), [bytes.fromhex(node) for node in given["path"]]
            root = root_above(leaf, given["index"], size, path).hex()
            self.event(event, leaf, *parsed([event[6]]), "")  # type: ignore[index,arg-type]
            lines = [f"{line}\n".encode() for line in given["cosignatures"]]
        except (*SHAPE, OSError):
            self.must(False, "PROOF_INVALID", self.top, "it is not written like a proof")
            return
        self.size, self.roots, text = size, {size: root}, self.text(size, root)
        if self.must(
            note.startswith(text), "PROOF_INVALID", self.top, "its path leads to another root than its checkpoint's"
        ):
            signed = vouches(self.options.key, text, note[len(text) + 1 :])
            self.must(signed, "SIGNATURE_INVALID", f"checkpoints/{size:012d}", "not signed with the key given")
        for key in self.options.cosigner:
            holds = any(vouches(key, text, line) for line in lines)
            self.must(holds, "COSIGNATURE_MISSING", key[0], f"it does not vouch for these {size} leaves")
        pinned, root = self.options.pin or (size, root)
        self.must(
            pinned != size or root == self.roots[size],
            "FORK",
            f"{pinned}:{root}",
            f"the root here is {self.roots[size]}",
        )


def notes_of(check: Verification, proof: bool) -> list[str]:
    """What the verdict does not say, because it was not asked or could not be looked at."""
    options, cosigned = check.options, sum(key[:2] == "co" for key in check.keys)
    notes = (
        (check.blind, "Links, and objects that no seal names, were not looked at, because something is missing."),
        (
            not options.artefacts and len(check.artefacts),
            "NOT_CHECKED {} artefacts: the trail holds their digests only.",
        ),
        (not options.pin, "No --pin: the tail is not protected; seals cut off with checkpoints do not show."),
        (not options.now, "No --now: nothing says that this is the latest state of the trail."),
        (
            not options.cosigner and not cosigned,
            "There is no countersigner: only the key's holder vouches for the trail.",
        ),
        (not options.cosigner and cosigned, "NOT_CHECKED {} cosignatures: no --cosigner key."),
        (not options.versions, "No --versions: what was deleted or replaced before it was sealed does not show."),
    )
    counted = [note.format(count) for note, count in check.counts.items() if count]
    return [*(note.format(count) for count, note in notes if count), *counted]


# (6) The command line.
def public_key(text: str, kind: int) -> Key:
    """The key written `name+id+base64`, in a file or as it is; ValueError when it is none of this type."""
    name, identity, value = (Path(text).read_text() if Path(text).is_file() else text).strip().split("+", 2)
    public = base64.b64decode(value, validate=True)
    if public[0] != kind or sha256(name.encode() + b"\n" + public)[:4].hex() != identity or not point(public[1:]):
        raise ValueError("another type, or damaged")
    return name, bytes.fromhex(identity), public


def pin(text: str) -> tuple[int, str]:
    [(size, root)] = re.findall(r"^(\d{1,15}):([0-9a-f]{64})$", text)  # none: ValueError
    return int(size), root


def listing(file: str) -> dict[str, list[str]]:
    """The versions of each object by its key in the trail, "" for a delete marker (S3's ListObjectVersions)."""
    listed, found = json.loads(Path(file).read_bytes()), dict[str, list[str]]()
    for version in [*(listed.get("Versions") or []), *(listed.get("DeleteMarkers") or [])]:
        found.setdefault(version["Key"], []).append(version["VersionId"] if "Size" in version else "")
    prefix = min(
        (key[:-20] for key in found if re.search(r"(^|/)seals/\d{8}\.jsonl$", key)), key=len
    )  # none: ValueError
    return {key.removeprefix(prefix): versions for key, versions in found.items()}


READERS = {
    "key": (
        lambda text: public_key(text, TRAIL),
        "the public key of a trail (name+id+base64, type 1), or a file of it",
    ),
    "cosigner": (
        lambda text: public_key(text, COUNTERSIGNER),
        "a countersigner's public key (type 4): the last checkpoint must carry its signature",
    ),
    "person": (
        lambda text: public_key(text, TRAIL),
        "a person's public key (type 1): the acts this person signed are checked",
    ),
    "versions": (listing, "the store's list of versions, as `aws s3api list-object-versions` prints it"),
    "pin": (pin, "SIZE:ROOT as noted earlier"),
    "now": (time_of, "the time to judge by whether the trail is up to date"),
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a Fieldtrail audit trail.", usage=argparse.SUPPRESS)
    parser.add_argument("place", help="the folder that holds lanes/, seals/ and checkpoints/, or one event's proof")
    for name, (_, meaning) in READERS.items():
        many = name in ("cosigner", "person")
        parser.add_argument(
            f"--{name}", required=name == "key", help=meaning, **({"action": "append", "default": []} if many else {})
        )
    parser.add_argument("--artefacts", metavar="DIR", help="the study folder: check its files against their digests")
    parser.add_argument("--keys", metavar="DIR", help="the restricted folder, with --artefacts")
    parser.add_argument("--closed", action="store_true", help="study.closed must be the last act")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument("--progress", action="store_true", help="say on stderr how far it is")
    options = parser.parse_args(arguments)
    for name, (reader, meaning) in READERS.items():
        given = getattr(options, name)
        try:
            setattr(
                options,
                name,
                [reader(text) for text in given] if type(given) is list else None if given is None else reader(given),
            )
        except (*SHAPE, OSError):
            parser.error(f"--{name} takes {meaning}")
    options.versions = options.versions or {}
    folders = [options.artefacts, options.keys and os.path.join(options.keys, "codes", "artefacts")]
    proof = os.path.isfile(options.place)
    if any(folders) and not all(os.path.isdir(folder or "") for folder in folders):
        parser.error("--artefacts and --keys take the study folder and its restricted folder (with codes/ and keys/)")
    if proof and (any(folders) or options.versions or options.now or options.closed):
        parser.error("with a proof only --key, --cosigner, --person and --pin have a meaning")
    check = Verification(options)
    check.proof() if proof else check.run()
    root, seals, events = check.roots.get(check.size, ""), len(check.roots), len(check.events)
    seals = 0 if proof else seals
    verdict = f"FAIL: {len(check.faults)} fault(s)" if check.faults else f"PASS: size {check.size}, root {root}"
    verdict += f"; {events} events, {seals} seals, the last at {check.sealed_at or 'no time'}"
    notes = [] if not check.size else notes_of(check, proof)
    lines = [*check.faults, *(f"note: {note}" for note in notes), *(f"limit: {text}" for text in LIMITS), verdict]
    lines = lines if notes else list(check.faults)  # a folder that is no trail: that one line
    report: dict[str, Any] = {"verdict": verdict[:4], "faults": list(check.faults), "notes": notes}
    report |= {"limits": LIMITS, "lines": lines, "size": check.size, "root": root, "seals": seals, "events": events}
    print(json.dumps({**report, "sealed_at": check.sealed_at}) if options.json else "\n".join(lines))
    return 1 if check.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
