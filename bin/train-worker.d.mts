/** Where the program of the threads of `startTrainingWorkers` is: a `file:` URL. */
export declare const url: string;
