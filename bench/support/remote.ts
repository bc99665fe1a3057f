import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Contender, Time } from './measure';

/** A program that answers each line on its input with `{ "ms": …, "cpu": … }`, the time of one piece of work. */
export interface Program {
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: Readonly<Record<string, string>>;
}

/** A program that answers each line on its input with a line of JSON. */
export interface Conversation {
  ask: (line: string) => Promise<unknown>;
  close: () => void;
}

/**
 * Starts a program that first says `{ "ready": true }` and then answers.
 *
 * @throws If the program ends before it is ready, with the end of what it said.
 */
export async function conversation(name: string, { command, args, cwd, env }: Program): Promise<Conversation> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name}: ${command} ended: ${said.trim().split('\n').at(-1) ?? ''}`);
      if (value.startsWith('{"')) return JSON.parse(value) as unknown;
    }
  };
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  await Promise.race([answer(), failed]);
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return answer();
    },
    close: () => void child.kill(),
  };
}

/**
 * A contender in a process of its own, such as a Python program or a rival that brings its own TensorFlow.js.
 *
 * @throws If the program ends before it is ready, with the end of what it said.
 */
export async function remote(
  name: string,
  program: Program,
  work: Pick<Contender, 'images' | 'flop'> = {},
): Promise<Contender> {
  const { ask, close } = await conversation(name, program);
  return { name, ...work, measure: () => ask('') as Promise<Time>, close };
}

/** A contender that is a whole process: the program says at its end how long it has been running. */
export function wholeProcess(name: string, { command, args, cwd, env }: Program): Contender {
  return {
    name,
    measure: () =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args, {
          cwd,
          env: { ...process.env, ...env },
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let said = '';
        child.stdout.on('data', (text: Buffer) => (said += text.toString()));
        child.once('error', reject);
        child.once('exit', (code) => {
          const result = /\{"ms":.*\}/.exec(said)?.[0];
          if (result) resolve(JSON.parse(result) as Time);
          else reject(new Error(`${name}: ended with status ${code} and without a time`));
        });
      }),
  };
}
