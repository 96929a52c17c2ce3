"""Exercise 2 with a thread for each client, and lingering close: report, finish sending, read on, close."""

import ipaddress
import socket
import sys
import threading
import time

REPLY = "问题正在处理中...\n".encode()
MAX_REQUEST = 1 << 20


def options(words):
    address, limit = "127.0.0.1:9090", 10.0
    words = iter(words)
    for word in words:
        if word == "--time-limit":
            limit = float(next(words))
        else:
            address = word
    host, _, port = address.rpartition(":")
    host = str(ipaddress.ip_address(host.strip("[]")))
    return host, int(port), limit


def shown(name):
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"


class Conversation:
    def __init__(self, connection, limit):
        self.connection, self.end = connection, time.monotonic() + limit

    def wait(self):
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.connection.settimeout(left)

    def request(self):
        chunks, length = [], 0
        while length <= MAX_REQUEST:
            self.wait()
            chunk = self.connection.recv(64 << 10)
            if not chunk:
                break
            chunks.append(chunk)
            length += len(chunk)
        if length == 0:
            raise ValueError("it sent nothing")
        if length > MAX_REQUEST:
            raise ValueError(f"it is longer than {MAX_REQUEST} bytes")
        request = b"".join(chunks)
        request.decode()
        return request

    def answer(self, reply):
        reply = memoryview(reply)
        while reply:
            self.wait()
            reply = reply[self.connection.send(reply):]


def linger(connection):
    """Nothing that is unread when it closes makes the end a reset."""
    try:
        connection.shutdown(socket.SHUT_WR)
        end = time.monotonic() + 0.5
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(64 << 10):
                break
    except OSError:
        pass


def serve(connection, client, limit):
    with connection:
        conversation = Conversation(connection, limit)
        try:
            conversation.answer(REPLY + conversation.request())
        except (OSError, ValueError) as why:
            print(f"error: no reply for {shown(client)}: {why}", file=sys.stderr, flush=True)
        linger(connection)


def main():
    host, port, limit = options(sys.argv[1:])
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=128) as listener:
        print(f"listening on {shown(listener.getsockname())}", flush=True)
        while True:
            connection, client = listener.accept()
            threading.Thread(target=serve, args=(connection, client, limit), daemon=True).start()


main()
