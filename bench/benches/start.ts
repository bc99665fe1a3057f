import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { race, type Contender } from '../support/measure';
import { availableBackends } from '../support/networks';
import { wholeProcess } from '../support/remote';
import { installRivals, rivalProgram, rivalTitle, type RivalName } from '../support/rivals';
import type { Bench } from '../support/section';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** From the start of a process to the first answer. */
export const start: Bench = {
  name: 'start',
  async *run(context) {
    if (!existsSync(`${ROOT}dist/index.js`)) throw new Error('dist is missing: run npm run build first');
    const program = `${ROOT}bench/rivals/fer-cnn.cjs`;
    const contenders: Contender[] = (await availableBackends()).map((backend) =>
      wholeProcess(`fer-cnn on ${backend}`, { command: process.execPath, args: [program, backend], cwd: ROOT }),
    );
    const home = installRivals(context.say);
    for (const rival of ['face-api', 'human'] satisfies RivalName[]) {
      if (home) contenders.push(wholeProcess(`${rivalTitle(rival, home)} on wasm`, rivalProgram(rival, home, true)));
    }
    const note =
      'A fresh process of Node: start, import, backend, weights and the first face, with the default weights of each.';
    yield await race('Cold start', contenders, context, note);
  },
};
