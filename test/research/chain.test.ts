import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { listModels } from '../../src';
import { chainOf, type RecipeRun, softTargetsOf } from '../../research/support/chain';
import { ROOT } from '../docs/documents';

const recipe = JSON.parse(await readFile(`${ROOT}research/bundled-weights.json`, 'utf8')) as RecipeRun[];

describe('the recipe of the bundled weights', () => {
  it.each(listModels())('has random weights at the beginning of %s, and nowhere later', (model) => {
    const [first, ...others] = chainOf(model, recipe);
    expect(first === recipe[0] || first!.from === false).toBe(true);
    expect(new Set(others.map(({ from }) => from).filter((from) => from !== false))).toEqual(new Set([undefined]));
  });

  it.each(listModels())('names teachers of %s that were trained before', (model) => {
    for (const run of chainOf(model, recipe)) {
      const before = recipe.slice(0, recipe.indexOf(run)).map(({ out }) => out);
      for (const teacher of run.teacher ?? []) expect(before).toContain(teacher);
    }
  });

  it.each(listModels())('is what the card of %s names', async (model) => {
    const chain = chainOf(model, recipe);
    const card = JSON.parse(await readFile(`${ROOT}weights/${model}/card.json`, 'utf8')) as {
      training: { command: string; softTargets: string };
    };
    expect(card.training.command).toMatch(
      new RegExp(`--recipe research/bundled-weights.json --out ${chain.at(-1)!.out}$`),
    );
    expect(card.training.softTargets).toBe(softTargetsOf(chain));
  });
});

describe('softTargetsOf', () => {
  it('says how votes were used, and which models were teachers', () => {
    const runs = [
      { out: 'runs/a', ferplus: 'votes.csv', teacher: ['runs/x'] },
      { out: 'runs/b', ferplus: 'votes.csv', auxiliaryVotes: true, teacher: ['runs/x', 'runs/a'] },
    ];
    expect(softTargetsOf(runs)).toMatch(
      /^votes of .* as 15 % .*, and later as a second task .*\(runs\/x and runs\/a of the recipe\)/,
    );
    expect(softTargetsOf([{ out: 'runs/a', teacher: ['runs/x'] }])).toMatch(
      /^probabilities .*\(runs\/x of the recipe\)/,
    );
    expect(softTargetsOf([{ out: 'runs/a' }])).toBe('');
  });
});
