"""One good answer to exercise 2 in Python: a server for one client after another, for good."""

import argparse
import socket
import sys
import time

REPLY = "问题正在处理中..."
MAX_REQUEST = 1 << 20


# ANCHOR: serve
def serve(connection, limit):
    end = time.monotonic() + limit

    def limit_what_follows():
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left)

    request = b""
    while len(request) <= MAX_REQUEST:
        limit_what_follows()
        piece = connection.recv(64 << 10)
        if not piece:  # the client has finished sending
            break
        request += piece
    if not request:
        raise ValueError("it finished without sending a byte")
    if len(request) > MAX_REQUEST:
        raise ValueError(f"its request is longer than {MAX_REQUEST} bytes")
    text = request.decode("utf-8")  # all of it: a chunk may end inside a character
    limit_what_follows()
    connection.sendall(f"{REPLY}\n{text}".encode("utf-8"))
    connection.shutdown(socket.SHUT_WR)
# ANCHOR_END: serve


def complain(what):
    try:
        print(f"error: {what}", file=sys.stderr, flush=True)
    except OSError:  # no program reads stderr any more: serve on anyway
        pass


def address(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def shown(name):
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("address", nargs="?", type=address, default="127.0.0.1:9090")
    arguments.add_argument("--time-limit", type=float, default=10, metavar="SECONDS")
    arguments = arguments.parse_args()
    family = socket.AF_INET6 if ":" in arguments.address[0] else socket.AF_INET
    try:
        listener = socket.create_server(arguments.address, family=family, backlog=128)
    except OSError as why:
        sys.exit(f"error: cannot listen: {why}")
    with listener:
        print("listening on", shown(listener.getsockname()), flush=True)
        while True:
            try:
                connection, client = listener.accept()
            except OSError as why:  # no descriptor left: the next try fails right away
                complain(f"cannot accept a client: {why}")
                time.sleep(0.1)
                continue
            with connection:
                try:
                    serve(connection, arguments.time_limit)
                # OSError: reset or timed out; ValueError: refused, or not UTF-8.
                except (OSError, ValueError) as why:
                    complain(f"{shown(client)}: {why}")


main()
