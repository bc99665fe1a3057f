import { describe, expect, it } from 'vitest';
import { groupsOf, withPeople } from '../../research/support/people';
import { wilsonInterval } from '../../research/support/wilson';
import { card as checkCard } from '../../src/storage/card-schema';
import { fullCard } from '../support/cards';

describe('wilsonInterval', () => {
  it('gives bounds that were computed by hand, and stays within 0..1', () => {
    // 8 of 10: (0.8 + 3.8415 / 20) / 1.38415 = 0.7167 ± 1.96 / 1.38415 * sqrt(0.016 + 3.8415 / 400) = 0.2266
    const { low, high } = wilsonInterval(8, 10);
    expect([low, high]).toBeAllClose([0.4902, 0.9433], { atol: 1e-4 });
    expect(wilsonInterval(0, 5).low).toBe(0);
    expect(wilsonInterval(5, 5).high).toBe(1);
  });
});

describe('the people on a card', () => {
  const person = (gender: string, ethnicity: string, smile: string | undefined) => ({
    gender,
    ethnicity,
    neutral: 'neutral',
    smile,
  });
  const called = [
    person('female', 'white', 'happy'),
    person('male', 'white', undefined),
    person('male', 'black', 'neutral'),
  ];

  it('are counted by gender and ethnicity; a face that was not found counts as wrong', () => {
    const counts = groupsOf(called).map(({ name, persons, neutral, smiles }) => [
      name,
      persons,
      neutral.right,
      smiles.right,
    ]);
    expect(counts).toEqual([
      ['all', 3, 3, 1],
      ['female', 1, 1, 1],
      ['male', 2, 2, 0],
      ['black', 1, 1, 0],
      ['white', 2, 2, 1],
    ]);
  });

  it('replace earlier ones, and their weaknesses are told in words', () => {
    const run = { backend: 'wasm', date: '2025-01-31', command: 'npx tsx research/people.ts' };
    const people = {
      ...run,
      source: 'photos',
      protocol: 'single view',
      groups: groupsOf([...called, ...called, ...called]),
    };
    const damaged = {
      ...run,
      split: 'PublicTest',
      rows: 9,
      strength: 'middle',
      clean: 0.02,
      mean: 0.1,
      errors: { noise: 0.2, blur: 0 },
    };
    const calibration = { temperature: 1, split: 'PublicTest', rows: 9, errorBefore: 0, errorAfter: 0, coverage: [] };
    const once = withPeople({ ...fullCard(), calibration }, people, damaged);
    checkCard('card:', once);
    expect(withPeople(once, people, damaged)).toEqual(once);
    expect(once.limitations).toHaveLength(3);
    expect(once.limitations![1]).toContain('above all of men and of black persons: of the smiles in photos it called 3 of 9 happy (women 3 of 3, men 0 of 6;'); // prettier-ignore
    expect(once.limitations![2]).toContain('0.200 with the worst, noise');
  });
});
