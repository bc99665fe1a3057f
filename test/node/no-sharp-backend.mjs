// A backend for tests of classifyFolder: registers `cpu` in a process that cannot import `sharp`.
import { register } from 'node:module';
import '@tensorflow/tfjs-backend-cpu';

const hook =
  'export async function resolve(name, context, next) { if (name === "sharp") throw new Error(); return next(name, context) }';
register(`data:text/javascript,${encodeURIComponent(hook)}`);
