import '@tensorflow/tfjs-backend-cpu';
import * as copy from '@tensorflow/tfjs-core';

// A second copy of tfjs, as a page has it whose bundler does not see that two packages want the same one.
Object.assign(globalThis, { copy });
