import type { ModelCard } from '../../src/storage/card';
import type { CardDamagedCalibration, CardGroup, CardRecognition } from '../../src/storage/card-measured';
import type { Person } from './photos';
import { wilsonInterval } from './wilson';

/** A person and what the photos were called; undefined where no face was found. */
export interface Called extends Pick<Person, 'gender' | 'ethnicity'> {
  neutral: string | undefined;
  smile: string | undefined;
}

/** All persons, then by gender, then by ethnicity, each in alphabetical order. */
export function groupsOf(called: readonly Called[]): CardGroup[] {
  const by = (key: 'gender' | 'ethnicity') =>
    [...new Set(called.map((person) => person[key]))]
      .sort()
      .map((name) => group(key, name, called.filter((person) => person[key] === name))); // prettier-ignore
  return [group('all', 'all', called), ...by('gender'), ...by('ethnicity')];
}

function group(by: string, name: string, persons: readonly Called[]): CardGroup {
  const count = (key: 'neutral' | 'smile', wanted: string): CardRecognition => {
    const right = persons.filter((person) => person[key] === wanted).length;
    return { right, ...wilsonInterval(right, persons.length) };
  };
  return { by, name, persons: persons.length, neutral: count('neutral', 'neutral'), smiles: count('smile', 'happy') };
}

/** How the lines begin that this file writes among the limitations of a card. */
const SMILES = 'Soft smiles often pass for neutral';
const DAMAGED = 'On damaged images';

/** The least number of persons for a group to be named as the one with the fewest smiles found. */
const FEW = 3;

/** A card with what was measured, and with its weaknesses in words, in place of earlier ones. */
export function withPeople(
  card: ModelCard,
  people: NonNullable<ModelCard['people']>,
  damaged: CardDamagedCalibration,
): ModelCard {
  const { calibration, limitations = [] } = card;
  const others = limitations.filter((line) => !line.startsWith(SMILES) && !line.startsWith(DAMAGED));
  return {
    ...card,
    limitations: [...others, smilesInWords(people.groups), damageInWords(damaged)],
    ...(calibration && { calibration: { ...calibration, damaged } }),
    people,
  };
}

function smilesInWords(groups: readonly CardGroup[]): string {
  const found = ({ smiles, persons }: CardGroup) => `${smiles.right} of ${persons}`;
  const list = (by: string) =>
    groups
      .filter((each) => each.by === by)
      .map((each) => `${wordOf(each.name)} ${found(each)}`)
      .join(', ');
  const fewest = (by: string) => {
    const large = groups.filter((each) => each.by === by && each.persons >= FEW);
    const share = ({ smiles, persons }: CardGroup) => smiles.right / persons;
    return wordOf(large.sort((a, b) => share(a) - share(b))[0]!.name);
  };
  return (
    `${SMILES}, above all of ${fewest('gender')} and of ${fewest('ethnicity')} persons: of the smiles in photos it called ` +
    `${found(groups[0]!)} happy (${list('gender')}; ${list('ethnicity')}). The groups are small, so see their intervals; measure your ` +
    `own users before you rely on it.`
  );
}

const wordOf = (name: string) =>
  ({ female: 'women', male: 'men', east_asian: 'East Asian', west_asian: 'West Asian' })[name] ??
  name.replace('east_asian', 'East Asian').replace('west_asian', 'West Asian').replace('/', ' and ');

function damageInWords({ clean, mean, errors }: CardDamagedCalibration): string {
  const [worst, error] = Object.entries(errors).sort(([, a], [, b]) => b - a)[0]!;
  const digits = (value: number) => value.toFixed(3);
  return (
    `${DAMAGED} a probability says less about how often the model is right: the expected calibration error is ${digits(clean)} on clean ` +
    `images, ${digits(mean)} in the mean over ${Object.keys(errors).length} kinds of damage, and ${digits(error)} with the worst, ${worst}.`
  );
}
