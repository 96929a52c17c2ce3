"""The tutorial's threaded server with C5 to C9 mended, in our own words."""

import codecs
import socket
import sys
import threading

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)


# ANCHOR: serve
def serve(connection, client):
    decoder = codecs.getincrementaldecoder("utf-8")()
    with connection:  # closes it after the loop, and on an error too
        while data := connection.recv(1024):
            print("%s:%d sent" % client, len(data), "bytes:", decoder.decode(data))
            connection.sendall("问题正在处理中...".encode("utf-8"))
    print("%s:%d finished sending" % client)
# ANCHOR_END: serve


# ANCHOR: accept
listener = socket.create_server((host, int(port)))
print("listening on %s:%d" % listener.getsockname(), flush=True)

while True:
    connection, client = listener.accept()
    threading.Thread(target=serve, args=(connection, client), daemon=True).start()
# ANCHOR_END: accept
