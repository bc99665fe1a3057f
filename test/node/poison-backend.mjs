// A backend for tests of classifyFolder: registers `cpu`, and ends its process at a batch with a picture called poison, as a crash would.
import '@tensorflow/tfjs-backend-cpu';

process.on('message', ({ files }) => {
  if (files.some((file) => file.includes('poison'))) process.kill(process.pid, 'SIGKILL');
});
