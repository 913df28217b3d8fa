#!/usr/bin/env python3
"""An example client of the Hexdrop protocol, written from docs/PROTOCOL.md and from nothing else.

It lists shares, gets files and folders, sends them, and receives what is offered, over TLS and over plain connections.
It needs Python 3.9 on a POSIX system and nothing that has to be installed, but the command `openssl`, which makes the
key and the certificate of this device on the first run. Section names in quotes are those of the page.

What it leaves out, as the page allows: it has SHA-256 alone, remembers nothing of transfers that broke, offers no lane
when it sends (it takes one when it receives), and serves no shares.
"""

import argparse
import os
import secrets
import select
import socket
import sys

from frames import HANDSHAKE, Breach, Connection, Failure, Over, failure_of, field, say, shown
from identity import Identity, proved_id
from session import Session, dial
from sink import Sink, require_component
from source import Source


def report(done):
    say("done: {files} files, {bytes} bytes, {skipped} skipped, {failed} failed".format(**done))
    return 1 if done["failed"] else 0


def connect(options):
    """Dials the address of the command line and shakes hands."""
    host, _, port = options.address.rpartition(":") if ":" in options.address else (options.address, "", "18520")
    identity = Identity(options.home)
    address = (host.strip("[]"), int(port))
    connection, peer_id = dial(options, identity, address, expected=options.expect)
    return Session(connection, identity, True, peer_id, address)


def list_path(session, options):
    """Shares, or what is in a folder, page by page ("Browsing")."""
    after = None
    while True:
        asked = {"path": options.path, **({"after": after} if after is not None else {})}
        listing = session.ask("LIST", asked, "LISTING")
        for entry in field("LISTING", listing, "entries", list, 0, 1_000):
            name, kind = field("LISTING", entry, "name", str, 1, 255), field("LISTING", entry, "kind", str)
            require_component(name)
            say(f"{kind:7}{entry.get('size', '-'):>14}  {shown(name)}{' (locked)' if entry.get('locked') else ''}")
            after = name
        if not field("LISTING", listing, "more", bool):
            return 0


def get(session, options):
    """Asks for files and folders, and takes the OFFER that answers."""
    transfer = secrets.token_hex(16)
    id = session.open("GET", {"transfer": transfer, "paths": options.path})
    frame = session.next()
    if frame.id == id and frame.name in ("ERROR", "CANCEL"):
        raise failure_of(frame.payload)
    if frame.id != id or frame.name != "OFFER" or frame.payload.get("transfer") != transfer:
        raise Breach("unexpected-frame", f"{frame.name} came instead of OFFER.")
    names = {path.rstrip("/").rpartition("/")[2] for path in options.path}
    os.makedirs(options.dir, exist_ok=True)
    return report(Sink(session, options, id, frame.payload, options.dir, names).run())


def send(session, options):
    return report(Source(session, options.path, options.into).run())


def receive(options):
    """Listens, and takes what is offered, one session after the other."""
    identity = Identity(options.home)
    context = None if options.plain else identity.context("listener")
    os.makedirs(options.dir, exist_ok=True)
    with socket.create_server((options.host, options.port)) as server:
        say("listening on {}:{} as {}".format(*server.getsockname()[:2], identity.device_id))
        while True:
            sock, address = server.accept()
            code = welcome(options, identity, context, sock, address)
            if options.once and code is not None:
                return code


