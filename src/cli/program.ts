import { createRequire } from 'node:module';
import { version_core } from '@tensorflow/tfjs-core';
import { Command } from 'commander';
import { auditCommand } from './audit';
import { classifyCommand } from './classify';
import { evaluateCommand } from './evaluate';
import { explainCommand } from './explain';
import { exportCommand } from './export';
import { trainCommand } from './train';

const DESCRIPTION = 'Facial-expression recognition: classify faces, train, evaluate, explain and export models.';

const NOTES = `
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted by Ctrl-C.
Needs a TensorFlow.js backend, for instance: npm install @tensorflow/tfjs-backend-wasm@${version_core}
and for image files: npm install sharp`;

/** The whole program, `fer-cnn`. Nothing in it ends the process. */
export function program(): Command {
  const { version } = createRequire(import.meta.url)('fer-cnn/package.json') as { version: string };
  const all = new Command('fer-cnn').description(DESCRIPTION).version(version, '-v, --version');
  all.addHelpText('after', NOTES);
  const commands = [classifyCommand, trainCommand, evaluateCommand, explainCommand, auditCommand, exportCommand];
  for (const create of commands) all.addCommand(create());
  return withExceptions(all);
}

/** Makes commands throw where they would end the process. */
function withExceptions(command: Command): Command {
  command.exitOverride().showHelpAfterError(`(fer-cnn ${command.name()} --help shows the usage)`);
  if (!command.parent) command.showHelpAfterError('(fer-cnn --help lists the commands)');
  command.commands.forEach(withExceptions);
  return command;
}
