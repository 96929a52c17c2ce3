"""A daemon thread (S21): it sends 100 rows, and dies when the main thread ends. Press Enter to end it."""

import socket
import sys
import threading
import time

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9090").rsplit(":", 1)


def send_rows(connection):
    connection.recv(1024)  # what is left unread would turn the end into a reset (C5)
    for row in range(1, 101):
        connection.sendall(b"row %d of 100\n" % row)
        time.sleep(0.05)
    connection.close()


listener = socket.create_server((host, int(port)))
print("listening on %s:%d" % listener.getsockname(), flush=True)
connection, client = listener.accept()
threading.Thread(target=send_rows, args=(connection,), daemon=True).start()
input()  # the main thread ends here, and doesn't wait for the other
