"""The tutorial's server with C2 mended: it calls recv on the connection (our wording)."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: server
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

# ANCHOR: talk
connection, client = listener.accept()
print("connected:", client)
message = connection.recv(1024)  # this client's
print(message.decode("utf-8"))
connection.send("问题正在处理中...".encode("utf-8"))  # "the question is being dealt with..."
connection.close()
listener.close()
# ANCHOR_END: talk
# ANCHOR_END: server
