import type { EMOTIONS } from 'fer-cnn';

type Emotion = (typeof EMOTIONS)[number];

/** Eyes, brows and mouth of a drawn face, as a path in a square of 24; dots are strokes without length. */
const FEATURES: Readonly<Record<Emotion, string>> = {
  angry: 'M7 8l3.2 1.6M17 8l-3.2 1.6M9 11.5h.01M15 11.5h.01M8.5 16.8q3.5-2.6 7 0',
  disgust: 'M7 9l3.2 1.4L7.4 12M17 9l-3.2 1.4 2.8 1.6M7.8 16.2q1.05-1.6 2.1 0t2.1 0 2.1 0 2.1 0',
  fear: 'M6.8 7.6l3-1.2M17.2 7.6l-3-1.2M9 10.6h.01M15 10.6h.01M8.2 17.2q3.8-4.4 7.6 0z',
  happy: 'M9 9.6h.01M15 9.6h.01M7.2 13.6q4.8 6 9.6 0',
  sad: 'M6.8 8.8l3-1.4M17.2 8.8l-3-1.4M9 11.2h.01M15 11.2h.01M8.5 16.8q3.5-3 7 0',
  surprise: 'M7.2 7q1.6-1.4 3.2 0M13.6 7q1.6-1.4 3.2 0M9 10.4h.01M15 10.4h.01M12 13.6a2.2 2.5 0 1 0 .01 0',
  neutral: 'M9 10h.01M15 10h.01M8.5 15.4h7',
};

/** A drawn face with an expression, for the eyes alone: the word is beside it. Empty for other expressions than the seven emotions. */
export function glyph(emotion: string): string {
  const path = FEATURES[emotion as Emotion];
  if (path === undefined) return '';
  return `<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10.2" /><path d="${path}" /></svg>`;
}
