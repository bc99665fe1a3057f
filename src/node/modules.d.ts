/** The programs of workers, built in `dist/node`. */
declare module 'fer-cnn/folder-worker' {
  /** The `file:` URL of the worker program of `classifyFolder`. */
  export const url: string;
}
declare module 'fer-cnn/train-worker' {
  /** The `file:` URL of the thread program of `startTrainingWorkers`. */
  export const url: string;
}
