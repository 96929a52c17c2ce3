"""The server of chapter 2.2 with C2 mended and no option: its second run can't bind."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: server
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

connection, client = listener.accept()
message = connection.recv(1024)
print(client, message.decode("utf-8"))
connection.sendall("问题正在处理中...".encode("utf-8"))
connection.close()  # the server closes first: its kernel keeps the port
listener.close()
# ANCHOR_END: server
