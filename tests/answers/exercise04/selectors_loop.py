"""Exercise 4 with one thread: a selector says which of the sockets can be read or written."""

import argparse
import errno
import ipaddress
import selectors
import signal
import socket
import sys
import time

REPLY = "问题正在处理中...".encode()
MAX_LINE = 64 << 10
# While so much waits to be sent to a client, nothing is read from it.
MAX_UNSENT = 64 << 10
GRACE = 1.3


def arguments():
    parser = argparse.ArgumentParser(description="Serves many clients, line by line.")
    parser.add_argument("address", nargs="?", default="127.0.0.1:9090")
    host, _, port = parser.parse_args().address.rpartition(":")
    return ipaddress.ip_address(host.strip("[]")), int(port)


def named(address):
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def complain(what, why):
    print(f"error: {what}: {why}", file=sys.stderr, flush=True)


class Client:
    def __init__(self, server, connection, address):
        self.server, self.connection, self.name = server, connection, named(address)
        self.held, self.unsent = b"", bytearray()
        # No more lines are answered; what is unsent is still sent.
        self.done = False
        # When it is closed, whatever the client still sends.
        self.closes_at = None

    def events(self):
        reads = len(self.unsent) < MAX_UNSENT
        return (selectors.EVENT_READ if reads else 0) | (
            selectors.EVENT_WRITE if self.unsent else 0
        )

    def ready(self, events):
        try:
            if events & selectors.EVENT_READ:
                self.read()
            if self.unsent:
                self.write()
        except BlockingIOError:
            pass
        except OSError as why:
            complain(f"lost {self.name}", why)
            return self.server.part(self)
        except ValueError as why:
            complain(f"a line of {self.name} is refused", why)
            self.done = True
        self.finish()

    def read(self):
        chunk = self.connection.recv(16 << 10)
        if self.done:
            # Only drained.
            if not chunk:
                self.closes_at = 0
            return
        if chunk:
            *lines, self.held = (self.held + chunk).split(b"\n")
        else:
            lines, self.held = [self.held] if self.held else [], b""
            self.done = True
            self.closes_at = self.closes_at or 0
        for line in lines:
            self.answer(line)
        if len(self.held) > MAX_LINE:
            raise ValueError(f"it is longer than {MAX_LINE} bytes")

    def answer(self, line):
        if len(line) > MAX_LINE:
            raise ValueError(f"it is longer than {MAX_LINE} bytes")
        line.decode("utf-8")
        self.unsent += REPLY + b" " + line + b"\n"

    def write(self):
        count = self.connection.send(self.unsent)
        del self.unsent[:count]

    def finish(self):
        if self.done and not self.unsent:
            if self.closes_at is None:
                # Reads on for a while: closing with unread input is a reset, which destroys replies.
                self.closes_at = time.monotonic() + 0.5
                self.connection.shutdown(socket.SHUT_WR)
            if self.closes_at <= time.monotonic():
                return self.server.part(self)
        self.server.watch(self)


class Server:
    def __init__(self, host, port):
        family = socket.AF_INET6 if host.version == 6 else socket.AF_INET
        self.listener = socket.create_server((str(host), port), family=family, backlog=16)
        self.listener.setblocking(False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.clients = set()
        self.rests_until = None
        # A signal makes `wakes` readable.
        self.wakes, wake = socket.socketpair()
        self.wakes.setblocking(False)
        wake.setblocking(False)
        self.wake = wake
        signal.set_wakeup_fd(wake.fileno())
        self.selector.register(self.wakes, selectors.EVENT_READ)
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, lambda *_: None)

    def run(self):
        print(f"listening on {named(self.listener.getsockname())}", flush=True)
        stops_at = None
        while stops_at is None or self.clients and time.monotonic() < stops_at:
            for key, events in self.selector.select(self.time_out(stops_at)):
                # Ctrl-C may be in the same list, before a client.
                if key.fileobj is self.listener and stops_at is None:
                    self.accept()
                elif key.fileobj is self.wakes:
                    self.selector.unregister(self.wakes)
                    stops_at = time.monotonic() + GRACE
                    self.stop()
                elif key.data in self.clients:
                    key.data.ready(events)
            self.look_at_the_clock()
        for client in list(self.clients):
            self.part(client)

    def time_out(self, stops_at):
        moments = [it.closes_at for it in self.clients if it.closes_at is not None]
        moments += [it for it in (self.rests_until, stops_at) if it is not None]
        return max(0, min(moments) - time.monotonic()) if moments else None

    def look_at_the_clock(self):
        now = time.monotonic()
        if self.rests_until is not None and self.rests_until <= now:
            self.rests_until = None
            self.selector.register(self.listener, selectors.EVENT_READ)
        for client in [it for it in self.clients if it.closes_at is not None]:
            if client.closes_at <= now and not client.unsent:
                self.part(client)

    def accept(self):
        try:
            connection, address = self.listener.accept()
        except BlockingIOError:
            return
        except OSError as why:
            complain("cannot accept a client", why)
            if why.errno != errno.ECONNABORTED:
                self.selector.unregister(self.listener)
                self.rests_until = time.monotonic() + 0.2
            return
        connection.setblocking(False)
        client = Client(self, connection, address)
        self.clients.add(client)
        self.selector.register(connection, selectors.EVENT_READ, client)

    def watch(self, client):
        events = client.events()
        registered = client.connection in self.selector.get_map()
        if events and registered:
            self.selector.modify(client.connection, events, client)
        elif events:
            self.selector.register(client.connection, events, client)
        elif registered:
            self.selector.unregister(client.connection)

    def part(self, client):
        if client.connection in self.selector.get_map():
            self.selector.unregister(client.connection)
        client.connection.close()
        self.clients.discard(client)

    def stop(self):
        if self.rests_until is None:
            self.selector.unregister(self.listener)
        self.rests_until = None
        self.listener.close()
        for client in list(self.clients):
            # What has arrived is read to its end, and the start of a line is no line.
            try:
                while not client.done:
                    client.read_arrived()
            except OSError:
                pass


def read_arrived(self):
    try:
        chunk = self.connection.recv(64 << 10)
    except BlockingIOError:
        chunk = b""
    *lines, self.held = (self.held + chunk).split(b"\n")
    try:
        for line in lines:
            self.answer(line)
        self.done = not chunk
    except ValueError as why:
        complain(f"a line of {self.name} is refused", why)
        self.done = True
    if self.done:
        self.closes_at = 0
        self.ready(0)


Client.read_arrived = read_arrived

Server(*arguments()).run()
