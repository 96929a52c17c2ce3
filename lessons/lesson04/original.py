"""The tutorial's threaded server with its bugs C5, C6, C7 and C8, in our own words.

Each bug hides the next. Name those that are to be mended after the address:

    python3 original.py 127.0.0.1:9090 C5 C6
"""

import socket
import sys
import threading

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)
mended = sys.argv[2:]


# ANCHOR: serve
def serve(connection, client):
    encoding = "utf-8" if "C6" in mended else "gbk"  # C6: the client speaks UTF-8
    while True:
        data = connection.recv(1024)
        if not data:
            print("%s:%d went offline" % client)
            break
        print(len(data), data.decode(encoding))
        connection.send("问题正在处理中...".encode(encoding))
        if "C7" not in mended:
            connection.close()  # C7: the loop goes on, with a closed connection
    connection.close()
# ANCHOR_END: serve


# ANCHOR: accept
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

while True:
    connection, client = listener.accept()
    if "C5" in mended:
        thread = threading.Thread(target=serve, args=(connection, client))
    else:
        thread = threading.Thread(target=serve, args=(client, connection))  # C5: swapped
    thread.setDaemon(True)  # C8: deprecated
    thread.start()
# ANCHOR_END: accept
