/** Imported by the worker processes of `fer-cnn classify --out`: starts the backend `$FER_CNN_BACKEND`, or the fastest that is installed. */
import { startBackend } from './backend';

await startBackend(process.env['FER_CNN_BACKEND']);
