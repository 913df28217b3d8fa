"""Bytes in, frames out, and what may stand in them ("Frames", "Messages", "Notation")."""

import collections
import hashlib
import json
import select
import ssl
import struct
import time

# "Limits"
CHUNK = 262_144
PAGE_ENTRIES = 2_048
PAGE_BYTES = 262_144
PREVIEW_ENTRIES = 8_192
WINDOW_ENTRIES = 65_536
PACK_BYTES = CHUNK + 48
PACK_FILES = 6_554
SHOWN_ROOTS = 100
DEPTH = 512
PING_AFTER, GONE_AFTER, HANDSHAKE = 10, 30, 10

# "Frames": magic, length, type, flags, channel, id. All numbers are big-endian.
HEADER = struct.Struct(">IIBBHI")
MAGIC = 0x48584431
OPTIONAL, LAST = 0x01, 0x02

# "Messages": number, most bytes of payload, whether the id is that of a request (True), 0 (False), or either (None).
SMALL, LARGE = 8_192, 262_144
TYPES = {
    "HELLO": (0x01, SMALL, False), "WELCOME": (0x02, SMALL, False), "PING": (0x03, SMALL, False),
    "PONG": (0x04, SMALL, False), "ERROR": (0x05, SMALL, None), "BYE": (0x06, SMALL, False),
    "LANE": (0x07, SMALL, False), "JOINED": (0x08, SMALL, False), "LIST": (0x10, LARGE, True),
    "LISTING": (0x11, LARGE, True), "STAT": (0x12, LARGE, True), "ENTRY": (0x13, LARGE, True),
    "UNLOCK": (0x14, SMALL, True), "UNLOCKED": (0x15, SMALL, True), "READ": (0x16, LARGE, True),
    "CONTENT": (0x17, CHUNK + 16, True), "TEXT": (0x18, LARGE, True), "TAKEN": (0x19, SMALL, True),
    "GET": (0x20, LARGE, True), "OFFER": (0x21, LARGE, True), "TOTALS": (0x22, SMALL, True),
    "ACCEPT": (0x23, SMALL, True), "DECLINE": (0x24, SMALL, True), "MANIFEST": (0x25, PAGE_BYTES, True),
    "WANT": (0x26, LARGE, True), "DATA": (0x27, PACK_BYTES, True), "PACK": (0x28, PACK_BYTES, True),
    "END": (0x29, 48, True), "SAME": (0x2A, 48, True), "FAULT": (0x2B, SMALL, True), "ACK": (0x2C, SMALL, True),
    "FINISH": (0x2D, SMALL, True), "DONE": (0x2E, SMALL, True), "CANCEL": (0x2F, SMALL, True),
    "PACE": (0x30, SMALL, True),
}  # fmt: skip
NAMES = {number: name for name, (number, _, _) in TYPES.items()}
BINARY = {"CONTENT", "MANIFEST", "DATA", "PACK", "END", "SAME"}
BULK = {"DATA", "PACK", "END", "SAME", "FAULT", "FINISH", "PACE"}
QUESTIONS = {"LIST", "STAT", "UNLOCK", "READ", "TEXT", "GET"}

# "Transfer messages": the sizes of records are on the page.
PAGE = struct.Struct(">III")  # page, first, count
ENTRY = struct.Struct(">BBHIQq16s")  # kind, flags, nameLength, parent, size, mtime, version; the name follows
DATA = struct.Struct(">IIQ32s")  # file, reserved, offset, digest; the content follows. END: file, reserved, size, chain
PACKED = struct.Struct(">II32s")  # file, length, digest; the content follows
FILE, FOLDER, NONE = 1, 2, 0xFFFFFFFF


