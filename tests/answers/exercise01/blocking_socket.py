"""Exercise 1 with a plain socket: each call gets the time that is left until the one deadline."""

import ipaddress
import socket
import sys
import time

GREETING = "你好,我是客户端"
MAX_REPLY = 16 << 20


def arguments():
    address, limit, words = "127.0.0.1:9090", 10.0, iter(sys.argv[1:])
    for word in words:
        if word == "--time-limit":
            limit = float(next(words))
        else:
            address = word
    host, _, port = address.rpartition(":")
    return str(ipaddress.ip_address(host.strip("[]"))), int(port), limit


class Conversation:
    def __init__(self, host, port, limit):
        self.deadline = time.monotonic() + limit
        self.connection = socket.create_connection((host, port), timeout=limit)

    def limit(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.connection.settimeout(left)

    def ask(self):
        self.limit()
        self.connection.sendall(GREETING.encode())
        self.connection.shutdown(socket.SHUT_WR)

    def read(self, count):
        data = bytearray()
        while len(data) < count:
            self.limit()
            chunk = self.connection.recv(min(count - len(data), 1 << 20))
            if not chunk:
                raise EOFError(f"the stream ended after {len(data)} of {count} bytes")
            data += chunk
        return bytes(data)


def main():
    host, port, limit = arguments()
    try:
        conversation = Conversation(host, port, limit)
        conversation.ask()
        length = int.from_bytes(conversation.read(4), "big")
        if length > MAX_REPLY:
            raise ValueError(f"{length} bytes are announced")
        text = conversation.read(length)
        text.decode("utf-8")
    except (OSError, EOFError, ValueError) as why:
        print(f"error: no reply from {host} port {port}: {str(why) or 'timed out'}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
    return 0


sys.exit(main())
