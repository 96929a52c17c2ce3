"""Exercise 3 with non-blocking sockets and a selector, one client at a time."""

import errno
import ipaddress
import selectors
import socket
import sys
import time

REPLY = "问题正在处理中...".encode()


def options(words):
    address, limit, queue = "127.0.0.1:9090", 10.0, 128
    while words:
        word = words.pop(0)
        if word == "--time-limit":
            limit = float(words.pop(0))
        elif word == "--queue":
            queue = int(words.pop(0))
        else:
            address = word
    host, _, port = address.rpartition(":")
    return address, str(ipaddress.ip_address(host.strip("[]"))), int(port), limit, queue


def shown(name):
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"


def who_holds(family, name):
    """Linux lets a listener in beside all but another listener, so a client asks."""
    probe = socket.socket(family)
    probe.settimeout(0.5)
    with probe:
        code = probe.connect_ex(name)
    return "no server listens there" if code == errno.ECONNREFUSED else "a server listens there"


def listen(given, host, port, queue):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(queue - 1)
    except OSError as why:
        # Windows says EACCES where the other socket lacks the option.
        taken = [errno.EADDRINUSE] + [errno.EACCES] * (sys.platform == "win32")
        holder = who_holds(family, (host, port)) if why.errno in taken else "it may not"
        sys.exit(f"error: cannot listen on {given}: {why.strerror}: {holder}")
    return listener


def serve(connection, limit):
    end = time.monotonic() + limit
    connection.setblocking(False)
    waiting, replied = REPLY, False
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        while True:
            left = end - time.monotonic()
            if left <= 0 or not (ready := selector.select(left)):
                raise TimeoutError("timed out")
            if ready[0][1] & selectors.EVENT_WRITE:
                waiting = waiting[connection.send(waiting):]
                if not waiting:
                    connection.shutdown(socket.SHUT_WR)
                    selector.modify(connection, selectors.EVENT_READ)
            elif not connection.recv(64 << 10):
                if not replied:
                    raise ValueError("it sent nothing")
                return
            elif not replied:
                replied = True
                selector.modify(connection, selectors.EVENT_WRITE)


def main():
    given, host, port, limit, queue = options(sys.argv[1:])
    listener = listen(given, host, port, queue)
    print(f"listening on {shown(listener.getsockname())}", flush=True)
    while True:
        connection, client = listener.accept()
        with connection:
            try:
                serve(connection, limit)
            except (OSError, ValueError) as why:
                print(f"error: {shown(client)}: {why}", file=sys.stderr, flush=True)


main()
