import { describe, expect, it } from 'vitest';
import { EMOTIONS, labelFromName } from '../src/labels';

describe('labels', () => {
  it('stand in FER2013 order', () => {
    expect(EMOTIONS).toEqual(['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral']);
  });

  it.each([
    ...EMOTIONS.map((name, label) => [name, label] as const),
    ['Happiness', 3],
    [' ANGER ', 0],
    ['disgusted', 1],
    ['surprised', 5],
    ['3', 3],
    ['4_sad', 4],
    ['6 - neutral', 6],
  ] as const)('know %j as %i', (name, label) => {
    expect(labelFromName(name)).toBe(label);
  });

  it.each(['contempt', '', '7', 'constructor', 'happyy', '33'])('do not know %j', (name) => {
    expect(labelFromName(name)).toBeUndefined();
  });
});
