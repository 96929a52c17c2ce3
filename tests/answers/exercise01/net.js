// Exercise 1 with Node's net: collect chunks until the frame is complete.
'use strict';
const net = require('node:net');
const fs = require('node:fs');

const GREETING = '你好,我是客户端';
const MAX_REPLY = 16 << 20;

let [address, limit] = ['127.0.0.1:9090', 10];
for (let words = process.argv.slice(2); words.length > 0; ) {
  const word = words.shift();
  if (word === '--time-limit') limit = Number(words.shift());
  else address = word;
}
const [, host, port] = address.match(/^\[?(.*?)\]?:(\d+)$/);

let over = false;
function end(why, text) {
  if (over) return;
  over = true;
  connection.destroy();
  clearTimeout(timer);
  if (why !== undefined) {
    fs.writeSync(2, `error: no reply from ${address}: ${why}\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write(text + '\n');
  }
}

const chunks = [];
let count = 0;
let wanted = -1;
const connection = net.connect({ host, port: Number(port), allowHalfOpen: true });
const timer = setTimeout(() => end('timed out'), limit * 1000);
connection.on('connect', () => connection.end(GREETING));
connection.on('error', (error) => end(error.message));
connection.on('end', () => end(`the stream ended after ${count} bytes`));
connection.on('data', (chunk) => {
  chunks.push(chunk);
  count += chunk.length;
  if (wanted < 0 && count >= 4) {
    wanted = 4 + Buffer.concat(chunks).readUInt32BE(0);
    if (wanted > 4 + MAX_REPLY) return end('the text is too long');
  }
  if (wanted < 0 || count < wanted) return;
  const text = Buffer.concat(chunks).subarray(4, wanted);
  try {
    end(undefined, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text));
  } catch {
    end('it is not UTF-8');
  }
});
