#!/usr/bin/env python3
"""Verify a Fieldtrail audit trail: one file, Python's standard library alone (3.10 or newer), nothing of the writer's.

    python3 verify_trail.py PLACE --key trail.vkey        PLACE: a trail's folder, or the file of one event's proof

Keys come from outside of the trail: from the ethics protocol, or a copy kept elsewhere. Exit code: 0 all held, 1 a
fault, 2 wrong arguments. To read: (1) signatures, (2) the one spelling of a line, (3) the hash tree, (4) an event,
(5) the walk over a trail, (6) the command line. docs/audit-trail.md describes the format and every fault.
"""

# fmt: off: one empty line between functions keeps the whole short enough to be read in one sitting
import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
    for bit in range(252, -1, -1):
        total = add(total, total)
        total = add(total, BASE) if s >> bit & 1 else total
        total = add(total, (P - a[0], a[1], a[2], P - a[3])) if h >> bit & 1 else total
    x, y = (total[i] * pow(total[2], P - 2, P) % P for i in (0, 1))
    return len(signature) == 64 and s < L and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]

Key = tuple[str, bytes, bytes]  # name, key id, and the public key after its type (C2SP signed-note)
ED25519, COSIGNATURE = 1, 4  # types; the second signs a time with the checkpoint (C2SP tlog-cosignature)

def vouches(key: Key, text: bytes, line: bytes) -> bool:
    """Is this line, `— name base64(key id, a cosignature's time, signature)`, that key's signature over a text?"""
    try:
        raw = base64.b64decode(line[line.rindex(b" ") + 1 : -1], validate=True)
    except ValueError:
        return False
    time, timed = raw[4:-64], key[2][0] == COSIGNATURE
    signed = b"cosignature/v1\ntime %d\n%s" % (int.from_bytes(time, "big"), text) if timed else text
    written = f"— {key[0]} {base64.b64encode(key[1] + raw[4:]).decode()}\n".encode()
    return line == written and len(time) == 8 * timed and signature_holds(key[2][1:], signed, raw[-64:])

# (2) Lines: RFC 8785 canonical JSON, no floats, integers below 2^53, ASCII keys. A line must spell itself again.
def integer(text: str) -> int:
    value = int(text)  # refuses a float
    if not -(2**53) < value < 2**53:
        raise ValueError("a big integer")
    return value

read = json.JSONDecoder(parse_int=integer, parse_float=integer, parse_constant=integer).decode
spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
other_key = re.compile(r'[^\x00-\x7f](?:[^"\\]|\\.)*":').search

def parsed(*texts: str) -> list[dict[str, Any]]:
    """The object each text spells. All are spelled again at once: as strict, for each ends where its brace closes."""
    values, together = [read(text) for text in texts], ",".join(texts)
    objects = not {type(value) for value in values} - {dict} and (together.isascii() or not other_key(together))
    if not objects or spell(values) != f"[{together}]":
        raise ValueError("another spelling")
    return values

# (3) The tree of RFC 6962, section 2.1, kept as its frontier: the roots of its full subtrees, largest first.
def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()

def grown(frontier: list[bytes], size: int, leaves: list[bytes]) -> list[bytes]:
    nodes = [*frontier]
    for at, node in enumerate(leaves, size):
        while at & 1:
            node, at = sha256(b"\x01" + nodes.pop() + node), at >> 1
        nodes.append(node)
    return nodes

def root_of(frontier: list[bytes]) -> bytes:
    return sha256(b"\x01" + frontier[0] + root_of(frontier[1:])) if frontier[1:] else frontier[0]

