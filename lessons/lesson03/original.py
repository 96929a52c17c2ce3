"""The tutorial's server of chapter 2.3 (our wording): with the option, still with C2."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: server
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

connection, client = listener.accept()
print("connected:", client)
message = listener.recv(1024)  # which socket is this?
print(message.decode("utf-8"))
connection.send("问题正在处理中...".encode("utf-8"))
connection.close()
listener.close()
# ANCHOR_END: server
