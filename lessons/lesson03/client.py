"""Reads to the end of the stream, so the server always closes first (our wording)."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: client
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.connect((host, int(port)))
connection.sendall("你好,我是客户端".encode("utf-8"))
reply = b""
while chunk := connection.recv(1024):  # until the server has finished sending
    reply += chunk
print(reply.decode("utf-8"))
connection.close()
# ANCHOR_END: client
