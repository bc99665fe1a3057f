import type { Classifier } from '../classify/classifier';
import type { ClassifyOptions } from '../classify/options';
import type { FaceDetector } from '../faces/detector';
import type { PixelData } from '../image/pixels';
import type { ImageSource } from '../image/read';

/** Options of {@link createTeacher}. */
export interface TeacherOptions {
  /**
   * The classifier whose model turns faces into vectors: the base. It must end in a dense layer. Borrowed until the teacher is disposed of.
   * Default: the weights that `classify()` uses, loaded with the first image and owned by the teacher.
   */
  classifier?: Classifier | undefined;
  /**
   * Finds the face in each photo or frame, for instance `await loadFaceDetector()` of `fer-cnn/faces`; the largest face is taken. Borrowed.
   * Default: none, each image is a face.
   */
  detector?: FaceDetector | undefined;
  /**
   * What is kept of an image: only its vector, from which no face can be shown, or also the face itself, in bytes at the size of the
   * model's input (48×48 gray for the bundled weights). `'fineTune'` needs the images. Default `'vectors'`.
   */
  keep?: 'vectors' | 'images' | undefined;
  /** Classes that exist from the start, in the order of the outputs. Default: none; a class begins with its first sample. */
  classNames?: readonly string[] | undefined;
}

