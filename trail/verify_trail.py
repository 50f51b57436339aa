# fmt: off
# ruff: noqa: E401, E701, B905, I001 (short bodies stand on the line of their `if`: the whole is one sitting to read)
"""Verify a Fieldtrail audit trail: python3 verify_trail.py PLACE --key trail.vkey, where PLACE is a trail's folder, or
the file of one event's proof. One file, Python's standard library alone (3.9 or newer), nothing shared with the writer.
Keys come from outside of the trail: from the ethics protocol, or a copy kept elsewhere. Exit code: 0 all held, 1 a
fault, 2 wrong arguments. To read: (1) signatures, (2) the one spelling of a line, (3) the hash tree, (4) an event,
(5) the walk over a trail, (6) the command line. docs/audit-trail.md describes the format and every fault."""
from __future__ import annotations
import argparse, base64, hashlib, hmac, json, os, re, sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

# (1) Ed25519 (RFC 8032, section 5.1). Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a: Any, b: Any) -> Any:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    s, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, t - s, t + s, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P
def point(encoded: bytes) -> tuple[int, ...]:
    """The point of 32 bytes; ValueError when they encode none (5.1.3)."""
    y, sign = int.from_bytes(encoded, "little") & (2**255 - 1), encoded[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign) or len(encoded) != 32: raise ValueError("not a point")
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
Key = tuple[str, bytes, bytes]  # name, key id, public key after its type (C2SP signed-note): 1, or 4 with a time

def vouches(key: Key, text: bytes, line: bytes) -> bool:
    """Is this line, `— name base64(key id, a cosignature's time, signature)`, that key's signature over a text?"""
    try: raw = base64.b64decode(line[line.rindex(b" ") + 1 : -1], validate=True)
    except ValueError: return False
    time, timed = raw[4:-64], key[2][0] == 4  # C2SP tlog-cosignature
    signed = b"cosignature/v1\ntime %d\n%s" % (int.from_bytes(time, "big"), text) if timed else text
    written = f"— {key[0]} {base64.b64encode(key[1] + raw[4:]).decode()}\n".encode()
    return line == written and len(time) == 8 * timed and signature_holds(key[2][1:], signed, raw[-64:])

# (2) Lines: RFC 8785 canonical JSON, no floats, integers below 2^53, ASCII keys. A line must spell itself again.
def integer(text: str) -> int:
    if not -(2**53) < int(text) < 2**53: raise ValueError("a big integer")  # int refuses a float
    return int(text)
read = json.JSONDecoder(parse_int=integer, parse_float=integer, parse_constant=integer).raw_decode
spell = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
other_key = re.compile(r'[^\x00-\x7f](?:[^"\\]|\\.)*":').search

def parsed(*texts: str) -> list[dict[str, Any]]:
    """The object each text spells. All are spelled again at once: as strict, for each ends where its brace closes."""
    values, together = [read(text)[0] for text in texts], ",".join(texts)
    objects = not {type(value) for value in values} - {dict} and (together.isascii() or not other_key(together))
    if not objects or spell(values) != f"[{together}]": raise ValueError("another spelling")
    return values

# (3) The tree of RFC 6962, section 2.1, kept as its frontier: the roots of its full subtrees, largest first.
def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
def grown(nodes: list[bytes], size: int, leaves: list[bytes]) -> list[bytes]:
    for at, node in enumerate(leaves, size):
        while at & 1: node, at = sha256(b"\x01" + nodes.pop() + node), at >> 1
        nodes.append(node)
    return nodes
def root_of(frontier: list[bytes]) -> bytes:
    return sha256(b"\x01" + frontier[0] + root_of(frontier[1:])) if frontier[1:] else frontier[0]
