"""The tutorial's client, with its placeholder for an address (C1; our wording)."""

import socket

# ANCHOR: client
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.connect(("192.168.31.xx", 9090))  # a name, not an address: no machine has it
connection.send("你好,我是客户端".encode("utf-8"))  # "Hello, I'm the client"
print(connection.recv(1024).decode("utf-8"))
connection.close()
# ANCHOR_END: client
