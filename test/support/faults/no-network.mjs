/** Loaded into a build before it starts (`node --import`): code that tries to use the network ends the process. */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** @param {string} what */
const refuse = (what) => () => {
  process.stderr.write(`NETWORK: ${what}\n${new Error(what).stack}\n`);
  process.exit(70);
};

net.Socket.prototype.connect = refuse('connect');
net.Server.prototype.listen = refuse('listen');
dgram.createSocket = refuse('datagram');
for (const name of /** @type {const} */ (['lookup', 'resolve', 'resolve4', 'resolve6'])) {
  Object.assign(dns, { [name]: refuse(name) });
  Object.assign(dns.promises, { [name]: refuse(name) });
}
globalThis.fetch = refuse('fetch');
syncBuiltinESMExports();
