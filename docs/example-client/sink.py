"""The side of a transfer that receives ("Transfers", "Lanes")."""

import errno
import time

from disk import Arrival, Target
from frames import (
    BULK, CHUNK, DATA, DEPTH, ENTRY, FILE, FOLDER, LAST, NONE, PACKED, PAGE, PAGE_ENTRIES, SHOWN_ROOTS, WINDOW_ENTRIES,
    Breach, Failure, failure_of, field, say, sha256, shown,
)  # fmt: skip
from session import dial, first_frame


def require_component(name):
    """A name must be one component of a path ("Names")."""
    if name in (".", "..") or "/" in name or "\0" in name:
        raise Breach("unsafe-name", f"{shown(name)} is not one component of a path.")


FAULTS = {
    errno.ENOSPC: "disk-full", errno.EDQUOT: "disk-full", errno.EACCES: "permission-denied",
    errno.EPERM: "permission-denied", errno.ENAMETOOLONG: "name-too-long", errno.EEXIST: "file-exists",
    errno.ENOTDIR: "not-a-folder", errno.ELOOP: "symlink-in-path", errno.ENOENT: "file-vanished",
}  # fmt: skip


class Entry:
    """One entry of a manifest at the sink. `is_open`: it is a file that is wanted and not settled."""

    def __init__(self, kind, executable, size, mtime, name, components):
        self.kind, self.executable, self.size, self.mtime = kind, executable, size, mtime
        self.name, self.components = name, components
        self.is_settled = self.is_open = False


