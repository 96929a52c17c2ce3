"""Exercise 1 with asyncio: `readexactly` reads the frame, and `wait_for` is the deadline."""

import asyncio
import sys

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
    return host.strip("[]"), int(port), limit


async def converse(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(GREETING.encode())
    writer.write_eof()
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > MAX_REPLY:
        raise ValueError(f"a text of {length} bytes is too long")
    return (await reader.readexactly(length)).decode()


def main():
    host, port, limit = arguments()
    try:
        text = asyncio.run(asyncio.wait_for(converse(host, port), limit))
    except asyncio.TimeoutError:
        print("error: no whole reply: timed out", file=sys.stderr)
        return 1
    except (OSError, EOFError, ValueError) as why:
        print(f"error: no whole reply: {why}", file=sys.stderr)
        return 1
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print(text)
    return 0


sys.exit(main())
