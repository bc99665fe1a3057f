import { spawn } from 'node:child_process';

/** A server that runs as a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** Ends it, with the processes that it started. May be called twice. */
  readonly close: () => void;
}

const ADDRESS = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/;
const PATIENCE = 300_000; // milliseconds

/**
 * Starts a server and waits until it answers at the address that it prints.
 *
 * @param cwd Where it is started.
 * @param command The program and its arguments.
 * @param environment Further environment variables.
 */
export async function startServer(
  cwd: string,
  [command, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const env = { ...process.env, NO_COLOR: '1', ...environment };
  const server = spawn(command, args, { cwd, env, detached: true });
  let printed = '';
  let isOpen = true;
  const close = () => {
    if (isOpen) process.kill(-server.pid!);
    isOpen = false;
  };
  server.on('exit', () => (isOpen = false));
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const end = Date.now() + PATIENCE;
  while (server.exitCode === null && Date.now() < end) {
    const [url] = ADDRESS.exec(printed) ?? [];
    if (url && (await fetch(url).catch(() => undefined))) return { url, close };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  close();
  throw new Error(`${[command, ...args].join(' ')} does not answer:\n${printed}`);
}