def root_above(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root over the leaf at that index in a tree of that size, by its audit path (2.1.1)."""
    if not 0 <= index < size or (size == 1 and path): raise ValueError("another path")
    if size == 1: return node
    left = 1 << (size - 1).bit_length() - 1
    if index < left: return sha256(b"\x01" + root_above(node, index, left, path[:-1]) + path[-1])
    return sha256(b"\x01" + path[-1] + root_above(node, index - left, size - left, path[:-1]))

# (4) An event: these fields, written so. `data` depends on the kind; only its spelling is looked at.
CODE, HASH, COUNT = r"[A-Za-z0-9][\w.+-]{0,63}", "[0-9a-f]{64}", r"(?:0|[1-9]\d{0,14})"
ID, DAY, TIME = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"\d{4}-\d\d-\d\d", r"T\d\d:\d\d:\d\d\.\d{3}Z"
DIGEST = rf'(?:"hmac":"{HASH}","ref":"{CODE}"|"ref":"{CODE}","sha256":"{HASH}")'
REFERENCE = rf'{{"bytes":{COUNT},{DIGEST}(?:,"version_id":"[!#-\[\]-~]*")?}}'
CAUSE, SUBJECT = rf'{{"id":"{ID}","leaf":"{HASH}"}}', rf'{{"id":"{CODE}","type":"{CODE}"}}'
CAUSES, REFERENCES, SUBJECTS = (rf"\[((?:{item}(?:,{item})*)?)\]" for item in (CAUSE, REFERENCE, SUBJECT))
EVENT: Any = re.compile(rf'{{"actor":{{"assurance":"(declared|authenticated|signed)","id":"({CODE})","role":"{CODE}"'
    rf'(?:,"signature":"([A-Za-z0-9+/]{{86}}==)")?,"type":"(person|service)"}},"causes":{CAUSES},"data":({{.*?}}),'
    rf'"generated":{REFERENCES},"id":"({ID})","kind":"([a-z_.]+)","occurred":"({DAY}(?:{TIME})?)",'
    rf'"recorded_at":"({DAY}{TIME})","run":{{"attempt":{COUNT},"code":"{CODE}","deployment":"{CODE}","flow":"{CODE}",'
    rf'"flow_run_id":"{CODE}"}},"subject":{SUBJECTS},"used":{REFERENCES},"v":1}}', re.ASCII).fullmatch
causes_in = re.compile(r'"id":"([^"]+)","leaf":"([^"]+)"').findall
refs_in = re.compile('"ref":"([^"]+)"').findall
references_in = re.compile(r'(?:"hmac":"(\w+)",)?"ref":"([^"]+)"(?:,"sha256":"(\w+)")?').findall

# (5) The trail.
KEY = re.compile(  # lane and number of an object; number of a seal; size of a checkpoint; size of a cosignature
    r"lanes/[\d-]{10}/([A-Za-z0-9][\w-]{0,79}\.\d{1,6}(?:-[0-9a-f]{8})?)/(\d{6})\.jsonl|seals/(\d{8})\.jsonl|"
    r"checkpoints/(\d{12})|cosignatures/(\d{12})\..+", re.ASCII).fullmatch
SLACK, STALE, EARLIEST = timedelta(minutes=15), timedelta(hours=36), "1970-01-01T00:00:00Z"
SHAPE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # of misshapen fields
MARKS = {"late": "{} objects arrived after their lane was given up.",
         "skew_s": "{} objects were stored over 15 minutes from when they say they were recorded.",
         "rejected": "{} objects were rejected by the sealer and are no part of the trail."}
LIMITS = ("Integrity is not truth: an unaltered record may have been wrong from the start.",
    "Who acted is as declared, unless an entry is signed.",
    "`occurred` is somebody's statement; only `recorded_at` is anchored, in a directory by countersigner or pin alone.",
    "An act never recorded is invisible; what is older than the trail's first day was entered in retrospect.",
    "Before sealing, loss shows only through the versions of a store on S3.",
    "The holder of the key can rewrite everything that no countersigner and no pin has seen.",
    "Linked is not supported: whether evidence bears out a claim is the auditor's judgement.",
    "After an erasure a branch is only a commitment; what remains is personal while anybody can relink it.")
def time_of(text: str) -> datetime: return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()
def fault_in(key: str, lines: list[bytes]) -> tuple[str, str, str]:
    for at, line in enumerate(lines, 1):
        try: parsed(line.decode())
        except SHAPE: return "NOT_CANONICAL", key, f"line {at}"
        if at > 1 and not EVENT(line.decode()): return "NOT_AN_EVENT", key, f"line {at}"
    return "NOT_AN_EVENT", key, "no such time"

class Verification:
    """One walk over a trail; after a fault it goes on from what is signed, so that one edit gives one fault."""
    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.origin, self.top = options, options.key[0], options.place
        self.faults, self.told, self.notes = dict[str, None](), set[str](), Counter[str]()  # told: no more of these
        self.keys, self.given = dict[str, Any](), dict[str, bytes]()  # files; what a proof holds
        self.tree: list[bytes] | None = []  # the frontier; None: not known until a signed seal gives it again
        self.blind, self.leaves = False, list[bytes]()  # blind: something is missing or altered
        self.previous = self.sealed_at = ""  # of the seal before: its SHA-256 ("?": not known), its time
        self.size, self.roots, self.named = 0, dict[int, str](), dict[str, str]()  # roots by size; objects' SHA-256
        self.objects, self.events = list[str](), dict[bytes, bytes]()  # event id: number of object, line, leaf, copies'
        self.links = list[tuple[str, bytes, bytes]]()  # event, id and leaf of one it rests on that was not seen yet
        self.artefacts, self.erased = dict[str, str](), dict[str, str]()  # ref: time and digest recorded last; erasure
        self.last_act = "", False  # when, and whether it closed the study
    def must(self, holds: object, fault: str, where: str, what: str, *, blinds: bool = False) -> bool:
        """Say a fault unless something holds; one that blinds leaves the tree unknown until a signed seal states it."""
        if not holds and not self.told & {where, fault}: self.faults[f"{fault} {where} ({what})"] = None
        if not holds: self.told |= {"EXTRA_VERSION": {where}, "SIGNATURE_INVALID": {fault}}.get(fault, set())
        if not holds and blinds: self.blind, self.tree, self.previous = True, None, "?"
        return bool(holds)
    def read(self, key: str) -> bytes | None:
        try: return self.given.get(key) or Path(self.top, key).read_bytes()
        except OSError: return None

    def run(self) -> None:
        walks = (os.walk(f"{self.top}/{part}") for part in ("lanes", "seals", "checkpoints", "cosignatures"))
        files = (f"{folder}/{name}" for walk in walks for folder, _, names in walk for name in names if name[0] != ".")
        self.keys = {key: KEY(key) for key in sorted(file[len(self.top) + 1:].replace(os.sep, "/") for file in files)}
        for key, ids in self.options.versions.items():
            self.must(ids == ids[:1] != [""] or not KEY(key), "EXTRA_VERSION", key, f"{len(ids)} versions or deletions")
        seals, signed = ([int(at[part]) for at in self.keys.values() if at and at[part]] for part in (3, 4))
        what = f"no {'checkpoint' if seals else 'seal'}: name the folder that holds lanes/, seals/, checkpoints/"
        if not self.must(seals and signed, "NO_TRAIL", self.top, what): return
        for number, due in zip(seals, [0, *(seal + 1 for seal in seals)]):
            self.must(number == due, "SEAL_GAP", f"seals/{due:08d}.jsonl", f"{number - due} missing", blinds=True)
            try: self.seal(f"seals/{number:08d}.jsonl", number)
            except SHAPE: self.must(False, "SEAL_UNREADABLE", f"seals/{number:08d}.jsonl", "it is no seal", blinds=True)
            if self.options.progress and number % 20 == 0: print(f"{number} of {seals[-1]} seals", file=sys.stderr)
        self.end_of_the_trail()
        originals, sealed = {digest: key for key, digest in self.named.items()}, len(self.events)
        for key, place in [] if self.blind else [*self.keys.items()]:
            if key in self.named or (place and not place[1]): continue
            copied = originals.get(sha256(self.read(key) or b"").hex())
            self.must(not copied, "REPLAYED_OBJECT", key, f"it is a copy of {copied}")
            if not copied and self.must(place, "FOREIGN_OBJECT", key, "its name is that of no object"):
                self.object(key, self.read(key) or b"", None)
        self.notes["{} events are not sealed yet."] += len(self.events) - sealed
        for event, identity, leaf in [] if self.blind else self.links:
            self.must(leaf in self.events.get(identity, b""), "BROKEN_LINK", event, f"it rests on {identity.hex()}")
        self.notes["Links, and objects that no seal names, were not looked at: something is missing."] = self.blind
        self.must(self.last_act[1] or not self.options.closed, "NOT_CLOSED", self.last_act[0], "not study.closed")
        if self.options.artefacts: self.artefacts_as_recorded(self.options.artefacts, self.options.keys)
        else: self.notes["NOT_CHECKED {} artefacts: the trail holds their digests only."] = len(self.artefacts)

    def seal(self, key: str, number: int) -> None:
        """Is the seal in its place, are its objects as it says, is the tree after it the signed one?"""
        body = self.read(key) or b""
        header, *rows, last = parsed(*body.decode().removesuffix("\n").split("\n"))
        if not self.must(header["log"] == self.origin, "ANOTHER_TRAIL", self.top, header["log"], blinds=True): return
        size, sealed_at, frontier = last["size"], time_of(header["sealed_at"]), [*map(bytes.fromhex, last["frontier"])]
        n, root = sum(row.get("n", 0) for row in rows), root_of(frontier).hex()
        numbers = (header["v"], header["seq"], header["n"], header["first"] + n + 1, body[-1:], root)
        if numbers != (1, number, n, size, b"\n", last["root"]): raise ValueError("contradictions")
        follows, back = self.previous in ("?", header["prev"] or ""), time_of(self.sealed_at or EARLIEST) - sealed_at
        self.must(follows, "SEAL_CHAIN_BROKEN", key, "it does not continue the seal before it")
        self.must(back <= timedelta(), "CLOCK_BACKWARDS", key, f"{back} before the seal before it")
        before, self.leaves = dict(self.faults), []
        for row in rows: self.row(row, key, sealed_at)
        self.leaves.append(sha256(b"\x00" + body[:body.rindex(b"\n", 0, -1) + 1]))
        seen = self.tree is None or (self.size + len(self.leaves), grown([*self.tree], self.size, self.leaves))
        agrees, self.roots[size] = seen in (True, (size, frontier)), root
        self.faults = self.faults if agrees else before  # otherwise its rows are not believed
        doubt = self.doubt(self.options.key, f"checkpoints/{size:012d}", size)
        if self.must(agrees, "ROOT_MISMATCH", key, "its objects and lines give another root than it says", blinds=True):
            self.must(not doubt, doubt, f"checkpoints/{size:012d}", "with the key given it does not vouch for its seal")
        self.tree = frontier if not doubt or (self.tree is not None and doubt != "ROOT_MISMATCH") else None
        self.previous, self.sealed_at, self.size = sha256(body).hex(), header["sealed_at"], size

    def doubt(self, key: Key, place: str, size: int) -> str:
        """What is wrong with that key's signature over the tree of that size (C2SP tlog-checkpoint)? Empty: none."""
        root, note = base64.b64encode(bytes.fromhex(self.roots[size])).decode(), self.read(place)
        text = f"{self.origin}\n{size}\n{root}\n".encode()
        if note is None: return "CHECKPOINT_MISSING"
        if place[:2] == "ch" and not note.startswith(text): return "ROOT_MISMATCH"
        return "" if vouches(key, text, note.removeprefix(text + b"\n")) else "SIGNATURE_INVALID"

    def row(self, row: dict[str, Any], seal: str, sealed_at: datetime) -> None:
        """Is an object there, with the bytes its row says, not younger than its seal?"""
        key, digest = row["key"], row.get("sha256", "")  # a rejected object has no hash
        self.must(key not in self.named, "REPLAYED_OBJECT", key, "it is sealed a second time")
        self.named[key] = digest
        self.notes.update(note for mark, note in MARKS.items() if mark in row)
        if "rejected" in row: return
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
            data, times = parsed(*(event[6] for event in events)), {event[11] for event in events}
            recorded = time_of(min(times, default=EARLIEST))
        except SHAPE:
            self.blind = not self.must(False, *fault_in(key, lines))
            return time_of(EARLIEST)
        for at, event in enumerate(events):
            where = "not sealed yet" if first is None else f"event {first + at}"
            self.event(event, (number << 24 | at + 1).to_bytes(8, "big") + leaves[at], data[at], where)
        lane, seq = (place[1], int(place[2])) if place and place[1] else ("", 0)
        wanted = {"lane": lane, "log": self.origin, "n": len(events), "prev": header.get("prev"), "seq": seq, "v": 1}
        fits = header == wanted and len(times) == 1 and body[-1:] == b"\n" and max(map(len, lines)) <= 65536
        self.must(fits, "MALFORMED_OBJECT", key, "its header is not that of an object in this place")
        prior = self.named.get(f"{key[:-12]}{seq - 1:06d}.jsonl", "?") if seq else None
        continues = self.blind or not fits or prior in ("", header["prev"])
        self.must(continues or first is None, "LANE_CHAIN_BROKEN", key, "it does not continue the object before it")
        before, fault = time_of(self.sealed_at or EARLIEST) - recorded, "UNSEALED_OLD" if first is None else "BACKDATED"
        self.must(before <= SLACK, fault, key, f"recorded {before} before a seal that does not name it")
        return recorded

    def event(self, event: Any, stored: bytes, data: dict[str, Any], where: str) -> None:
        """Note what later questions need of an event; ask who signed it, and what its id says elsewhere."""
        assurance, actor, signature, typed, causes, _, made, name, kind, _, recorded_at, about, used = event.groups()
        identity = bytes.fromhex(name.replace("-", ""))
        known = self.events.setdefault(identity, stored)
        if known is not stored and stored[8:] not in known:  # another copy
            self.events[identity] += stored[8:]
            number, line = divmod(int.from_bytes(known[:8], "big"), 1 << 24)
            first: Any = EVENT((self.read(self.objects[number]) or b"").split(b"\n")[line].decode())
            same = len({copy[10] for copy in (first, event) if len(copy[10]) == 10}) < 2  # occurred, where it is a day
            same = same and all(first[part] == event[part] for part in (6, 7, 9, 12))  # data, generated, kind, subject
            self.must(same, "ID_CONFLICT", name, "two events with this id say different things")
        for cause, its_leaf in causes_in(causes) if causes else ():
            link = bytes.fromhex(cause.replace("-", "")), bytes.fromhex(its_leaf)
            if link[1] not in self.events.get(link[0], b""): self.links.append((name, *link))
        if not self.options.artefacts: self.artefacts.update(dict.fromkeys(refs_in(used + made), ""))
        for keyed, ref, plain in references_in(used + made) if self.options.artefacts else ():
            if self.artefacts.get(ref, "")[:24] <= recorded_at:
                self.artefacts[ref] = f"{recorded_at}{keyed or plain}{keyed and 'k'}"
        if assurance == "signed":
            keys = [public[1:] for person, _, public in self.options.person if (person, "person") == (actor, typed)]
            text = b"fieldtrail act v1\n" + event[0].replace(f',"signature":"{signature}"', "", 1).encode()
            holds = any(signature_holds(key, text, base64.b64decode(signature or "")) for key in keys)
            self.notes["{} signed entries were NOT_CHECKED: no --person key."] += not keys
            self.must(holds or not keys, "SIGNED_ACT_INVALID", name, f"{actor} did not sign this line")
        if kind == "claim.asserted":
            claim = about.split('"')[3] if about else name
            self.must(causes or used, "CLAIM_UNTRACED", claim, "it names nothing it rests on")
        elif kind == "erasure.executed": self.erased.update(dict.fromkeys(data.get("refs", ()), where))
        if kind != "run.closed": self.last_act = max(self.last_act, (recorded_at, kind == "study.closed"))

    def end_of_the_trail(self) -> None:
        """Is this all: by checkpoints, countersigners (an old cosignature says nothing of a tail), pin, clock?"""
        options, size, cosigned = self.options, self.size, sum(key[:2] == "co" for key in [*self.keys, *self.given])
        for note, count in (
            ("No --pin: the tail is not protected; seals cut off with checkpoints do not show.", not options.pin),
            ("No --now: nothing says that this is the latest state of the trail.", not options.now),
            ("No --versions: what was deleted or replaced before it was sealed does not show.", not options.versions),
            ("There is no countersigner: only the key's holder vouches for the trail.", not cosigned),
            ("{} cosignatures were NOT_CHECKED.", 0 if options.cosigner else cosigned)): self.notes[note] = count
        for key, place in self.keys.items():
            stated, here = int((place and (place[4] or place[5])) or size), f"the seals here end at {size}"
            self.must(stated <= size or self.tree is None, "TAIL_TRUNCATED", key, here, blinds=True)
            known = self.blind or stated > size or stated in self.roots
            self.must(known, "CHECKPOINT_WITHOUT_SEAL", key, "no seal ends at this size")
        for key in options.cosigner if self.tree is not None else ():
            vouched = (at for at in [*self.roots][::-1] if not self.doubt(key, f"cosignatures/{at:012d}.{key[0]}", at))
            last = next(vouched, 0)
            what = f"it vouches for the first {last} leaves, not for the {size - last} after them"
            self.must(last == size, "COSIGNATURE_MISSING", key[0], what)
        pinned, root = options.pin or (size, self.roots.get(size, "none"))
        here, mute, where = self.roots.get(pinned, "none"), self.given and pinned != size, f"{pinned}:{root}"
        if self.must(pinned <= size or mute, "ROLLBACK", where, f"the pin has seen more than the {size} leaves here"):
            self.must(here == root or mute, "FORK", where, f"the root here at that size: {here}")
        age = options.now - time_of(self.sealed_at or EARLIEST) if options.now else timedelta()
        self.must(age <= STALE or options.closed, "STALE", self.sealed_at, f"it is {age} old, and one a day is due")
        self.must(age >= -SLACK, "SEAL_TIME_DISAGREES", self.sealed_at, f"it is {-age} ahead of the time given")

    def artefacts_as_recorded(self, study: Path, restricted: Path) -> None:
        """Is every artefact, by its opaque ref, here as it was recorded last?"""
        codes = {code.name: code.read_text(errors="replace") for code in (restricted / "codes" / "artefacts").iterdir()}
        files: dict[str, Path] = {}
        for top, prefix in ((study, ""), (restricted, "restricted/")):
            for file in (Path(folder, name) for folder, _, names in os.walk(top) for name in names):
                path = prefix + file.relative_to(top).as_posix()
                record, long = re.fullmatch(r"records/[^/]+/([0-9a-f-]{36})\.json", path), sha256(path.encode()).hex()
                files[f"r{record[1]}" if record else codes.get(quote(path, safe=""), codes.get(long, ""))] = file
        part = self.options.part and files.keys() & self.artefacts.keys()  # something must be here to look at
        for ref, recorded in sorted(self.artefacts.items()):
            here, key, said, keyed = files.get(ref), restricted / "keys" / f"{ref}.key", recorded[24:88], recorded[88:]
            if here and (key.exists() or not keyed):
                now = hmac.digest(key.read_bytes(), here.read_bytes(), "sha256") if keyed else sha256(here.read_bytes())
                self.must(now.hex() == said, "ARTEFACT_ALTERED", ref, f"not as recorded on {recorded[:24]}")
            elif part and not here: self.notes["{} artefacts were NOT_CHECKED: this is a part of the study."] += 1
            elif self.must(ref in self.erased, "ARTEFACT_MISSING", ref, "its file or its key is not here"):
                self.notes[f"{ref} erased ({self.erased[ref]})"] = 1

    def proof(self) -> None:
        """Is one event in the tree that a checkpoint signs: by its line, its path and that checkpoint alone?"""
        try:
            [given] = parsed(Path(self.top).read_bytes().decode().removesuffix("\n"))
            leaf, size, event = sha256(b"\x00" + given["event"].encode()), given["size"], EVENT(given["event"])
            for data in parsed(event[6]): self.event(event, bytes(8) + leaf, data, "")
            self.size, path = size, [bytes.fromhex(node) for node in given["path"]]
            self.roots[size] = root_above(leaf, given["index"], size, path).hex()
            self.given, notes = {f"checkpoints/{size:012d}": given["checkpoint"].encode()}, given["cosignatures"]
            self.given |= {f"cosignatures/{size:012d}.{note.split()[1]}": f"{note}\n".encode() for note in notes}
            doubt = self.doubt(self.options.key, f"checkpoints/{size:012d}", size)
        except (*SHAPE, OSError): doubt = "PROOF_INVALID"
        doubt = doubt.replace("ROOT_MISMATCH", "PROOF_INVALID")
        self.must(not doubt, doubt, self.top, "it does not lead from an event to a root the key signed", blinds=True)
        if self.given: self.end_of_the_trail()

# (6) The command line.
def public_key(text: str, kind: int) -> Key:
    name, identity, value = (Path(text).read_text() if Path(text).is_file() else text).strip().split("+", 2)
    public = base64.b64decode(value, validate=True)
    if public[0] != kind or sha256(name.encode() + b"\n" + public)[:4].hex() != identity or not point(public[1:]):
        raise ValueError("another type, or damaged")
    return name, bytes.fromhex(identity), public
def listing(file: str) -> dict[str, list[str]]:  # versions by the key in the trail; "" for a delete marker
    listed, found = json.loads(Path(file).read_bytes()), dict[str, list[str]]()
    for version in [*(listed.get("Versions") or []), *(listed.get("DeleteMarkers") or [])]:
        found.setdefault(version["Key"], []).append(version["VersionId"] if "Size" in version else "")
    if not found: raise ValueError("nothing listed")
    prefix = min((key[:-20] for key in found if re.search(r"(^|/)seals/\d{8}\.jsonl$", key)), key=len, default="")
    return {key.removeprefix(prefix): versions for key, versions in found.items()}
OPTIONS: dict[str, Any] = {  # how each is read, and what it takes
    "key": (lambda text: public_key(text, 1), "the trail's public key (name+id+base64, type 1), or its file"),
    "cosigner": (lambda text: public_key(text, 4), "a countersigner's public key (type 4), or its file"),
    "person": (lambda text: public_key(text, 1), "a team member's public key (type 1), or its file"),
    "versions": (listing, "what `aws s3api list-object-versions` prints for the trail, in a file"),
    "pin": (lambda text: (int(text.split(":")[0]), re.findall("^[0-9]+:([0-9a-f]{64})$", text)[0]), "SIZE:ROOT"),
    "now": (time_of, "the time to judge by whether the trail is up to date"),
    "artefacts": (lambda text: [os.listdir(text)] and Path(text), "the study folder, with --keys"),
    "keys": (lambda text: [os.listdir(f"{text}/codes/artefacts")] and Path(text), "the restricted folder")}
def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a Fieldtrail audit trail.", usage=argparse.SUPPRESS)
    parser.add_argument("place", help="the folder that holds lanes/, seals/ and checkpoints/, or the file of one proof")
    for name, (_, meaning) in OPTIONS.items():
        action = "append" if name in ("cosigner", "person") else "store"
        parser.add_argument(f"--{name}", required=name == "key", action=action, help=meaning)
    for name in ("closed", "json", "part", "progress"): parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args(arguments)
    for name, (reader, meaning) in OPTIONS.items():
        given = getattr(options, name)
        try: value = [reader(text) for text in given] if type(given) is list else given is not None and reader(given)
        except (*SHAPE, OSError): parser.error(f"--{name} takes {meaning}")
        setattr(options, name, value or {})
    if bool(options.artefacts) != bool(options.keys): parser.error("--artefacts and --keys go together")
    check, proof = Verification(options), os.path.isfile(options.place)
    check.proof() if proof else check.run()
    verdict = f"FAIL: {len(check.faults)} fault(s)" if check.faults else f"PASS: size {check.size}"
    report: dict[str, Any] = {"verdict": verdict[:4], "faults": [*check.faults], "limits": LIMITS, "size": check.size}
    report |= {"root": check.roots.get(check.size, ""), "events": len(check.events), "sealed_at": check.sealed_at}
    report |= {"seals": len(check.keys and check.roots), "notes": [k.format(n) for k, n in check.notes.items() if n]}
    verdict += ", root {root}; {events} events, {seals} seals, the last at {sealed_at}".format(**report)
    told = [*(f"note: {note}" for note in report["notes"]), *(f"limit: {text}" for text in LIMITS), verdict]
    report["lines"] = [*check.faults, *(told if check.roots else [])]  # a folder that is no trail: that one line
    print(json.dumps(report) if options.json else "\n".join(report["lines"]))
    return 1 if check.faults else 0
if __name__ == "__main__": raise SystemExit(main())