class Failure(Exception):
    """Something failed; `code` is one of those under "Errors"."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Breach(Failure):
    """The peer broke the rules: it is told so with ERROR, and the session is over."""


class Over(Exception):
    """The peer has said BYE."""


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def shown(text):
    """Text of a peer for people: control and bidirectional characters are escaped."""
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in str(text))


def say(*words):
    print(*words, flush=True)


Frame = collections.namedtuple("Frame", "name id flags payload channel")


class Connection:
    """One TCP connection, encrypted or not: bytes in, frames out ("Frames"). The socket does not block."""

    def __init__(self, sock, channel):
        sock.setblocking(False)
        self.socket, self.channel = sock, channel
        self.buffer = bytearray()
        self.frames = collections.deque()
        self.heard_at = self.pinged_at = time.monotonic()
        self.is_established = False

    def send(self, name, id=0, payload=None, flags=0):
        body = payload if name in BINARY else json.dumps(payload or {}, ensure_ascii=False).encode()
        number = TYPES[name][0]
        view = memoryview(HEADER.pack(MAGIC, len(body), number, flags, self.channel, id) + body)
        while view:
            try:
                view = view[self.socket.send(view):]
            except (BlockingIOError, ssl.SSLWantWriteError):
                if not select.select([], [self.socket], [], GONE_AFTER)[1]:
                    raise Failure("peer-silent", "The peer takes nothing any more.") from None
            except ssl.SSLWantReadError:
                select.select([self.socket], [], [], GONE_AFTER)

    def read(self):
        """Takes what has arrived, which may be part of a frame or many. False when there is nothing at the moment."""
        try:
            delivery = self.socket.recv(1 << 18)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        if not delivery:
            raise Failure("connection-lost", "The peer closed the connection without BYE.")
        self.heard_at = self.pinged_at = time.monotonic()
        self.buffer += delivery
        while self._take():
            pass
        return True

    def _take(self):
        buffer = self.buffer
        magic = bytes(buffer[:4])
        if magic != MAGIC.to_bytes(4, "big")[: len(magic)]:
            raise Breach("bad-magic", f"A frame must start with HXD1, not with {magic.hex()}.")
        if len(buffer) < HEADER.size:
            return False
        # The checks come in the order of the page, before anything is kept for the payload.
        _, length, number, flags, channel, id = HEADER.unpack_from(buffer)
        name = NAMES.get(number)
        if flags & ~(OPTIONAL | LAST) or (flags & LAST and name not in (None, "MANIFEST")):
            raise Breach("bad-flags", f"{name or number} has flags {flags:#x}.")
        if name is None and not flags & OPTIONAL:
            raise Breach("unknown-type", f"Type {number:#x} is not known.")
        limit, of_request = TYPES[name][1:] if name else (262_144, None)
        if length > limit:
            raise Breach("frame-too-large", f"{name or number} announces {length} bytes; {limit} are allowed.")
        if name is None and not self.is_established:
            raise Breach("unexpected-frame", "Nothing is skipped before the handshake is complete.")
        if name is not None and channel != self.channel:
            raise Breach("bad-channel", f"{name} came with channel {channel} on channel {self.channel}.")
        if name is not None and of_request is not None and (id != 0) != of_request:
            raise Breach("bad-id", f"{name} carries id {id}.")
        if len(buffer) < HEADER.size + length:
            return False
        payload = bytes(buffer[HEADER.size : HEADER.size + length])
        del buffer[: HEADER.size + length]
        if name is not None:  # else it is skipped
            self.frames.append(Frame(name, id, flags, payload if name in BINARY else parsed(name, payload), channel))
        return True

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def parsed(name, payload):
    """A JSON payload ("Notation")."""
    try:
        value = json.loads(payload.decode("utf-8"), parse_constant=refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # A lone surrogate, even escaped, cannot be encoded.
    except (ValueError, RecursionError) as error:
        raise Breach("bad-payload", f"{name}: {error}") from None
    if not isinstance(value, dict):
        raise Breach("bad-payload", f"{name}: it must be an object.")
    return value


def field(name, payload, key, kind, low=0, high=2**53 - 1, optional=False):
    """A property in its form. For text and lists, `low` and `high` bound the length."""
    value = payload.get(key)
    if value is None and key not in payload and optional:
        return None
    if kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Breach("bad-payload", f"{name}, {key}: it is no {kind.__name__}.")
    size = value if kind is int else len(value) if kind in (str, list) else None
    if size is not None and not low <= size <= high:
        raise Breach("bad-payload", f"{name}, {key}: {size} is not within {low} and {high}.")
    return value


def failure_of(payload):
    """What ERROR, DECLINE, CANCEL or FAULT says."""
    return Failure(str(payload.get("code", "internal")), str(payload.get("message", "")))