/** Options of {@link Teacher.add}: where the face is, as for `classify`. With a position, one image only. */
export interface AddOptions extends Pick<ClassifyOptions, 'box' | 'landmarks' | 'margin'> {
  /** Cancels the call: it rejects with the signal's reason, and nothing is added. */
  signal?: AbortSignal | undefined;
  /** Called after each image with the number of finished images and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Options of {@link Teacher.record}. */
export interface RecordOptions {
  /** Maximum length of the take in seconds, above 0; `Infinity` if only `finish` ends it. Default 3. */
  seconds?: number | undefined;
  /** Maximum number of samples per second, above 0. Slower devices take fewer. Default 10. */
  perSecond?: number | undefined;
  /** Ends the take early and keeps it, for a button that is held while recording. One frame is taken in any case. */
  finish?: AbortSignal | undefined;
  /** Cancels the take: the call rejects with the signal's reason, and nothing is added. */
  signal?: AbortSignal | undefined;
  /** Called after each frame with the number of samples so far and the elapsed time in seconds. */
  onProgress?: ((samples: number, seconds: number) => void) | undefined;
}

/** Options of {@link Teacher.rename}. */
export interface RenameOptions {
  /** Whether a class with the new name may exist; the two then become one. Default false. */
  merge?: boolean | undefined;
}

/** One face that was shown to a teacher. */
export interface Sample {
  /** The number of the sample; never used again after {@link Teacher.remove}. */
  readonly id: number;
  /** The name of its class. */
  readonly label: string;
  /** The number of the take that it belongs to. */
  readonly take: number;
  /** The vector before the head of the base, float32; borrowed, not to be changed. */
  readonly vector: Float32Array;
  /** The face in bytes at the size of the base's input, with `keep: 'images'`; borrowed, not to be changed. */
  readonly image?: PixelData | undefined;
}

/** The samples of one call of {@link Teacher.add} or {@link Teacher.record}: they are alike, and are held out together. */
export interface Take {
  /** The number of the take. */
  readonly take: number;
  /** The name of the class. */
  readonly label: string;
  /** The numbers of the samples, in their order. */
  readonly ids: readonly number[];
  /** The number of images or frames without a face, which gave no sample; 0 without a detector. */
  readonly withoutFace: number;
}

/** Something about the samples that makes the result worse, from {@link Teacher.check}. */
export interface Advice {
  /**
   * - `'empty'`: a class without samples; {@link Teacher.train} refuses it.
   * - `'few'`: a class with fewer than 5 samples.
   * - `'oneTake'`: a class whose samples are all of one take, so that its score cannot be measured.
   * - `'oneSided'`: a class whose samples hardly differ, as the frames of a face that keeps still.
   * - `'copies'`: the same image in two classes.
   */
  readonly kind: 'empty' | 'few' | 'oneTake' | 'oneSided' | 'copies';
  /** The classes that it is about. */
  readonly labels: readonly string[];
  /** The numbers of the samples that it is about; empty if it is about the whole class. */
  readonly ids: readonly number[];
  /** A sentence for the user. */
  readonly message: string;
}

/**
 * How the head is learned.
 *
 * - `'prototypes'`: the class whose samples point in the nearest direction. For few samples.
 * - `'logistic'`: a logistic regression on the directions, which the penalty draws to the prototypes. For more samples.
 * - `'auto'`: one of these, by the number of samples in the smallest class.
 * - `'fineTune'`: trains the last convolution block too. Needs `keep: 'images'`; takes minutes without native TensorFlow or a GPU.
 */
export type TeachMethod = 'auto' | 'prototypes' | 'logistic' | 'fineTune';

/** Options of {@link Teacher.train}. */
export interface TeachOptions {
  /** How the head is learned. Default `'auto'`. */
  method?: TeachMethod | undefined;
  /**
   * The minimum probability of the best class, between 1 / classes and 1. Adds the class `'none of these'`, which is the most probable for
   * images below it. Default: no such class.
   */
  rejectBelow?: number | undefined;
  /**
   * Whether the classes of the base, such as the seven emotions, stay beside the taught ones. They need no samples; samples with the name
   * of one correct it. Default false.
   */
  keepClasses?: boolean | undefined;
  /** Whether the score of held-out takes is measured, which learns up to five times more. Default true. */
  score?: boolean | undefined;
  /** The seed of the held-out takes and of `'fineTune'`, an integer of at least 0. Default 0. */
  seed?: number | undefined;
  /** Cancels the training: the call rejects with the signal's reason. The samples stay. */
  signal?: AbortSignal | undefined;
  /** Called with the finished share of the work, 0..1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/** How well the taught classes are recognized in takes that were held out: whole takes, never frames of a burst that was learned from. */
export interface HeldOutScore {
  /** Share of the held-out samples that were recognized, 0..1; undefined if it cannot be measured. */
  readonly accuracy: number | undefined;
  /** Share of the held-out samples of each class that were recognized, by class name; empty if it cannot be measured. */
  readonly recall: Readonly<Record<string, number>>;
  /** The number of samples that were held out, each once. */
  readonly samples: number;
  /** The number of takes that were held out, each once. */
  readonly takes: number;
  /** The score in a sentence, or why it is not measurable and what to record. */
  readonly message: string;
}

/** The result of {@link Teacher.train}. */
export interface TaughtClassifier {
  /** An ordinary classifier with a model and a card of its own; the caller disposes of it. Pass `classifier.model` to `saveModel`. */
  readonly classifier: Classifier;
  /** How the head was learned. */
  readonly method: Exclude<TeachMethod, 'auto'>;
  /** The score of held-out takes; not measurable with one take per class, or if `score` is false. */
  readonly score: HeldOutScore;
}

/** Learns expressions from a few samples. Get one from {@link createTeacher} or {@link loadTeacher}. */
export interface Teacher {
  /** The names of the classes, in the order of the outputs: that of their first samples. */
  readonly classNames: readonly string[];
  /**
   * Adds samples to a class, as one take: images that were taken together. Add other occasions and other people in calls of their own.
   *
   * @param label The name of the class; a new one begins a class.
   * @param images One image in any form that `classify` takes, a batch [n, h, w, c], or an array of images; borrowed.
   * @param options Where the face is, if the image is a photo.
   * @returns The take.
   * @throws InputError if an argument is not valid, or no image has a face; nothing was added.
   * @throws DisposedError if the teacher or its classifier was disposed of.
   */
  add(label: string, images: ImageSource | readonly ImageSource[], options?: AddOptions): Promise<Take>;
  /**
   * Adds samples from a video to a class while it plays, as one take. A video that shows nothing new for 5 seconds ends the take.
   *
   * @param label The name of the class; a new one begins a class.
   * @param video A video that plays, for instance of a webcam; borrowed.
   * @param options The length, the rate, and signals that end or cancel the take.
   * @returns The take. Frames without a face are left out.
   * @throws InputError if an argument is not valid, or no frame with a face was shown; nothing was added.
   * @throws DisposedError if the teacher or its classifier was disposed of.
   */
  record(label: string, video: HTMLVideoElement, options?: RecordOptions): Promise<Take>;
  /**
   * Adds a class without samples, for instance an empty card of a page. A class that exists stays as it is. {@link Teacher.train} wants
   * samples of every class.
   *
   * @throws InputError if the name is not valid, or there are 255 classes already.
   */
  addClass(label: string): void;
  /** The number of samples of each class, by name. */
  counts(): Record<string, number>;
  /** All samples, in the order in which they were added. */
  samples(): readonly Sample[];
  /**
   * Removes samples. A class stays when its last sample is removed; see {@link Teacher.clear}.
   *
   * @param ids The number of a sample, or several.
   * @throws InputError if there is no such sample; nothing was removed.
   */
  remove(ids: number | readonly number[]): void;
  /**
   * Gives a class another name. Its samples and its place in the order stay.
   *
   * @throws InputError if there is no such class, or the name is not valid or that of another class; nothing was changed.
   */
  rename(label: string, name: string, options?: RenameOptions): void;
  /**
   * Removes a class with its samples, or all classes.
   *
   * @throws InputError if there is no such class.
   */
  clear(label?: string): void;
  /** What is wrong with the samples, the worst first; empty if nothing is. */
  check(): Advice[];
  /**
   * Learns a classifier from the samples. The samples and the base are left unchanged, so that more can be added and learned later.
   *
   * @param options The method, the rejection of unknown faces, and the classes that stay.
   * @returns The classifier, and its score on held-out takes.
   * @throws InputError if an option is not valid, there are fewer than two classes, or one is empty.
   * @throws DisposedError if the teacher or its classifier was disposed of.
   */
  train(options?: TeachOptions): Promise<TaughtClassifier>;
  /**
   * Writes the samples, and the images if they are kept, into a string that {@link loadTeacher} reads: JSON.
   *
   * @throws DisposedError if the teacher or its classifier was disposed of.
   */
  serialize(): Promise<string>;
  /** Disposes of the base, if the teacher loaded it. Taught classifiers stay in use. A second call does nothing. */
  dispose(): void;
}