def root_above(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root over the leaf at that index in a tree of that size, by its audit path (2.1.1)."""
    if not 0 <= index < size or (size == 1 and path):
        raise ValueError("another path")
    if size == 1:
        return node
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        return sha256(b"\x01" + root_above(node, index, left, path[:-1]) + path[-1])
    return sha256(b"\x01" + path[-1] + root_above(node, index - left, size - left, path[:-1]))

# (4) An event: these fields, written so. `data` depends on the kind; only its spelling is looked at.
CODE, HASH, COUNT = r"[A-Za-z0-9][\w.+-]{0,63}", "[0-9a-f]{64}", r"(?:0|[1-9]\d{0,14})"
ID, DAY, TIME = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"\d{4}-\d\d-\d\d", r"T\d\d:\d\d:\d\d\.\d{3}Z"
DIGEST = rf'(?:"hmac":"{HASH}","ref":"{CODE}"|"ref":"{CODE}","sha256":"{HASH}")'
REFERENCE = rf'{{"bytes":{COUNT},{DIGEST}(?:,"version_id":"[!#-\[\]-~]*")?}}'
CAUSE, SUBJECT = rf'{{"id":"{ID}","leaf":"{HASH}"}}', rf'{{"id":"{CODE}","type":"{CODE}"}}'
CAUSES, REFERENCES, SUBJECTS = (rf"\[((?:{item}(?:,{item})*)?)\]" for item in (CAUSE, REFERENCE, SUBJECT))
EVENT = re.compile(
    rf'{{"actor":{{"assurance":"(declared|authenticated|signed)","id":"({CODE})","role":"{CODE}"'
    rf'(?:,"signature":"([A-Za-z0-9+/]{{86}}==)")?,"type":"(person|service)"}},"causes":{CAUSES},"data":({{.*}}),'
    rf'"generated":{REFERENCES},"id":"({ID})","kind":"([a-z_.]+)","occurred":"({DAY}(?:{TIME})?)",'
    rf'"recorded_at":"({DAY}{TIME})","run":{{"attempt":{COUNT},"code":"{CODE}","deployment":"{CODE}","flow":"{CODE}",'
    rf'"flow_run_id":"{CODE}"}},"subject":{SUBJECTS},"used":{REFERENCES},"v":1}}', re.ASCII).fullmatch
causes_in = re.compile(r'"id":"([^"]+)","leaf":"([^"]+)"').findall
references_in = re.compile(r'(?:"hmac":"(\w+)",)?"ref":"([^"]+)"(?:,"sha256":"(\w+)")?').findall

# (5) The trail.
KEY = re.compile(  # lane and number of an object; number of a seal; size of a checkpoint; size of a cosignature
    r"lanes/[\d-]{10}/([A-Za-z0-9][\w-]{0,79}\.\d{1,6}(?:-[0-9a-f]{8})?)/(\d{6})\.jsonl|seals/(\d{8})\.jsonl|"
    r"checkpoints/(\d{12})|cosignatures/(\d{12})\..+", re.ASCII).fullmatch
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
    "After an erasure a branch is only a commitment; what remains is personal while anybody can relink it.")

def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()

MARKS = {"late": "late: their lane had been given up", "rejected": "rejected by the sealer and are no part of the trail",
         "skew_s": "stored over 15 minutes from when they say they were recorded"}

def fault_in(lines: list[bytes]) -> tuple[str, str]:
    """Which line of an object is wrong, and how."""
    for at, line in enumerate(lines, 1):
        try:
            parsed(line.decode())
        except SHAPE:
            return "NOT_CANONICAL", f"line {at}"
        if at > 1 and not EVENT(line.decode()):
            return "NOT_AN_EVENT", f"line {at}"
    return "NOT_AN_EVENT", "no time"

class Verification:
    """One walk over a trail; after a fault it goes on from what is signed, so that one edit gives one fault."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.origin, self.top = options, options.key[0], options.place
        self.faults, self.notes = dict[str, None](), Counter[str]()  # faults in order, each once; notes, how often
        self.told = set[str]()  # keys and faults of which no more is said
        self.keys, self.given = dict[str, re.Match[str] | None](), dict[str, bytes]()  # files; what a proof holds
        self.tree: list[bytes] | None = []  # the frontier; None: not known until a signed seal gives it again
        self.blind, self.gaps = False, list[str]()  # is something missing or altered? objects that break their lane
        self.previous = self.sealed_at = ""  # of the seal before: its SHA-256 ("?": not known), its time
        self.size, self.roots, self.leaves = 0, dict[int, str](), list[bytes]()  # roots: after each seal, by size
        self.named = dict[str, str]()  # objects that seals name, with their SHA-256 there
        self.objects, self.events = list[str](), dict[bytes, bytes]()  # event id: leaf, number of its object, line
        self.copies = set[tuple[bytes, bytes]]()  # id and leaf of further copies of an event
        self.links = list[tuple[str, bytes, bytes]]()  # event, id and leaf of one it rests on that was not seen yet
        self.artefacts, self.erased = dict[str, str](), dict[str, str]()  # ref: time and digest recorded last; erasure
        self.last_act = "", False  # when, and whether it closed the study

    def must(self, holds: object, fault: str, where: str, what: str, *, blinds: bool = False) -> bool:
        """Say a fault unless something holds; one that blinds leaves the tree unknown until a signed seal states it."""
        if not holds and not self.told & {where, fault}:
            self.faults[f"{fault} {where} ({what})"] = None
            self.told |= {"EXTRA_VERSION": {where}, "SIGNATURE_INVALID": {fault}}.get(fault, set())
        if not holds and blinds:
            self.blind, self.tree = True, None
        return bool(holds)

    def missing(self, holds: object, fault: str, where: str, what: str) -> None:
        if not self.must(holds, fault, where, what, blinds=True):
            self.previous = "?"

    def read(self, key: str) -> bytes | None:
        try:
            return self.given.get(key) or Path(self.top, key).read_bytes()
        except OSError:
            return None

    def run(self) -> None:
        walks = (os.walk(f"{self.top}/{part}") for part in ("lanes", "seals", "checkpoints", "cosignatures"))
        files = (f"{folder}/{name}" for walk in walks for folder, _, names in walk for name in names if name[0] != ".")
        self.keys = {key: KEY(key) for key in sorted(file[len(self.top) + 1:].replace(os.sep, "/") for file in files)}
        for key, versions in self.options.versions.items():
            once = (len(versions) == 1 and versions[0]) or not KEY(key)
            self.must(once, "EXTRA_VERSION", key, f"{len(versions)} versions and delete markers")
        seals, signed = ([int(at[part]) for at in self.keys.values() if at and at[part]] for part in (3, 4))
        what = f"no {'checkpoint' if seals else 'seal'}: name the folder that holds lanes/, seals/, checkpoints/"
        if not self.must(seals and signed, "NO_TRAIL", self.top, what):
            return
        for at, number in enumerate(seals):
            key, expected = f"seals/{number:08d}.jsonl", seals[at - 1] + 1 if at else 0
            self.missing(number == expected, "SEAL_GAP", f"seals/{expected:08d}.jsonl", f"{number - expected} missing")
            try:
                self.seal(key, number)
            except SHAPE as error:
                self.missing(False, "SEAL_UNREADABLE", key, str(error) if type(error) is ValueError else "not a seal")
            if self.options.progress and at % (len(seals) // 50 + 1) == 0:
                print(f"{at + 1} of {len(seals)} seals, {len(self.events)} events", file=sys.stderr, flush=True)
        self.end_of_the_trail()
        self.what_hangs_together()
        self.artefacts_as_recorded()
        cosigned = sum(bool(place and place[5]) for place in self.keys.values())
        counts = {"artefacts": len(self.artefacts), "cosigner": cosigned}
        self.notes.update({note: counts.get(name, 1) for name, note in UNASKED.items() if not getattr(self.options, name)})
        self.notes["There is no countersigner: only the key's holder vouches for the trail."] = not cosigned
        self.notes["Links, and what no seal names, were not looked at, because something is missing."] = self.blind

    def seal(self, key: str, number: int) -> None:
        """Is the seal in its place, are its objects as it says, is the tree after it the signed one?"""
        body = self.read(key) or b""
        header, *rows, last = parsed(*body.decode().removesuffix("\n").split("\n"))
        if not self.must(header["log"] == self.origin, "ANOTHER_TRAIL", self.top, header["log"], blinds=True):
            return
        size, sealed_at, frontier = last["size"], time_of(header["sealed_at"]), [*map(bytes.fromhex, last["frontier"])]
        n, root = sum(row.get("n", 0) for row in rows), root_of(frontier).hex()
        numbers = (header["v"], header["seq"], header["n"], header["first"] + n + 1, body[-1:], root)
        if numbers != (1, number, n, size, b"\n", last["root"]):
            raise ValueError("its numbers contradict each other")
        follows = self.previous in ("?", header["prev"] or "")
        self.must(follows, "SEAL_CHAIN_BROKEN", key, "it does not continue the seal before it")
        back = time_of(self.sealed_at or EARLIEST) - sealed_at
        self.must(back <= timedelta(), "CLOCK_BACKWARDS", key, f"{back} before the seal before it")
        self.previous, before, self.leaves = sha256(body).hex(), dict(self.faults), []
        for row in rows:
            self.row(row, key, sealed_at)
        self.leaves.append(sha256(b"\x00" + body[:body.rindex(b"\n", 0, -1) + 1]))
        agrees = self.tree is None or grown(self.tree, self.size, self.leaves) == frontier
        self.faults = self.faults if agrees else before  # otherwise its rows are not believed
        self.sealed_at, self.size, self.roots[size], doubt = header["sealed_at"], size, root, self.doubt(size, root)
        if self.must(agrees, "ROOT_MISMATCH", key, "its objects and lines give another root than it says", blinds=True):
            self.must(not doubt, doubt, f"checkpoints/{size:012d}", "with the key given it does not vouch for its seal")
        self.tree = frontier if not doubt or (self.tree is not None and doubt != "ROOT_MISMATCH") else None

    def text(self, size: int, root: str) -> bytes:
        """What a checkpoint signs (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n".encode()

    def doubt(self, size: int, root: str) -> str:
        """The fault of the checkpoint for that size; empty for none."""
        text, note = self.text(size, root), self.read(f"checkpoints/{size:012d}")
        if note is None or not note.startswith(text):
            return "CHECKPOINT_MISSING" if note is None else "ROOT_MISMATCH"
        return "" if vouches(self.options.key, text, note[len(text) + 1:]) else "SIGNATURE_INVALID"

    def row(self, row: dict[str, Any], seal: str, sealed_at: datetime) -> None:
        """Is an object there, with the bytes its row says, not younger than its seal?"""
        key, digest = row["key"], row.get("sha256", "")  # a rejected object has no hash
        self.must(key not in self.named, "REPLAYED_OBJECT", key, "it is sealed a second time")
        self.named[key] = digest
        self.notes.update(f"{{}} objects were {mark}." for name, mark in MARKS.items() if name in row)
        if "rejected" in row:
            return
        span, body = f"events {row['first']}..{row['first'] + row['n'] - 1}", self.read(key)
        known = not (self.options.versions and body) or row["version_id"] in ["", *self.options.versions.get(key, [])]
        self.must(known, "EXTRA_VERSION", key, "the version that was sealed is not in the listing")
        fault = "OBJECT_ALTERED" if body is not None else "UNREADABLE" if key in self.keys else "MISSING_OBJECT"
        if self.must(body is not None and sha256(body).hex() == digest, fault, key, span, blinds=True):
            late = min(time_of(row["stored_at"]), self.object(key, body or b"", row["first"])) - sealed_at
            self.must(late <= SLACK, "SEAL_TIME_DISAGREES", seal, f"it names objects {late} younger than itself")

    def object(self, key: str, body: bytes, first: int | None) -> datetime:
        """Is an object (`first`: index of its first leaf, if sealed) written as its place requires? When recorded?"""
        lines, place, number = body.removesuffix(b"\n").split(b"\n"), KEY(key), len(self.objects)
        leaves, at = [sha256(b"\x00" + line) for line in lines[1:]], 0
        self.leaves += leaves
        self.objects.append(key)
        try:
            [header], events = parsed(lines[0].decode()), [EVENT(line.decode()) for line in lines[1:]]
            data, times = parsed(*(event[6] for event in events)), {event[11] for event in events}  # type: ignore[index]
            recorded = time_of(min(times, default=EARLIEST))
        except SHAPE:
            fault, what = fault_in(lines)
            self.blind = not self.must(False, fault, key, what)
            return time_of(EARLIEST)
        for at, event in enumerate(events):
            where = "not sealed yet" if first is None else f"event {first + at}"
            self.event(event, leaves[at] + (number << 24 | at + 1).to_bytes(8, "big"), data[at], where)
        lane, seq = (place[1], int(place[2])) if place and place[1] else ("", 0)
        wanted = {"lane": lane, "log": self.origin, "n": len(events), "prev": header.get("prev"), "seq": seq, "v": 1}
        fits = header == wanted and len(times) == 1 and body[-1:] == b"\n" and max(map(len, lines)) <= 65536
        self.must(fits, "MALFORMED_OBJECT", key, "its header is not that of an object in this place")
        prior = self.named.get(f"{key[:-12]}{seq - 1:06d}.jsonl", "none") if seq else None
        self.gaps += [key] if fits and prior not in ("", header["prev"]) else []
        before, fault = time_of(self.sealed_at or EARLIEST) - recorded, "UNSEALED_OLD" if first is None else "BACKDATED"
        self.must(before <= SLACK, fault, key, f"recorded {before} before a seal that does not name it")
        return recorded

    def event(self, event: Any, stored: bytes, data: dict[str, Any], where: str) -> None:
        """Note what later questions need of an event; ask who signed it, and what its id says elsewhere."""
        assurance, actor, signature, typed, causes, _, made, name, kind, _, recorded_at, about, used = event.groups()
        identity, leaf = bytes.fromhex(name.replace("-", "")), stored[:32]
        known = self.events.setdefault(identity, stored)
        if known[:32] != leaf:
            self.copies.add((identity, leaf))
            number, line = divmod(int.from_bytes(known[32:], "big"), 1 << 24)
            first: Any = EVENT((self.read(self.objects[number]) or b"").split(b"\n")[line].decode())
            same = len({copy[10] for copy in (first, event) if len(copy[10]) == 10}) < 2  # occurred, where it is a day
            same = same and all(first[part] == event[part] for part in (6, 7, 9, 12))  # data, generated, kind, subject
            self.must(same, "ID_CONFLICT", name, "two events with this id say different things")
        for cause, its_leaf in causes_in(causes) if causes else ():
            link = bytes.fromhex(cause.replace("-", "")), bytes.fromhex(its_leaf)
            if self.events.get(link[0], b"")[:32] != link[1]:
                self.links.append((name, *link))
        for keyed, ref, plain in references_in(used + made) if used or made else ():
            if self.artefacts.get(ref, "")[:24] <= recorded_at:
                self.artefacts[ref] = f"{recorded_at}{keyed or plain}{keyed and 'k'}" if self.options.artefacts else ""
        if assurance == "signed":
            keys = [public[1:] for person, _, public in self.options.person if (person, "person") == (actor, typed)]
            text = b"fieldtrail act v1\n" + event[0].replace(f',"signature":"{signature}"', "", 1).encode()
            holds = any(signature_holds(key, text, base64.b64decode(signature or "")) for key in keys)
            self.notes["{} signed entries were NOT_CHECKED: no --person key."] += not keys
            self.must(holds or not keys, "SIGNED_ACT_INVALID", name, f"{actor} did not sign this line")
        if kind == "claim.asserted":
            claim = about.split('"')[3] if about else name
            self.must(causes or used, "CLAIM_UNTRACED", claim, "it names nothing it rests on")
        elif kind == "erasure.executed":
            self.erased.update(dict.fromkeys(data.get("refs", ()), where))
        if kind != "run.closed":
            self.last_act = max(self.last_act, (recorded_at, kind == "study.closed"))

    def end_of_the_trail(self) -> None:
        """Is this all: by checkpoints, by countersigners, by a pin kept elsewhere, by the clock?"""
        options, size, end = self.options, self.size, f"the seals here end at {self.size}"
        for key, place in self.keys.items():
            stated = int((place and (place[4] or place[5])) or size)
            self.must(stated <= size or self.tree is None, "TAIL_TRUNCATED", key, end, blinds=True)
            known = self.blind or stated > size or stated in self.roots
            self.must(known, "CHECKPOINT_WITHOUT_SEAL", key, "no seal ends at this size")
        for key in options.cosigner if self.tree else ():  # an old cosignature says nothing about the tail
            lines = ((at, self.read(f"cosignatures/{at:012d}.{key[0]}")) for at in sorted(self.roots, reverse=True))
            last = next((at for at, line in lines if line and vouches(key, self.text(at, self.roots[at]), line)), 0)
            what = f"it vouches for the first {last} leaves, not for the {size - last} after them"
            self.must(last == size, "COSIGNATURE_MISSING", key[0], what)
        pinned, root = int(options.pin[0]) if options.pin else size, options.pin[1] if options.pin else self.roots.get(size)
        if self.must(pinned <= size or self.given, "ROLLBACK", f"{pinned}:{root}", f"the pin has seen more; {end}"):
            here = self.roots.get(pinned, "none")
            same = here == root or (self.given and pinned != size)
            self.must(same, "FORK", f"{pinned}:{root}", f"the root here at that size: {here}")
        age = options.now - time_of(self.sealed_at or EARLIEST) if options.now else timedelta()
        fresh = age <= STALE or options.closed
        self.must(fresh, "STALE", self.sealed_at, f"the last seal is {age} old, and a daily one is due")
        self.must(age >= -SLACK, "SEAL_TIME_DISAGREES", self.sealed_at, f"it is {-age} ahead of the time given")

    def what_hangs_together(self) -> None:
        """Is what no seal names new? Is every event that another rests on here, as it was? Is closing the last act?"""
        originals, sealed = {digest: key for key, digest in self.named.items()}, len(self.events)
        for key, place in [] if self.blind else [*self.keys.items()]:
            if key not in self.named and not (place and not place[1]):
                body = self.read(key) or b""
                copied = originals.get(sha256(body).hex())
                if self.must(not copied, "REPLAYED_OBJECT", key, f"it is a copy of {copied}"):
                    self.must(place, "FOREIGN_OBJECT", key, "its name is that of no object") and self.object(key, body, None)
                    self.named[key] = sha256(body).hex()  # what follows it in its lane continues it
        self.notes["{} events are not sealed yet."] += len(self.events) - sealed
        for key in [] if self.blind else self.gaps:
            self.must(False, "LANE_CHAIN_BROKEN", key, "it does not continue the object before it")
        for event, identity, leaf in [] if self.blind else self.links:
            here = self.events.get(identity, b"")[:32] == leaf or (identity, leaf) in self.copies
            self.must(here, "BROKEN_LINK", event, f"it rests on {identity.hex()}, which is not here as it was")
        closed = self.last_act[1] or not self.options.closed
        self.must(closed, "NOT_CLOSED", self.last_act[0] or "nothing", "study.closed is not the last act")

    def artefacts_as_recorded(self) -> None:
        """Is every artefact, by its opaque ref, here as it was recorded last?"""
        study, restricted, files = self.options.artefacts, self.options.keys, dict[str, Path]()
        if not study:
            return
        codes = {code.name: code.read_text() for code in (restricted / "codes" / "artefacts").iterdir()}
        for top, prefix in ((study, ""), (restricted, "restricted/")):
            for file in (Path(folder, name) for folder, _, names in os.walk(top) for name in names):
                path = prefix + file.relative_to(top).as_posix()
                record, long = re.fullmatch(r"records/[^/]+/([0-9a-f-]{36})\.json", path), sha256(path.encode()).hex()
                files[f"r{record[1]}" if record else codes.get(quote(path, safe=""), codes.get(long, ""))] = file
        for ref, recorded in sorted(self.artefacts.items()):
            key, keyed, file = restricted / "keys" / f"{ref}.key", recorded[88:], files.get(ref)
            if file and (key.exists() or not keyed):
                body = file.read_bytes()
                digest = hmac.new(key.read_bytes(), body, "sha256").hexdigest() if keyed else sha256(body).hex()
                self.must(digest == recorded[24:88], "ARTEFACT_ALTERED", ref, f"not as recorded on {recorded[:24]}")
            elif self.must(ref in self.erased, "ARTEFACT_MISSING", ref, "its file or its key is not here"):
                self.notes[f"{ref} erased ({self.erased[ref]})"] = 1

    def proof(self) -> None:
        """Is one event in the tree that a checkpoint signs: by its line, its path and that checkpoint alone?"""
        try:
            [given] = parsed(Path(self.top).read_bytes().decode().removesuffix("\n"))
            leaf, size, event = sha256(b"\x00" + given["event"].encode()), given["size"], EVENT(given["event"])
            self.event(event, leaf, *parsed(event[6]), "")  # type: ignore[index]
            root = root_above(leaf, given["index"], size, [bytes.fromhex(node) for node in given["path"]]).hex()
            self.given = {f"cosignatures/{size:012d}.{line.split()[1]}": f"{line}\n".encode() for line in given["cosignatures"]}
            self.given[f"checkpoints/{size:012d}"] = given["checkpoint"].encode()
        except (*SHAPE, OSError):
            self.must(False, "PROOF_INVALID", self.top, "it is not written like a proof")
            return
        self.size, self.roots, doubt = size, {size: root}, self.doubt(size, root).replace("ROOT_MISMATCH", "PROOF_INVALID")
        self.must(not doubt, doubt, self.top, "its path does not lead to a root that this key signed", blinds=True)
        self.end_of_the_trail()

# (6) The command line.
def public_key(text: str, kind: int) -> Key:
    name, identity, value = (Path(text).read_text() if Path(text).is_file() else text).strip().split("+", 2)
    public = base64.b64decode(value, validate=True)
    if public[0] != kind or sha256(name.encode() + b"\n" + public)[:4].hex() != identity or not point(public[1:]):
        raise ValueError("another type, or damaged")
    return name, bytes.fromhex(identity), public

def listing(file: str) -> dict[str, list[str]]:
    """The versions of each object, by its key in the trail; "" for a delete marker."""
    listed, found = json.loads(Path(file).read_bytes()), dict[str, list[str]]()
    for version in [*(listed.get("Versions") or []), *(listed.get("DeleteMarkers") or [])]:
        found.setdefault(version["Key"], []).append(version["VersionId"] if "Size" in version else "")
    prefix = min((key[:-20] for key in found if re.search(r"(^|/)seals/\d{8}\.jsonl$", key)), key=len)
    return {key.removeprefix(prefix): versions for key, versions in found.items()}

OPTIONS: dict[str, tuple[Callable[[str], Any], str]] = {
    "key": (lambda text: public_key(text, ED25519), "the trail's public key (name+id+base64 of type 1), or a file of it"),
    "cosigner": (lambda text: public_key(text, COSIGNATURE), "a countersigner's public key (type 4), or a file of it"),
    "person": (lambda text: public_key(text, ED25519), "a team member's public key (type 1), or a file of it"),
    "versions": (listing, "what `aws s3api list-object-versions` prints for the trail, in a file"),
    "pin": (lambda text: re.findall(r"^(\d{1,15}):([0-9a-f]{64})$", text)[0], "SIZE:ROOT as noted earlier"),
    "now": (time_of, "the time to judge by whether the trail is up to date"),
    "artefacts": (lambda text: os.listdir(text) and Path(text), "the study folder, to compare its files with the trail"),
    "keys": (lambda text: os.listdir(f"{text}/codes") and Path(text), "the restricted folder, to find those files by")}
UNASKED = {
    "artefacts": "NOT_CHECKED {} artefacts: the trail holds their digests, not their bytes.",
    "cosigner": "No --cosigner: {} cosignatures were NOT_CHECKED.",
    "versions": "No --versions: what was deleted or replaced before it was sealed does not show.",
    "pin": "No --pin: the tail is not protected; seals cut off with checkpoints do not show.",
    "now": "No --now: nothing says that this is the latest state of the trail."}

def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a Fieldtrail audit trail.", usage=argparse.SUPPRESS)
    parser.add_argument("place", help="the folder that holds lanes/, seals/ and checkpoints/, or the file of one proof")
    for name, (_, meaning) in OPTIONS.items():
        action = "append" if name in ("cosigner", "person") else "store"
        parser.add_argument(f"--{name}", required=name == "key", action=action, help=meaning)
    for name, meaning in (("closed", "study.closed must be the last act"), ("json", "print the verdict as JSON"),
                          ("progress", "say on standard error how far it is")):
        parser.add_argument(f"--{name}", action="store_true", help=meaning)
    options = parser.parse_args(arguments)
    for name, (reader, meaning) in OPTIONS.items():
        given = getattr(options, name)
        try:
            value = [reader(text) for text in given] if type(given) is list else given is not None and reader(given)
        except (*SHAPE, OSError):
            parser.error(f"--{name} takes {meaning}")
        setattr(options, name, value or {})
    if bool(options.artefacts) != bool(options.keys):
        parser.error("--artefacts and --keys go together")
    check, proof = Verification(options), os.path.isfile(options.place)
    check.proof() if proof else check.run()
    root, seals, events = check.roots.get(check.size, ""), len(check.keys and check.roots), len(check.events)
    verdict = f"FAIL: {len(check.faults)} fault(s)" if check.faults else f"PASS: size {check.size}, root {root}"
    verdict += f"; {events} events, {seals} seals, the last at {check.sealed_at or 'no time'}"
    notes = [note.format(count) for note, count in check.notes.items() if count]
    lines = [*check.faults, *(f"note: {note}" for note in notes), *(f"limit: {text}" for text in LIMITS), verdict]
    lines = lines if check.roots else [*check.faults]  # a folder that is no trail: that one line
    report = {"verdict": verdict[:4], "faults": [*check.faults], "notes": notes, "limits": LIMITS, "lines": lines}
    report |= {"size": check.size, "root": root, "seals": seals, "events": events, "sealed_at": check.sealed_at}
    print(json.dumps(report) if options.json else "\n".join(lines))
    return 1 if check.faults else 0

if __name__ == "__main__":
    raise SystemExit(main())
