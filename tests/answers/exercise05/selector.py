"""Exercise 5 with one thread, a non-blocking socket, and a selector that waits for both directions."""

import argparse
import selectors
import socket
import sys
import time

WORDS = b": every byte of the message tells where it belongs.\n"
LINE = 64
CHUNK = 1024 * LINE


def message(place, count):
    """The bytes of the message from this place on."""
    first, last = place // LINE, (place + count + LINE - 1) // LINE
    lines = b"".join(b"line %07d%b" % ((number + 1) % 10_000_000, WORDS) for number in range(first, last))
    return lines[place % LINE :][:count]


def converse(connection, length, deadline):
    connection.setblocking(False)
    selector = selectors.DefaultSelector()
    both = selectors.EVENT_READ | selectors.EVENT_WRITE
    selector.register(connection, both)
    sent = received = 0
    chunk = b""
    while True:
        left = deadline - time.monotonic()
        ready = selector.select(left) if left > 0 else []
        if not ready:
            raise TimeoutError("timed out")
        _, events = ready[0]
        if events & selectors.EVENT_WRITE:
            chunk = chunk or message(sent, min(CHUNK, length - sent))
            try:
                count = connection.send(chunk) if chunk else 0
            except BlockingIOError:
                count = 0
            sent, chunk = sent + count, chunk[count:]
            if sent == length:
                connection.shutdown(socket.SHUT_WR)
                # A socket that isn't written any more is always ready to be written.
                selector.modify(connection, selectors.EVENT_READ)
        if events & selectors.EVENT_READ:
            echo = connection.recv(CHUNK)
            if not echo:
                break
            if received + len(echo) > length or echo != message(received, len(echo)):
                raise ValueError(f"a byte is wrong or too many after {received} bytes")
            received += len(echo)
    if received < length:
        raise ValueError(f"it ended after {received} of {length} bytes")


def main():
    parser = argparse.ArgumentParser(description="Sends a long message and compares its echo.")
    parser.add_argument("address", nargs="?", default="127.0.0.1:9090")
    parser.add_argument("--time-limit", type=float, default=10)
    parser.add_argument("--bytes", type=int, default=32 << 20)
    given = parser.parse_args()
    host, _, port = given.address.rpartition(":")
    deadline = time.monotonic() + given.time_limit
    try:
        with socket.create_connection((host.strip("[]"), int(port)), given.time_limit) as connection:
            converse(connection, given.bytes, deadline)
    except (OSError, ValueError) as why:
        print(f"error: no whole echo from {given.address}: {why}", file=sys.stderr)
        return 1
    print(f"echoed {given.bytes} bytes, each in its place")
    return 0


sys.exit(main())
