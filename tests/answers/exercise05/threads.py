"""Exercise 5 with two threads, one for each direction, and one deadline for both."""

import argparse
import socket
import sys
import threading
import time

WORDS = b": every byte of the message tells where it belongs.\n"
LINE = 64
CHUNK = 1024 * LINE


def message(place, count):
    """The bytes of the message from this place on."""
    first, last = place // LINE, (place + count + LINE - 1) // LINE
    lines = b"".join(b"line %07d%b" % ((number + 1) % 10_000_000, WORDS) for number in range(first, last))
    return lines[place % LINE :][:count]


def arguments():
    parser = argparse.ArgumentParser(description="Sends a long message and compares its echo.")
    parser.add_argument("address", nargs="?", default="127.0.0.1:9090")
    parser.add_argument("--time-limit", type=float, default=10)
    parser.add_argument("--bytes", type=int, default=32 << 20)
    return parser.parse_args()


class Conversation:
    def __init__(self, connection, length, deadline):
        self.connection, self.length, self.deadline = connection, length, deadline
        self.why = None

    def left(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def send(self):
        # `settimeout` is for both directions of a socket object, so each thread has its own.
        connection = self.connection.dup()
        try:
            for place in range(0, self.length, CHUNK):
                chunk = memoryview(message(place, min(CHUNK, self.length - place)))
                while chunk:
                    connection.settimeout(self.left())
                    chunk = chunk[connection.send(chunk) :]
            connection.shutdown(socket.SHUT_WR)
        except OSError as why:
            self.stop(why)

    def receive(self):
        received = 0
        try:
            while True:
                self.connection.settimeout(self.left())
                chunk = self.connection.recv(CHUNK)
                if not chunk:
                    break
                if chunk != message(received, len(chunk)) or received + len(chunk) > self.length:
                    raise ValueError(f"a byte is wrong or too many after {received} bytes")
                received += len(chunk)
            if received < self.length:
                raise ValueError(f"it ended after {received} of {self.length} bytes")
        except (OSError, ValueError) as why:
            self.stop(why)

    def stop(self, why):
        self.why = self.why or why
        try:
            # Wakes the other thread.
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    given = arguments()
    host, _, port = given.address.rpartition(":")
    deadline = time.monotonic() + given.time_limit
    try:
        connection = socket.create_connection((host.strip("[]"), int(port)), given.time_limit)
    except (OSError, ValueError) as why:
        print(f"error: cannot connect to {given.address}: {why}", file=sys.stderr)
        return 1
    conversation = Conversation(connection, given.bytes, deadline)
    sender = threading.Thread(target=conversation.send)
    sender.start()
    conversation.receive()
    sender.join()
    if conversation.why:
        print(f"error: no whole echo: {conversation.why}", file=sys.stderr)
        return 1
    print(f"echoed {given.bytes} bytes, each in its place")
    return 0


sys.exit(main())
