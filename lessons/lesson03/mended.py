"""The tutorial's server of chapter 2.3 with C2 mended (our wording): it can run again."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: server
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # before bind, every run
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

connection, client = listener.accept()
message = connection.recv(1024)
print(client, message.decode("utf-8"))
connection.sendall("问题正在处理中...".encode("utf-8"))
connection.close()
listener.close()
# ANCHOR_END: server
