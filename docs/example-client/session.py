"""Sessions: dialing, the handshake, keep-alive, requests and their end ("Handshake", "Sessions")."""

import select
import socket
import sys
import time

from frames import (
    BULK, GONE_AFTER, HANDSHAKE, PING_AFTER, QUESTIONS, Breach, Connection, Failure, Over, failure_of, field,
)  # fmt: skip
from identity import proved_id


class Session:
    """A control connection after its handshake, with the lane that a transfer may have ("Handshake", "Sessions")."""

    def __init__(self, connection, identity, is_dialer, peer_id=None, address=None):
        self.control, self.identity, self.is_dialer, self.address = connection, identity, is_dialer, address
        self.peer_id, self.lane = peer_id, None
        self.next_id = 1 if is_dialer else 2
        self.highest_of_peer = 0
        who = {
            "app": "hexdrop example client", "alias": socket.gethostname()[:64] or "python",
            "deviceId": identity.device_id, "platform": sys.platform[:32],
        }  # fmt: skip
        try:
            said = self._greet(who) if is_dialer else self._answer(who)
            claimed = field("the handshake", said, "deviceId", str, 64, 64)
            if peer_id not in (None, claimed):
                raise Breach("identity-mismatch", "The peer claims a device id that its key does not have.")
        except Breach as breach:
            self.fail(breach)
            raise
        self.peer_id, self.alias = claimed, field("the handshake", said, "alias", str, 1, 64)
        connection.is_established = True

    def _greet(self, who):
        self.control.send("HELLO", 0, {"versions": [1], **who, "capabilities": ["lane"], "digests": ["sha256"]})
        welcome = first_frame(self.control, "WELCOME").payload
        if welcome.get("version") != 1:
            raise Breach("version-unsupported", "This client speaks version 1.")
        if welcome.get("digest") != "sha256":
            raise Breach("bad-payload", "WELCOME chose a digest that HELLO did not offer.")
        self.has_lanes = "lane" in field("WELCOME", welcome, "capabilities", list, 0, 64)
        return welcome

    def _answer(self, who):
        hello = first_frame(self.control, "HELLO").payload
        if 1 not in field("HELLO", hello, "versions", list, 1, 16):
            raise Breach("version-unsupported", "This client speaks version 1.")
        if "sha256" not in field("HELLO", hello, "digests", list, 1, 16):
            raise Breach("bad-payload", "HELLO must offer sha256.")
        self.has_lanes = "lane" in field("HELLO", hello, "capabilities", list, 0, 64)
        common = ["lane"] if self.has_lanes else []
        self.control.send("WELCOME", 0, {"version": 1, **who, "capabilities": common, "digest": "sha256"})
        return hello

    def next(self, timeout=None):
        """The next frame of a request, from either connection; None when `timeout` seconds bring none.

        Answers PING, sends it after ten seconds of silence, and gives up after thirty ("Keep-alive").
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            connections = [each for each in (self.control, self.lane) if each is not None]
            for connection in connections:
                while connection.frames:
                    frame = connection.frames.popleft()
                    if self._concerns_a_request(connection, frame):
                        return frame
            now = time.monotonic()
            wait = PING_AFTER if until is None else max(0, until - now)
            for connection in connections:
                if now - connection.heard_at > GONE_AFTER:
                    raise Breach("peer-silent", "Nothing was heard for thirty seconds.")
                if now - connection.pinged_at > PING_AFTER:
                    connection.pinged_at = now
                    connection.send("PING")
            # What TLS has decrypted already does not wake `select`.
            if any([connection.read() for connection in connections]):
                continue
            if until is not None and now >= until:
                return None
            select.select([connection.socket for connection in connections], [], [], min(wait, 1))

    def _concerns_a_request(self, connection, frame):
        if frame.name == "PING":
            connection.send("PONG")
        elif frame.name == "BYE":
            raise Over
        elif frame.name == "ERROR" and frame.id == 0:
            raise failure_of(frame.payload)
        elif frame.id == 0 and frame.name != "PONG":
            raise Breach("unexpected-frame", f"{frame.name} came after the handshake.")
        # What a lane may carry is checked here; which frames must not come on the control connection, by the sink.
        elif connection is self.lane and frame.name not in BULK | {"PONG"}:
            raise Breach("bad-channel", f"{frame.name} came on a lane.")
        return frame.id != 0

    def ask(self, name, payload, answer):
        """A question and its answer."""
        id = self.open(name, payload)
        frame = self.next()
        if frame.id == id and frame.name == "ERROR":
            raise failure_of(frame.payload)
        if frame.id != id or frame.name != answer:
            raise Breach("unexpected-frame", f"{frame.name} came instead of {answer}.")
        return frame.payload

    def open(self, name, payload):
        id, self.next_id = self.next_id, self.next_id + 2
        self.control.send(name, id, payload)
        return id

    def requested(self, frame):
        """A frame that opens a request of the peer: its id is odd for a dialer, and higher than those before."""
        if frame.id % 2 != (0 if self.is_dialer else 1):
            raise Breach("bad-id", f"{frame.name} was opened with id {frame.id}, which is one of ours.")
        if frame.name not in QUESTIONS | {"OFFER"} or frame.id <= self.highest_of_peer:
            raise Breach("unexpected-frame", f"{frame.name} came for request {frame.id}, which is not open.")
        self.highest_of_peer = frame.id

    def cancel(self, id, failure):
        """Ends a transfer: says CANCEL and drops what still comes of it until the answer is there ("Cancel")."""
        self.control.send("CANCEL", id, {"code": failure.code, "message": str(failure)[:1_000]})
        while True:
            frame = self.next(timeout=GONE_AFTER)
            if frame is None or (frame.id == id and frame.name in ("CANCEL", "DECLINE")):
                return

    def fail(self, breach):
        """Tells the peer what it did wrong and closes."""
        try:
            self.control.send("ERROR", 0, {"code": breach.code, "message": str(breach)[:1_000]})
        except (OSError, Failure):
            pass
        self.close()

    def leave(self):
        self.control.send("BYE")
        self.close()

    def close(self):
        for connection in (self.control, self.lane):
            if connection is not None:
                connection.close()


def first_frame(connection, *names):
    """The first frame of a connection, which must be one of these, within ten seconds. ERROR may come instead."""
    until = time.monotonic() + HANDSHAKE
    while not connection.frames:
        left = until - time.monotonic()
        if left <= 0:
            raise Breach("handshake-timeout", "The peer did not complete the handshake in time.")
        if not connection.read():
            select.select([connection.socket], [], [], left)
    frame = connection.frames.popleft()
    if frame.name == "ERROR":
        raise failure_of(frame.payload)
    if frame.name not in names:
        raise Breach("unexpected-frame", f"{frame.name} came instead of {' or '.join(names)}.")
    return frame


def dial(options, identity, address, channel=0, expected=None):
    """Opens a connection in the mode that was asked for; returns it with the device id that the peer has proved."""
    sock = socket.create_connection(address, HANDSHAKE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if options.plain:
        return Connection(sock, channel), None
    try:
        sock = identity.context("dialer").wrap_socket(sock)
        seen = proved_id(sock)
        # Before a frame is sent.
        if channel == 0:
            identity.meet("%s:%d" % address, seen, expected)
        elif seen != expected:
            raise Failure("identity-mismatch", "The lane leads to another device.")
    except BaseException:
        sock.close()
        raise
    return Connection(sock, channel), seen
