"""The tutorial's client, with a real address and UTF-8 on both sides (our wording)."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: client
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.connect((host, int(port)))
connection.send("你好,我是客户端".encode("utf-8"))  # "Hello, I'm the client"
reply = connection.recv(1024)
print(reply.decode("utf-8"))
connection.close()
# ANCHOR_END: client