class Sink:
    """Takes a transfer into a folder ("Transfers"). What is there already is not touched: it is skipped."""

    def __init__(self, session, options, id, offer, folder, asked=None):
        self.session, self.options, self.id, self.asked = session, options, id, asked
        self.transfer = field("OFFER", offer, "transfer", str, 32, 32)
        self.roots = field("OFFER", offer, "roots", list, 0, SHOWN_ROOTS)
        self.root_count = field("OFFER", offer, "rootCount", int)
        if len(self.roots) != min(self.root_count, SHOWN_ROOTS):
            raise Breach("bad-payload", "OFFER, roots: all entries at the top, or the first hundred of them.")
        for root in self.roots:
            require_component(field("OFFER", root, "name", str, 1, 255))
        self.offered_lane = field("OFFER", offer, "lane", dict, optional=True)
        self.totals = field("OFFER", offer, "totals", dict)
        self.target = Target(folder)
        self.entries, self.pages, self.is_complete, self.is_finished = [], 0, False, False
        self.last = (-1, b"")
        self.settled = self.open = self.roots_seen = 0
        self.acknowledged = (0, 0)
        self.index, self.arrival = None, None  # the file that comes in DATA frames
        self.refused = set()  # files that failed here while their bulk may be on its way
        self.files = self.bytes = self.skipped = self.failed = 0
        self.told_at = 0.0

    def run(self):
        """Accepts, and returns once everything is settled."""
        lane = self.join_lane()
        self.session.control.send("ACCEPT", self.id, {"bulk": "lane" if lane else "inline"})
        try:
            while not (self.is_finished and self.is_complete):
                # ACK tells how far it is several times a second while anything changes.
                frame = self.session.next(timeout=0.1)
                if frame is not None:
                    self.take(frame)
                if frame is None or time.monotonic() - self.told_at > 0.1:
                    self.acknowledge()
            if self.open > 0:
                raise Breach("unexpected-frame", "FINISH came before every wanted file.")
            for entry in reversed(self.entries):
                if entry.kind == FOLDER and entry.components is not None:
                    self.restore_time(entry)
            self.acknowledge()
            done = {"files": self.files, "bytes": self.bytes, "skipped": self.skipped, "failed": self.failed}
            self.session.control.send("DONE", self.id, {**done, "resumedBytes": 0})
            return done
        except KeyboardInterrupt:
            self.session.cancel(self.id, Failure("cancelled", "It was interrupted."))
            raise
        finally:
            self.abandon()
            self.target.close()
            if lane:
                lane.close()
                self.session.lane = None

    def restore_time(self, folder):
        try:
            self.target.set_time(folder.components, folder.mtime)
        except OSError:
            pass  # It is there, and that counts.

    def join_lane(self):
        """Dials the lane that was offered; None when there is none or it cannot be had: then the bulk comes inline."""
        if self.offered_lane is None or not self.session.has_lanes:
            return None
        token = field("OFFER, lane", self.offered_lane, "token", str, 32, 32)
        port = field("OFFER, lane", self.offered_lane, "port", int, 1, 65_535, optional=True)
        host, dialed = self.session.address
        if port is None and not self.session.is_dialer:
            return None
        expected = None if self.options.plain else self.session.peer_id
        lane = None
        try:
            lane, _ = dial(self.options, self.session.identity, (host, port or dialed), 1, expected)
            lane.send("LANE", 0, {"token": token, "deviceId": self.session.identity.device_id})
            first_frame(lane, "JOINED")
        except (OSError, Failure):
            if lane is not None:
                lane.close()
            return None
        lane.is_established = True
        self.session.lane = lane
        say("the bulk comes on a lane")
        return lane

    def take(self, frame):
        if frame.id != self.id:
            raise Breach("unexpected-frame", f"{frame.name} came for request {frame.id} in the middle of a transfer.")
        on_lane = frame.channel != 0
        if frame.name in BULK and on_lane != (self.session.lane is not None):
            raise Breach("bad-channel", f"{frame.name} came on channel {frame.channel}.")
        if self.is_finished and frame.name not in ("MANIFEST", "TOTALS", "FAULT", "CANCEL"):
            raise Breach("unexpected-frame", f"{frame.name} came after FINISH.")
        handlers = {
            "MANIFEST": self.page, "DATA": self.data, "PACK": self.pack, "END": self.end, "FAULT": self.fault,
            "TOTALS": lambda frame: None, "PACE": lambda frame: None, "FINISH": self.finish, "CANCEL": self.cancelled,
        }  # fmt: skip
        if frame.name not in handlers:
            raise Breach("unexpected-frame", f"{frame.name} is not for a source to send now.")
        handlers[frame.name](frame)

    def finish(self, _frame):
        self.is_finished = True

    def cancelled(self, frame):
        self.session.control.send("CANCEL", self.id, {"code": "cancelled", "message": ""})
        raise failure_of(frame.payload)

    # "Manifest" and "WANT"

    def page(self, frame):
        payload, first = frame.payload, len(self.entries)
        if len(payload) < PAGE.size:
            raise Breach("bad-payload", "MANIFEST ends in its prefix.")
        number, index, count = PAGE.unpack_from(payload)
        if count > PAGE_ENTRIES:
            raise Breach("bad-payload", f"MANIFEST has {count} entries.")
        entries, at = [], PAGE.size
        for _ in range(count):
            entry, at = self.read_entry(payload, at)
            entries.append(entry)
        if at != len(payload):
            raise Breach("bad-payload", "MANIFEST has more bytes than it tells.")
        is_last = bool(frame.flags & LAST)
        if self.is_complete or number != self.pages or index != first or (count == 0 and not is_last):
            raise Breach("manifest-order", f"Page {number} with first entry {index} came out of turn.")
        if first + count - self.settled > WINDOW_ENTRIES:
            raise Breach("manifest-too-large", "The manifest runs further ahead than its window allows.")
        self.pages, self.is_complete = self.pages + 1, is_last
        for raw in entries:
            self.add(*raw)
        self.want(first, count)

    def read_entry(self, payload, at):
        if len(payload) < at + ENTRY.size:
            raise Breach("bad-payload", "MANIFEST ends in an entry.")
        kind, flags, length, parent, size, mtime, _ = ENTRY.unpack_from(payload, at)
        at += ENTRY.size
        name = payload[at : at + length]
        if kind not in (FILE, FOLDER) or flags > 1 or not 1 <= length <= 255 or len(name) < length:
            raise Breach("bad-payload", "MANIFEST has an entry without form.")
        if size > 2**53 - 1 or abs(mtime) > 2**59:
            raise Breach("bad-payload", "MANIFEST has a number beyond its range.")
        try:
            return (kind, flags == 1, -1 if parent == NONE else parent, size, mtime, name.decode("utf-8")), at + length
        except UnicodeDecodeError:
            raise Breach("bad-payload", "MANIFEST has a name that is not UTF-8.") from None

    def add(self, kind, executable, parent, size, mtime, name):
        """One entry: in order, below a folder that came before, and agreed to ("Offer")."""
        require_component(name)
        place = (parent, name.encode())
        index = len(self.entries)
        if place <= self.last or parent >= index or (parent >= 0 and self.entries[parent].kind != FOLDER):
            raise Breach("manifest-order", f"Entry {index} is out of order.")
        self.last = place
        above = self.entries[parent].components if parent >= 0 else ()
        if above is not None and len(above) >= DEPTH:
            raise Breach("manifest-depth", f"Entry {index} is too deep.")
        if parent < 0:
            self.roots_seen += 1
            names = self.asked or {root["name"] for root in self.roots}
            is_shown = self.asked is not None or self.root_count <= SHOWN_ROOTS
            if self.roots_seen > self.root_count or (is_shown and name not in names):
                raise Breach("unexpected-frame", f"{shown(name)} was not agreed on.")
        # A folder that failed has no components; what lies below it fails with it.
        components = None if above is None else (*above, name)
        self.entries.append(Entry(kind, executable, size, mtime, name, components))

    def want(self, first, count):
        """Decides about a page: folders are made, files wanted unless there is something of their name."""
        skip = []
        for index in range(first, first + count):
            entry = self.entries[index]
            try:
                if entry.components is None:
                    raise FileNotFoundError(errno.ENOENT, "The folder that holds it failed.")
                if entry.kind == FOLDER:
                    self.target.make_folder(entry.components)
                    self.settle(entry)
                elif self.target.holds(entry.components):
                    skip.append([index, 1])
                    self.skipped += 1
                    self.settle(entry)
                else:
                    entry.is_open = True
                    self.open += 1
            except OSError as error:
                if entry.kind == FILE:
                    skip.append([index, 1])
                entry.components = None if entry.kind == FOLDER else entry.components
                self.give_up(index, error)
        if count > 0:
            lists = {"skip": skip} if skip else {}
            self.session.control.send("WANT", self.id, {"first": first, "count": count, **lists})

    # "Bulk"

    def wanted(self, index):
        """The entry whose bulk comes; None when it failed here and what is on its way is dropped."""
        if index in self.refused:
            return None
        if index >= len(self.entries) or not self.entries[index].is_open:
            raise Breach("unexpected-frame", f"Bulk came for entry {index}, which is not wanted.")
        if self.index not in (None, index):
            raise Breach("unexpected-frame", "Bulk of another file came before END.")
        return self.entries[index]

    def data(self, frame):
        if len(frame.payload) <= DATA.size:
            raise Breach("bad-payload", "DATA has no content.")
        index, reserved, offset, digest = DATA.unpack_from(frame.payload)
        content = memoryview(frame.payload)[DATA.size :]
        if reserved != 0 or offset % CHUNK != 0 or index == NONE:
            raise Breach("bad-payload", "DATA has a prefix without form.")
        entry = self.wanted(index)
        if entry is None:
            return
        position = self.arrival.position if self.arrival else 0
        if offset != position or len(content) != min(CHUNK, entry.size - offset):
            raise Breach("unexpected-frame", f"DATA at {offset} is not the next chunk of entry {index}.")
        if sha256(content) != digest:
            return self.give_up(index, Failure("digest-mismatch", "A chunk does not have its digest."))
        try:
            self.begin(index, entry)
            self.arrival.write(content)
        except OSError as error:
            return self.give_up(index, error)
        self.arrival.chain = sha256(self.arrival.chain, digest)

    def end(self, frame):
        if len(frame.payload) != DATA.size:
            raise Breach("bad-payload", "END has 48 bytes.")
        index, reserved, size, chain = DATA.unpack(frame.payload)
        if reserved != 0:
            raise Breach("bad-payload", "END has a prefix without form.")
        entry = self.wanted(index)
        if entry is None:
            return
        try:
            self.begin(index, entry)  # A file without bytes has END alone.
            if size != entry.size or self.arrival.position != size:
                raise Breach("unexpected-frame", f"END of entry {index} came before its last chunk.")
            if self.arrival.chain != chain:
                return self.give_up(index, Failure("digest-mismatch", "The file does not have its chain."))
            self.land(entry)
        except OSError as error:
            self.give_up(index, error)

    def pack(self, frame):
        payload, at = memoryview(frame.payload), 0
        if not payload:
            raise Breach("bad-payload", "PACK has no files.")
        while at < len(payload):
            if len(payload) - at < PACKED.size:
                raise Breach("bad-payload", "PACK ends in a prefix.")
            index, length, digest = PACKED.unpack_from(payload, at)
            content = payload[at + PACKED.size : at + PACKED.size + length]
            if len(content) < length:
                raise Breach("bad-payload", "PACK ends in a file.")
            at += PACKED.size + length
            if self.arrival is not None:
                raise Breach("unexpected-frame", "PACK came before END.")
            entry = self.wanted(index)
            if entry is None:
                continue
            if length != entry.size:
                raise Breach("unexpected-frame", f"Entry {index} came with another size.")
            if sha256(content) != digest:
                self.give_up(index, Failure("digest-mismatch", "The file does not have its digest."))
                continue
            try:
                self.begin(index, entry)
                self.arrival.write(content)
                self.land(entry)
            except OSError as error:
                self.give_up(index, error)

    def fault(self, frame):
        """One file failed at the source; of a folder it says that what is in it could not be listed."""
        index = field("FAULT", frame.payload, "file", int, 0, NONE - 1)
        say(f"failed there: {shown(self.path(index))}: {shown(frame.payload.get('message'))}")
        self.failed += 1
        if index < len(self.entries) and self.entries[index].is_open:
            if self.index == index:
                self.abandon()
            self.settle(self.entries[index])

    def begin(self, index, entry):
        if self.arrival is None:
            temporary = f".hexdrop-{self.transfer[:8]}-{index}"
            self.index, self.arrival = index, Arrival(self.target, entry.components, temporary, entry.executable)

    def land(self, entry):
        self.arrival.land(entry.mtime)
        self.abandon()
        self.files, self.bytes = self.files + 1, self.bytes + entry.size
        self.settle(entry)

    def abandon(self):
        if self.arrival is not None:
            self.arrival.close()
        self.index, self.arrival = None, None

    # "Settlement"

    def settle(self, entry):
        if entry.is_open:
            self.open -= 1
        entry.is_open, entry.is_settled = False, True
        while self.settled < len(self.entries) and self.entries[self.settled].is_settled:
            self.settled += 1

    def acknowledge(self):
        self.told_at = time.monotonic()
        if (self.settled, self.bytes) != self.acknowledged:
            self.acknowledged = (self.settled, self.bytes)
            self.session.control.send("ACK", self.id, {"settled": self.settled, "bytes": self.bytes})

    def give_up(self, index, error):
        """One file fails here; the others go on."""
        failure = error
        if isinstance(error, OSError):
            failure = Failure(FAULTS.get(error.errno, "write-failed"), error.strerror)
        say(f"failed here: {shown(self.path(index))}: {failure.code}: {failure}")
        self.session.control.send("FAULT", self.id, {"file": index, "code": failure.code, "message": str(failure)})
        self.failed += 1
        if self.index == index:
            self.abandon()
        if self.entries[index].is_open:
            self.refused.add(index)
        self.settle(self.entries[index])

    def path(self, index):
        entry = self.entries[index] if index < len(self.entries) else None
        return "/".join(entry.components) if entry and entry.components else entry.name if entry else f"entry {index}"
