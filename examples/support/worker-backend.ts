/** What the workers of `npm run classify -- --out` import: starts the backend `$FER_CNN_BACKEND`, or the first that is installed. */
import { BACKENDS, startBackend } from './backend';

await startBackend(process.env['FER_CNN_BACKEND'], BACKENDS);
