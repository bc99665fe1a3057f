/**
 * The seven emotions in FER2013 order: the position is the label in the data set, in every model output and in every
 * confusion matrix of this package.
 *
 * Source: Goodfellow et al., "Challenges in Representation Learning", ICML 2013 workshop.
 *
 * @example
 * ```ts
 * EMOTIONS[3]; // 'happy'
 * ```
 */
export const EMOTIONS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;

/**
 * Name of one of the seven FER2013 emotions.
 */
export type Emotion = (typeof EMOTIONS)[number];

/**
 * The splits that FER2013 defines, in file order.
 *
 * @example
 * ```ts
 * SPLITS[1]; // 'PublicTest'
 * ```
 */
export const SPLITS = ['Training', 'PublicTest', 'PrivateTest'] as const;

/**
 * Name of a FER2013 split. Select on `PublicTest`; `PrivateTest` is for the final score only.
 */
export type Split = (typeof SPLITS)[number];

const SPELLINGS: Record<Emotion, readonly string[]> = {
  angry: ['angry', 'anger', 'an'],
  disgust: ['disgust', 'disgusted', 'di'],
  fear: ['fear', 'fearful', 'afraid', 'scared', 'fe'],
  happy: ['happy', 'happiness', 'joy', 'ha'],
  sad: ['sad', 'sadness', 'sa'],
  surprise: ['surprise', 'surprised', 'su'],
  neutral: ['neutral', 'neutrality', 'calm', 'ne'],
};

const LABEL_BY_SPELLING = new Map<string, number>(
  EMOTIONS.flatMap((emotion, label) => SPELLINGS[emotion].map((spelling) => [spelling, label] as const)),
);

/**
 * The FER2013 label of an emotion in any common spelling.
 *
 * @param name An emotion in any case and with any common ending (`'Happiness'`, `'joy'`, `'3'`, `'3_happy'`).
 * @returns The label, an integer in 0..6, or `undefined` if the name is none of the seven.
 */
export function labelFromName(name: string): number | undefined {
  const text = name.trim().toLowerCase();
  if (/^[0-6]$/.test(text)) return Number(text);
  return LABEL_BY_SPELLING.get(text.replace(/^[0-6][\s._-]+/, ''));
}
