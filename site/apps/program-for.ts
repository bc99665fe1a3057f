import type { Shown } from '../../examples/browser/shown';

/** The program that does what the page shows. */
export function programFor({ isLive, isByHand, isCorrected, faces, model, backend }: Shown): string {
  const head = [`import '@tensorflow/tfjs-backend-${backend}';`, "import { loadClassifier } from 'fer-cnn';"];
  const load = `const classifier = await loadClassifier('${model}');`;
  if (isByHand) {
    const { x, y, width, height } = faces[0]!.box!;
    const box = `{ x: ${Math.round(x)}, y: ${Math.round(y)}, width: ${Math.round(width)}, height: ${Math.round(height)} }`;
    const call = `const predictions = await classifier.classify(document.querySelector('${isLive ? 'video' : 'img'}'), { box: ${box}, margin: 0 });`;
    return [...head, '', load, call, 'console.log(predictions);', ''].join('\n');
  }
  if (isLive) {
    return [
      ...head,
      `import { createFaceClassifier, createTracker${isCorrected ? ', measureBaseline' : ''} } from 'fer-cnn/faces';`,
      '',
      load,
      "const video = document.querySelector('video');",
      'const faceClassifier = createFaceClassifier({ classifier });',
      ...(isCorrected
        ? [
            'const baseline = await measureBaseline(video, { classifier: faceClassifier }); // 3 seconds of a neutral face',
            'const tracker = createTracker(faceClassifier, { baseline });',
          ]
        : ['const tracker = createTracker(faceClassifier);']),
      'await tracker.start(video, (faces) => {',
      '  for (const { id, box, className, predictions } of faces) console.log(id, box, className, predictions);',
      '}); // until tracker.stop()',
      '',
    ].join('\n');
  }
  return [
    ...head,
    "import { createFaceClassifier } from 'fer-cnn/faces';",
    '',
    load,
    'const faces = createFaceClassifier({ classifier });',
    "for (const { box, predictions } of await faces.classify(document.querySelector('img'))) {",
    '  console.log(box, predictions);',
    '}',
    '',
  ].join('\n');
}
