"""Exercise 0 with `ipaddress` and `socket`: the networks of the assignment, written down."""

import ipaddress
import re
import socket
import sys

LOOPBACK = [ipaddress.ip_network(text) for text in ("127.0.0.0/8", "::1/128")]
UNSPECIFIED = [ipaddress.ip_network(text) for text in ("0.0.0.0/32", "::/128")]
PRIVATE = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


def parse(text):
    # `$` would also match before a newline at the end.
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]+)", text)
    if not match or int(match[3]) > 65535:
        raise ValueError("it has no address or no port")
    version = ipaddress.IPv6Address if match[1] else ipaddress.IPv4Address
    return version(match[1] or match[2]), int(match[3])


def kind(address):
    for name, networks in (
        ("loopback", LOOPBACK),
        ("unspecified", UNSPECIFIED),
        ("private", PRIVATE),
    ):
        if any(address.version == it.version and address in it for it in networks):
            return name
    return "other"


def port_range(port):
    if port == 0:
        return "no port yet"
    if port <= 1023:
        return "system port"
    return "user port" if port <= 49151 else "dynamic port"


def classify(words):
    code = 0
    for word in words:
        try:
            address, port = parse(word)
            print(f"{word}: {kind(address)} address, {port_range(port)}")
        except ValueError as why:
            print(f"error: '{word}' is not an address with a port: {why}", file=sys.stderr)
            code = 1
    return code


def shown(name):
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def ends(text):
    try:
        address, port = parse(text)
        with socket.create_connection((str(address), port), timeout=10) as connection:
            print("local", shown(connection.getsockname()))
            print("peer", shown(connection.getpeername()))
    except (OSError, ValueError) as why:
        print(f"error: cannot connect to {text}: {why}", file=sys.stderr)
        return 1
    return 0


arguments = sys.argv[1:]
if arguments[:1] == ["classify"]:
    sys.exit(classify(arguments[1:]))
sys.exit(ends(arguments[0] if arguments else "127.0.0.1:9090"))
