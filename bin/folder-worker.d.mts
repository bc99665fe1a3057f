/** Where the program of the workers of `classifyFolder` is: a `file:` URL. */
export declare const url: string;
