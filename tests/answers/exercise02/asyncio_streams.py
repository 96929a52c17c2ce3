"""Exercise 2 with asyncio: one task for each client, and one deadline for the whole conversation."""

import argparse
import asyncio
import ipaddress
import signal
import sys

REPLY = "问题正在处理中..."
MAX_REQUEST = 1 << 20


def arguments():
    parser = argparse.ArgumentParser(description="Answers one request of each client.")
    parser.add_argument("address", nargs="?", default="127.0.0.1:9090")
    parser.add_argument("--time-limit", type=float, default=10)
    parsed = parser.parse_args()
    host, _, port = parsed.address.rpartition(":")
    host = str(ipaddress.ip_address(host.strip("[]")))
    return host, int(port), parsed.time_limit


async def converse(reader, writer):
    # The request ends where the client's stream ends, and nowhere else.
    request = b""
    while chunk := await reader.read(64 << 10):
        request += chunk
        if len(request) > MAX_REQUEST:
            raise ValueError(f"it is longer than {MAX_REQUEST} bytes")
    if not request:
        raise ValueError("it sent nothing")
    text = request.decode("utf-8")
    writer.write(f"{REPLY}\n{text}".encode())
    await writer.drain()
    writer.write_eof()


async def serve(reader, writer, limit):
    host, port = writer.get_extra_info("peername")[:2]
    client = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        await asyncio.wait_for(converse(reader, writer), limit)
        writer.close()
    except (OSError, ValueError, asyncio.TimeoutError) as why:
        print(f"error: no reply for {client}: {str(why) or 'timed out'}", file=sys.stderr, flush=True)
        # What is still in the buffers isn't worth waiting for.
        writer.transport.abort()


async def main():
    host, port, limit = arguments()
    server = await asyncio.start_server(lambda r, w: serve(r, w, limit), host, port, backlog=128)
    name = server.sockets[0].getsockname()
    shown = f"[{name[0]}]" if ":" in name[0] else name[0]
    print(f"listening on {shown}:{name[1]}", flush=True)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    async with server:
        await server.serve_forever()


asyncio.run(main())
