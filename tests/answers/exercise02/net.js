// Exercise 2 with Node's net: allowHalfOpen, so that the client can finish sending before it gets the reply.
'use strict';
const net = require('node:net');

const REPLY = '问题正在处理中...';
const MAX_REQUEST = 1 << 20;

const words = process.argv.slice(2);
let address = '127.0.0.1:9090';
let limit = 10;
while (words.length) {
    const word = words.shift();
    if (word === '--time-limit') limit = Number(words.shift());
    else address = word;
}
const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address);

const server = net.createServer({ allowHalfOpen: true }, (connection) => {
    const client = `${connection.remoteAddress}:${connection.remotePort}`;
    const chunks = [];
    let length = 0;
    let over = false;
    const refuse = (why) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        console.error(`error: no reply for ${client}: ${why}`);
        connection.destroy();
    };
    const timer = setTimeout(() => refuse('timed out'), limit * 1000);
    connection.on('data', (chunk) => {
        length += chunk.length;
        if (length > MAX_REQUEST) refuse(`it is longer than ${MAX_REQUEST} bytes`);
        else chunks.push(chunk);
    });
    connection.on('error', (error) => refuse(error.message));
    connection.on('end', () => {
        if (over) return;
        if (!length) return refuse('it sent nothing');
        let text;
        try {
            text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
        } catch {
            return refuse('it is not UTF-8');
        }
        connection.end(`${REPLY}\n${text}`);
    });
    connection.on('close', () => {
        over = true;
        clearTimeout(timer);
    });
});
server.listen(Number(port), host, 128, () => {
    const { address, family, port } = server.address();
    console.log(`listening on ${family === 'IPv6' ? `[${address}]` : address}:${port}`);
});
