// Exercise 0 with Node's `net`: a BlockList for each kind of address.

const net = require("net");

const list = (subnets) => {
  const made = new net.BlockList();
  for (const [address, bits, family] of subnets) made.addSubnet(address, bits, family);
  return made;
};
const KINDS = [
  ["loopback", list([["127.0.0.0", 8, "ipv4"], ["::1", 128, "ipv6"]])],
  ["unspecified", list([["0.0.0.0", 32, "ipv4"], ["::", 128, "ipv6"]])],
  ["private", list([
    ["10.0.0.0", 8, "ipv4"],
    ["172.16.0.0", 12, "ipv4"],
    ["192.168.0.0", 16, "ipv4"],
    ["fc00::", 7, "ipv6"],
  ])],
];

function parse(word) {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]+)$/.exec(word);
  if (!match || Number(match[3]) > 65535) return null;
  const [, six, four, port] = match;
  if (six ? !net.isIPv6(six) : !net.isIPv4(four)) return null;
  return { host: six ?? four, family: six ? "ipv6" : "ipv4", port: Number(port) };
}

function kind({ host, family }) {
  // A BlockList would look up ::ffff:127.0.0.1 among the IPv4 addresses.
  const address = new net.SocketAddress({ address: host, family }).address;
  if (address.startsWith("::ffff:")) return "other";
  const found = KINDS.find(([, addresses]) => addresses.check(host, family));
  return found ? found[0] : "other";
}

function range(port) {
  if (port === 0) return "no port yet";
  if (port < 1024) return "system port";
  return port < 49152 ? "user port" : "dynamic port";
}

function classify(words) {
  for (const word of words) {
    const address = parse(word);
    if (address) {
      console.log(`${word}: ${kind(address)} address, ${range(address.port)}`);
    } else {
      console.error(`error: '${word}' is not an address with a port: try 127.0.0.1:80`);
      process.exitCode = 1;
    }
  }
}

const shown = (host, port) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

function ends(text) {
  const address = parse(text);
  if (!address) {
    console.error(`error: '${text}' is not an address with a port: try 127.0.0.1:80`);
    process.exitCode = 1;
    return;
  }
  const connection = net.connect(address.port, address.host, () => {
    console.log(`local ${shown(connection.localAddress, connection.localPort)}`);
    console.log(`peer ${shown(connection.remoteAddress, connection.remotePort)}`);
    connection.destroy();
  });
  connection.on("error", (why) => {
    console.error(`error: cannot connect to ${text}: ${why.code}`);
    process.exitCode = 1;
  });
}

const [command, ...words] = process.argv.slice(2);
if (command === "classify") classify(words);
else ends(command ?? "127.0.0.1:9090");
