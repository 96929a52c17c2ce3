"""A server with the tutorial's bug C2: it calls recv on the listener (our wording)."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)

# ANCHOR: server
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

# ANCHOR: talk
connection, client = listener.accept()
print("connected:", client)
message = listener.recv(1024)  # which socket is this?
print(message.decode("utf-8"))
connection.send("问题正在处理中...".encode("utf-8"))  # "the question is being dealt with..."
connection.close()
listener.close()
# ANCHOR_END: talk
# ANCHOR_END: server
