// Loaded before a program: makes every way onto the network throw, and tells the program so by `networkAttempts`.
const attempts = [];
globalThis.networkAttempts = attempts;
function forbid(object, name, what) {
  object[name] = function () {
    attempts.push(what);
    throw new Error(`network access by ${what}`);
  };
}
forbid(require('node:net').Socket.prototype, 'connect', 'net.Socket');
forbid(require('node:dgram').Socket.prototype, 'send', 'dgram.Socket');
forbid(require('node:dns'), 'lookup', 'dns.lookup');
forbid(globalThis, 'fetch', 'fetch');
