"""Exercise 4 with a thread for each client: blocking sockets, and a pipe that ends every wait."""
# Judged only on Unix. Windows waits for sockets alone, not for a pipe (select).

import argparse
import ipaddress
import os
import select
import signal
import socket
import sys
import threading
import time

REPLY = "问题正在处理中...".encode()
MAX_LINE = 64 << 10
GRACE = 1.3

stopping = threading.Event()
# One byte in this pipe makes it readable forever, for all threads.
stop_read, stop_write = os.pipe()
changed = threading.Condition()
clients = 0


def arguments():
    parser = argparse.ArgumentParser(description="Serves many clients, line by line.")
    parser.add_argument("address", nargs="?", default="127.0.0.1:9090")
    host, _, port = parser.parse_args().address.rpartition(":")
    return ipaddress.ip_address(host.strip("[]")), int(port)


def named(address):
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def complain(what, why):
    # One call for the whole line: several threads write.
    try:
        os.write(2, f"error: {what}: {why}\n".encode())
    except OSError:
        pass


def answer(connection, line):
    if len(line) > MAX_LINE:
        raise ValueError(f"it is longer than {MAX_LINE} bytes")
    line.decode("utf-8")
    connection.sendall(REPLY + b" " + line + b"\n")


def answer_lines(connection):
    held = b""
    while True:
        ready, _, _ = select.select([connection, stop_read], [], [])
        if connection not in ready:
            return
        chunk = connection.recv(16 << 10)
        if not chunk:
            if held:
                answer(connection, held)
            return
        *lines, held = (held + chunk).split(b"\n")
        for line in lines:
            answer(connection, line)
        if len(held) > MAX_LINE:
            raise ValueError(f"a line is longer than {MAX_LINE} bytes")


def serve(connection, client):
    global clients
    try:
        with connection:
            try:
                answer_lines(connection)
            except (OSError, ValueError) as why:
                complain(f"no more replies for {client}", why)
            finish(connection)
    finally:
        with changed:
            clients -= 1
            changed.notify_all()


def finish(connection):
    """Reads what still comes, for a while: closing with unread input is a reset, which destroys replies."""
    try:
        connection.shutdown(socket.SHUT_WR)
        end = time.monotonic() + 0.5
        while (left := end - time.monotonic()) > 0 and not stopping.is_set():
            connection.settimeout(left)
            if not connection.recv(64 << 10):
                return
    except OSError:
        pass


def stop(*_):
    stopping.set()


def main():
    global clients
    host, port = arguments()
    family = socket.AF_INET6 if host.version == 6 else socket.AF_INET
    listener = socket.create_server((str(host), port), family=family, backlog=128)
    listener.setblocking(False)
    # Whichever thread the kernel interrupts, a byte comes at once; `stop` runs when the main thread does.
    os.set_blocking(stop_write, False)
    signal.set_wakeup_fd(stop_write)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    print(f"listening on {named(listener.getsockname())}", flush=True)
    while not stopping.is_set():
        select.select([listener, stop_read], [], [])
        if stopping.is_set():
            break
        try:
            connection, address = listener.accept()
        except BlockingIOError:
            continue
        except OSError as why:
            complain("cannot accept a client", why)
            stopping.wait(0.2)
            continue
        connection.setblocking(True)
        with changed:
            clients += 1
        thread = threading.Thread(target=serve, args=(connection, named(address)), daemon=True)
        try:
            thread.start()
        except RuntimeError as why:
            complain(f"no thread for {named(address)}", why)
            connection.close()
            with changed:
                clients -= 1
    listener.close()
    with changed:
        changed.wait_for(lambda: clients == 0, timeout=GRACE)
    # Threads that still write end with the program.
    os._exit(0)


main()
