"""The tutorial's threaded server with its bugs C5, C6, C7 and C8, in our own words. Each hides the next."""

import socket
import sys
import threading

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)


# ANCHOR: server
def serve(connection, client):
    while True:
        data = connection.recv(1024)
        if not data:
            print("%s:%d went offline" % client)
            break
        print(len(data), data.decode("gbk"))
        connection.send("问题正在处理中...".encode("gbk"))
        connection.close()
    connection.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind((host, int(port)))
listener.listen(128)
print("listening on %s:%d" % listener.getsockname(), flush=True)

while True:
    connection, client = listener.accept()
    thread = threading.Thread(target=serve, args=(client, connection))
    thread.setDaemon(True)
    thread.start()
# ANCHOR_END: server
