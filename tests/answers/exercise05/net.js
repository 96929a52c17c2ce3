// Exercise 5 with Node's `net`: one buffer for each direction, and one timer is the deadline.

const net = require("net");

const LINE = 64;
const CHUNK = 1024 * LINE;
const given = { "--time-limit": 10, "--bytes": 32 << 20, address: "127.0.0.1:9090" };
for (let words = process.argv.slice(2); words.length > 0; ) {
  const word = words.shift();
  if (word.startsWith("--")) given[word] = Number(words.shift());
  else given.address = word;
}
const length = given["--bytes"];
const cut = given.address.lastIndexOf(":");
const host = given.address.slice(0, cut).replace(/^\[|\]$/g, "");
const port = Number(given.address.slice(cut + 1));

// Fills a buffer with the bytes of the message from this place on. It makes no strings: what is
// thrown away half a million times takes more memory than all the rest until it is collected.
const line = Buffer.from("line 0000000: every byte of the message tells where it belongs.\n");
function fill(buffer, place) {
  for (let at = 0; at < buffer.length; ) {
    let number = Math.floor((place + at) / LINE) + 1;
    for (let digit = 11; digit > 4; digit -= 1) {
      line[digit] = 48 + (number % 10);
      number = Math.floor(number / 10);
    }
    const from = (place + at) % LINE;
    const count = Math.min(LINE - from, buffer.length - at);
    for (let k = 0; k < count; k += 1) buffer[at + k] = line[from + k];
    at += count;
  }
}

let sent = 0;
let received = 0;
let failed = false;
const [expected, chunk, input] = [64 << 10, CHUNK, 64 << 10].map((size) => Buffer.alloc(size));

function fail(why) {
  if (failed) return;
  failed = true;
  console.error(`error: no whole echo from ${given.address}: ${why}`);
  process.exitCode = 1;
  connection.destroy();
  clearTimeout(deadline);
}

function compare(echo) {
  const should = expected.subarray(0, echo.length);
  fill(should, received);
  received += echo.length;
  if (received > length || !echo.equals(should)) fail("a byte is wrong or too many");
}

// One buffer for all that is read, and the server's half of the connection ends later than this one.
const connection = net.connect({
  host,
  port,
  allowHalfOpen: true,
  onread: {
    buffer: input,
    callback: (count, buffer) => {
      if (!failed) compare(buffer.subarray(0, count));
      return true;
    },
  },
});
const deadline = setTimeout(() => fail("timed out"), given["--time-limit"] * 1000);

// One buffer for all that is written: it is filled again when the kernel has taken it.
function send() {
  if (failed) return;
  if (sent === length) {
    connection.end();
    return;
  }
  const part = chunk.subarray(0, Math.min(CHUNK, length - sent));
  fill(part, sent);
  sent += part.length;
  connection.write(part, (why) => why ?? send());
}

connection.on("connect", send);
connection.on("error", (why) => fail(why.code ?? why.message));
connection.on("end", () => {
  if (received < length) return fail(`it ended after ${received} of ${length} bytes`);
  if (failed) return;
  clearTimeout(deadline);
  console.log(`echoed ${length} bytes, each in its place`);
});
