/** Programs of workers, which are told where they are: built, in `dist/node`. */
declare module 'fer-cnn/folder-worker' {
  /** Where the program of the workers of `classifyFolder` is: a `file:` URL. */
  export const url: string;
}
declare module 'fer-cnn/train-worker' {
  /** Where the program of the threads of `startTrainingWorkers` is: a `file:` URL. */
  export const url: string;
}
