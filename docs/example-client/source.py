"""The side of a transfer that has the files ("Transfers")."""

import collections
import errno
import os
import secrets
import stat
import struct
import time

from frames import (
    CHUNK, DATA, ENTRY, FILE, FOLDER, HEADER, LAST, NONE, PACK_BYTES, PACK_FILES, PACKED, PAGE, PAGE_BYTES,
    PAGE_ENTRIES, PREVIEW_ENTRIES, SHOWN_ROOTS, WINDOW_ENTRIES, Breach, Failure, failure_of, field, say, sha256, shown,
)  # fmt: skip

Told = collections.namedtuple("Told", "kind executable parent size mtime version name path")
# A file that the sink wants: from `offset` on, where it has this chain (`resume`); only if it has it there, else from its
# start (`resumeIf`); not at all if its end has it (`unless`).
Wanted = collections.namedtuple("Wanted", "index list offset chain", defaults=("", 0, bytes(32)))


def walk(paths):
    """All entries in the order of the manifest: those at the top, then the content of each folder in turn."""
    entries, omitted, failed = [], 0, 0
    waiting = collections.deque([(-1, sorted((os.fsencode(os.path.basename(os.path.abspath(p))), p) for p in paths))])
    while waiting:
        parent, found = waiting.popleft()
        for name, path in found:
            try:
                name.decode("utf-8")
                status = os.lstat(path)
                is_folder = stat.S_ISDIR(status.st_mode)
                if not is_folder and not stat.S_ISREG(status.st_mode):
                    omitted += 1  # Links, sockets and devices are not in a manifest.
                    continue
                below = sorted((os.fsencode(each.name), each.path) for each in os.scandir(path)) if is_folder else None
            except (OSError, UnicodeDecodeError) as error:
                failed += 1
                say(f"failed here: {shown(path)}: {error}")
                continue
            size = 0 if is_folder else status.st_size
            executable = not is_folder and bool(status.st_mode & 0o111)
            told = (executable, parent, size, status.st_mtime_ns // 1_000, version_of(status), name, path)
            if is_folder:
                waiting.append((len(entries), below))
            entries.append(Told(FOLDER if is_folder else FILE, *told))
    return entries, omitted, failed


def version_of(status):
    """Changes when the file does: 16 bytes that mean nothing to the sink."""
    return struct.pack(">QII", status.st_mtime_ns % 2**64, status.st_ino % 2**32, status.st_size % 2**32)


def chain_of(file, length):
    """The chain over the first bytes of a file ("Digests")."""
    file.seek(0)
    chain = bytes(32)
    while length > 0:
        content = file.read(min(CHUNK, length))
        if not content:
            break
        chain, length = sha256(chain, sha256(content)), length - len(content)
    return chain


def read_small(path, size):
    """The bytes that were told, read until they are the same twice or nothing was written meanwhile ("Bulk")."""
    with open(path, "rb") as file:
        while True:
            before = os.fstat(file.fileno())
            file.seek(0)
            content = file.read(size)
            if version_of(os.fstat(file.fileno())) == version_of(before):
                return content


def failure_to_read(error):
    """Without the path: messages are read at another machine."""
    code = {errno.ENOENT: "file-vanished", errno.EACCES: "permission-denied"}.get(error.errno, "read-failed")
    return Failure(code, error.strerror or "It cannot be read.")


class Source:
    """Offers files and sends what the sink wants ("Transfers"). The bulk travels on the control connection."""

    def __init__(self, session, paths, target):
        self.session = session
        self.entries, self.omitted, self.failed = walk(paths)
        self.told = self.settled = self.pages = 0
        self.is_accepted = self.is_told = False
        self.undecided = sum(entry.kind == FILE for entry in self.entries)
        self.queue = collections.deque()
        self.dropped = set()
        self.pace, self.free_at = None, 0.0
        self.files = self.bytes = 0
        top = [entry for entry in self.entries if entry.parent < 0]
        kinds = {FILE: "file", FOLDER: "folder"}
        files = [entry for entry in self.entries if entry.kind == FILE]
        offer = {
            "transfer": secrets.token_hex(16),
            "roots": [{"name": e.name.decode(), "kind": kinds[e.kind], "size": e.size} for e in top[:SHOWN_ROOTS]],
            "rootCount": len(top),
            "totals": {
                "files": len(files), "folders": len(self.entries) - len(files),
                "bytes": sum(entry.size for entry in files), "complete": True,
            },
        }  # fmt: skip
        if target is not None:
            offer["target"] = {"path": target}
        self.id = session.open("OFFER", offer)

    def run(self):
        try:
            while True:
                self.tell()
                # While something is to be sent, what has come is looked at in passing.
                is_busy = self.is_accepted and bool(self.queue) and self.pace != 0
                wait = max(0, self.free_at - time.monotonic()) if is_busy else None
                frame = self.session.next(timeout=wait)
                if frame is not None:
                    done = self.take(frame)
                    if done is not None:
                        return done
                elif is_busy:
                    self.send_some()
                if self.is_accepted and self.is_told and not self.queue and self.undecided == 0 and self.pace != 0:
                    self.undecided = -1
                    counts = {"files": self.files, "bytes": self.bytes, "failed": self.failed, "omitted": self.omitted}
                    self.session.control.send("FINISH", self.id, counts)
        except KeyboardInterrupt:
            self.session.cancel(self.id, Failure("cancelled", "It was interrupted."))
            raise

    def tell(self):
        """Manifest pages as the window moves ("Manifest")."""
        while not self.is_told and self.pace != 0:
            room = WINDOW_ENTRIES - (self.told - self.settled) if self.is_accepted else PREVIEW_ENTRIES - self.told
            page, length = [], PAGE.size
            for entry in self.entries[self.told : self.told + min(room, PAGE_ENTRIES)]:
                length += ENTRY.size + len(entry.name)
                if length > PAGE_BYTES:
                    break
                parent = NONE if entry.parent < 0 else entry.parent
                fixed = (entry.kind, entry.executable, len(entry.name), parent, entry.size, entry.mtime, entry.version)
                page.append(ENTRY.pack(*fixed) + entry.name)
            is_last = self.told + len(page) == len(self.entries)
            if not page and not is_last:
                return
            payload = PAGE.pack(self.pages, self.told, len(page)) + b"".join(page)
            self.session.control.send("MANIFEST", self.id, payload, LAST if is_last else 0)
            self.told, self.pages, self.is_told = self.told + len(page), self.pages + 1, is_last

    def take(self, frame):
        """A frame of the sink; returns DONE."""
        payload = frame.payload
        if frame.id != self.id:
            raise Breach("unexpected-frame", f"{frame.name} came for request {frame.id} in the middle of a transfer.")
        if frame.name in ("CANCEL", "DECLINE"):
            self.session.control.send("CANCEL", self.id, {"code": "cancelled", "message": ""})
            raise failure_of(payload)
        is_allowed = frame.name in ("WANT", "ACK", "FAULT", "PACE") if self.is_accepted else frame.name == "ACCEPT"
        if frame.name == "DONE" and self.undecided == -1:
            return payload
        if not is_allowed:
            raise Breach("unexpected-frame", f"{frame.name} is not for the sink to send now.")
        if frame.name == "ACCEPT":
            if payload.get("bulk") != "inline":
                raise Breach("unexpected-frame", "ACCEPT speaks of a lane, but none was offered.")
            self.is_accepted = True
        elif frame.name == "WANT":
            self.want(payload)
        elif frame.name == "ACK":
            settled = field("ACK", payload, "settled", int)
            if not self.settled <= settled <= self.told:
                raise Breach("unexpected-frame", f"ACK says {settled} after {self.settled}, of {self.told}.")
            self.settled = settled
        elif frame.name == "FAULT":
            index = field("FAULT", payload, "file", int, 0, NONE - 1)
            self.dropped.add(index)
            say(f"failed there: entry {index}: {shown(payload.get('message'))}")
        elif frame.name == "PACE":
            self.pace = field("PACE", payload, "bytesPerSecond", int, optional=True)
        return None

    def want(self, payload):
        """Decides about the files of a span: wanted from the start, unless a list of the WANT says otherwise."""
        first = field("WANT", payload, "first", int)
        end = first + field("WANT", payload, "count", int, 1, WINDOW_ENTRIES)
        if end > self.told:
            raise Breach("unexpected-frame", "WANT reaches beyond the entries that were told.")
        try:
            passed = {i for name in ("skip", "later") for at, n in payload.get(name, []) for i in range(at, at + n)}
            later = sum(self.entries[i].kind == FILE for at, n in payload.get("later", []) for i in range(at, at + n))
            asked = {
                index: Wanted(index, name, self.entries[index].size if name == "unless" else offset[0], bytes.fromhex(chain))
                for name in ("resume", "resumeIf", "unless")
                for index, *offset, chain in payload.get(name, [])
            }
        except (ValueError, TypeError, IndexError) as error:
            raise Breach("bad-payload", f"WANT: {error}") from None
        files = [index for index in range(first, end) if self.entries[index].kind == FILE]
        self.undecided -= len(files) - later
        for index in files:
            if index not in passed:
                wanted = asked.get(index, Wanted(index))
                if wanted.offset > self.entries[index].size:
                    raise Breach("unexpected-frame", f"WANT resumes entry {index} behind its end.")
                self.queue.append(wanted)

    def send_some(self):
        """The next PACK, or the next file. A sink that names a rate gets no more than that and one frame ("Pace")."""
        wanted = self.queue[0]
        if self.entries[wanted.index].size <= CHUNK and not wanted.list:
            self.send_pack()
            return
        self.queue.popleft()
        try:
            with open(self.entries[wanted.index].path, "rb") as file:
                self.send_file(file, wanted)
        except OSError as error:
            self.fault(wanted.index, failure_to_read(error))

    def send_pack(self):
        frame = bytearray()
        count = 0
        while self.queue and count < PACK_FILES:
            index = self.queue[0].index
            size = self.entries[index].size
            if size > CHUNK or self.queue[0].list or len(frame) + PACKED.size + size > PACK_BYTES:
                break
            self.queue.popleft()
            if index in self.dropped:
                continue
            try:
                content = read_small(self.entries[index].path, size)
            except OSError as error:
                self.fault(index, failure_to_read(error))
                continue
            if len(content) < size:
                self.fault(index, Failure("file-changed", "The file became shorter."))
                continue
            frame += PACKED.pack(index, size, sha256(content)) + content
            count, self.files, self.bytes = count + 1, self.files + 1, self.bytes + size
        if frame:
            self.send_bulk("PACK", bytes(frame))

    def send_file(self, file, wanted):
        index, asked, offset, chain = wanted
        entry, before = self.entries[index], os.fstat(file.fileno())
        # What the sink has: is it what this file begins with? For `resume` the version vouches, unless something happened.
        if asked and (asked != "resume" or version_of(before) != entry.version):
            is_same = chain_of(file, offset) == chain
            if asked == "unless" and is_same:
                self.session.control.send("SAME", self.id, struct.pack(">II", index, 0))
                self.files += 1
                return
            if asked == "resume" and not is_same:
                return self.fault(index, Failure("file-changed", "The file is not the one of which a part has arrived."))
            if not is_same:
                offset, chain = 0, bytes(32)  # Where it starts is the answer to `resumeIf`.
        file.seek(offset)
        while offset < entry.size:
            if not self.may_go_on(index):
                return
            content = file.read(min(CHUNK, entry.size - offset))
            if len(content) < min(CHUNK, entry.size - offset):
                return self.fault(index, Failure("file-changed", "The file became shorter while it was sent."))
            digest = sha256(content)
            self.send_bulk("DATA", DATA.pack(index, 0, offset, digest) + content)
            chain, offset = sha256(chain, digest), offset + len(content)
            self.bytes += len(content)
        # Written to while it was read: what was sent must be one state of it.
        after = os.fstat(file.fileno())
        if version_of(after) != version_of(before) and chain_of(file, entry.size) != chain:
            return self.fault(index, Failure("file-changed", "The file changed while it was sent."))
        self.session.control.send("END", self.id, DATA.pack(index, 0, entry.size, chain))
        self.files += 1

    def may_go_on(self, index):
        """Between two chunks of a file the sink is heard, and its pace kept; False when it does not want the rest."""
        while True:
            wait = None if self.pace == 0 else max(0, self.free_at - time.monotonic())
            frame = self.session.next(timeout=wait)
            if frame is not None:
                self.take(frame)
            elif wait is not None:
                return index not in self.dropped

    def send_bulk(self, name, payload):
        if self.pace:
            now = time.monotonic()
            self.free_at = max(now, self.free_at) + (HEADER.size + len(payload)) / self.pace
        self.session.control.send(name, self.id, payload)

    def fault(self, index, failure):
        self.failed += 1
        say(f"failed here: {shown(self.entries[index].path)}: {failure.code}")
        said = {"file": index, "code": failure.code, "message": str(failure)}
        self.session.control.send("FAULT", self.id, said)
