import reference from './reference.json';

/** Predictions drawn by reference.py and what scikit-learn says of them. */
export const REFERENCE = reference.cases.map(({ permille, ...rest }) => ({
  ...rest,
  numClasses: permille.length / rest.labels.length,
  probabilities: permille.map((value) => value / 1000),
}));
