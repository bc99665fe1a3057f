import type { BackendName } from '../../examples/browser/backends';

export type TaskName = 'face' | 'faces' | 'photo' | 'step';

/** A task to be measured on a backend. */
export interface Order {
  readonly backend: BackendName;
  readonly task: TaskName;
  readonly photo: ImageBitmap;
}

/** How long the task takes, in milliseconds, or why it cannot be done. */
export type Measured = { readonly ms: number } | { readonly problem: string };