def welcome(options, identity, context, sock, address):
    """One connection; returns the exit code of its last transfer, None when there was none."""
    code = None
    connection = Connection(sock, 0)
    try:
        sock.settimeout(HANDSHAKE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer_id, breach = None, None
        if context is not None:
            connection = Connection(sock := context.wrap_socket(sock, server_side=True), 0)
            try:
                peer_id = proved_id(sock)
            except Breach as refused:
                breach = refused
        sock.setblocking(False)
        if breach is not None:
            connection.send("ERROR", 0, {"code": breach.code, "message": str(breach)})
            raise breach
        session = Session(connection, identity, False, peer_id, address)
        try:
            while True:
                frame = session.next()
                session.requested(frame)
                code = serve(session, options, frame, code)
        except Breach as breach:
            session.fail(breach)
            raise
    except Over:
        return code
    except (Failure, OSError) as error:
        say(f"{address[0]}: {getattr(error, 'code', 'connection-lost')}: {shown(error)}")
        return code
    finally:
        connection.close()


def serve(session, options, frame, code):
    """A request of the peer. This client has no shares, and takes offers and texts."""
    if frame.name == "LIST" and frame.payload.get("path") == "":
        session.control.send("LISTING", frame.id, {"path": "", "writable": False, "entries": [], "more": False})
    elif frame.name == "TEXT":
        say(f"text from {shown(session.alias)}: {shown(field('TEXT', frame.payload, 'text', str, 1, 60_000))}")
        session.control.send("TAKEN", frame.id, {})
    elif frame.name != "OFFER":
        session.control.send("ERROR", frame.id, {"code": "no-such-share", "message": "This device shares nothing."})
    elif "target" in frame.payload:
        session.control.send("DECLINE", frame.id, {"code": "no-such-share", "message": "This device shares nothing."})
        decline(session, frame.id)
    else:
        sink = Sink(session, options, frame.id, frame.payload, options.dir)
        names = ", ".join(shown(root["name"]) for root in sink.roots)
        who = f"{shown(session.alias)} ({session.peer_id[:12] if not options.plain else 'not encrypted, so anyone'})"
        say(f"{who} offers {names}: {sink.totals.get('files')} files, {sink.totals.get('bytes')} bytes")
        if options.yes or agrees(session):
            return report(sink.run())
        session.control.send("DECLINE", frame.id, {"code": "declined", "message": "The receiver declined."})
        decline(session, frame.id)
    return code


def agrees(session):
    """Asks a person, and goes on to answer PING meanwhile. What comes of the transfer waits."""
    say("Accept? [y/N]")
    waiting = []
    while not select.select([sys.stdin], [], [], 0)[0]:
        frame = session.next(timeout=0.5)
        if frame is not None:
            waiting.append(frame)
    session.control.frames.extendleft(reversed(waiting))
    return sys.stdin.readline().strip().lower() == "y"


def decline(session, id):
    """DECLINE is answered by CANCEL; pages of the manifest may cross it."""
    while True:
        frame = session.next()
        if frame.id != id or frame.name not in ("MANIFEST", "TOTALS", "CANCEL"):
            raise Breach("unexpected-frame", f"{frame.name} came after DECLINE.")
        if frame.name == "CANCEL":
            return


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--plain", action="store_true", help="no encryption; for labs, on both sides")
    home = os.path.expanduser("~/.hexdrop-example")
    parser.add_argument("--home", default=home, help="where key and known devices are kept")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, about in (
        ("list", list_path, "lists shares, or what is in a folder of one"),
        ("get", get, "gets files and folders from shares"),
        ("send", send, "offers files and folders"),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(run=run)
        command.add_argument("--expect", metavar="ID", help="the device id that must answer")
        command.add_argument("address", help="host, or host:port")
        if name == "list":
            command.add_argument("path", nargs="?", default="")
        else:
            command.add_argument("path", nargs="+")
        if name == "send":
            command.add_argument("--into", metavar="SHARE/PATH", help="a folder in a writable share")
        else:
            command.add_argument("--pin-file", help="holds the PIN of the share")
        if name == "get":
            command.add_argument("--dir", default=".")
    command = commands.add_parser("receive", help="listens, and takes what is offered")
    command.add_argument("--dir", default=".")
    command.add_argument("--host", default="")
    command.add_argument("--port", type=int, default=18520)
    command.add_argument("--yes", action="store_true", help="accepts without asking")
    command.add_argument("--once", action="store_true", help="ends after a session with a transfer")
    return parser.parse_args()


def unlock(session, options):
    path = options.path if isinstance(options.path, str) else options.path[0]
    with open(options.pin_file, encoding="utf-8") as file:
        pin = file.read().strip()
    session.ask("UNLOCK", {"share": path.partition("/")[0], "pin": pin}, "UNLOCKED")


def main():
    options = arguments()
    try:
        if options.command == "receive":
            return receive(options)
        session = connect(options)
        try:
            if getattr(options, "pin_file", None):
                unlock(session, options)
            code = options.run(session, options)
            session.leave()
            return code
        except Breach as breach:
            session.fail(breach)
            raise
        finally:
            session.close()
    except (Failure, OSError) as error:
        print(f"{getattr(error, 'code', 'failed')}: {shown(error)}", file=sys.stderr)
        return 1
    except Over:
        print("connection-lost: The peer said BYE.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
