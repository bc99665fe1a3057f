/** The name of the files of a model and of its samples. */
export const NAME = 'expressions';

/** Offers a file for download. */
export function download(text: string, name: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** A program that loads the downloaded model. */
export function programFor(classNames: readonly string[]): string {
  return [
    "import '@tensorflow/tfjs-backend-wasm';",
    "import { loadClassifier } from 'fer-cnn';",
    "import { createFaceClassifier, createTracker } from 'fer-cnn/faces';",
    '',
    `// ${NAME}.json, with ${NAME}.weights.bin beside it. Classes: ${classNames.map((name) => JSON.stringify(name)).join(', ')}`,
    `const classifier = await loadClassifier('./${NAME}.json');`,
    'const tracker = createTracker(createFaceClassifier({ classifier }));',
    "await tracker.start(document.querySelector('video'), (faces) => {",
    '  for (const { className, predictions } of faces) console.log(className, predictions);',
    '}); // until tracker.stop()',
    '',
  ].join('\n');
}
