/* oxlint-disable typescript/consistent-type-imports -- an ambient module cannot import by a relative path */
// The weight modules that scripts/build-weights.mjs writes to dist/weights, one for each name in bundled.ts.

declare module 'fer-cnn/weights/compact' {
  const weights: import('./bundled').WeightsModule;
  export default weights;
}

declare module 'fer-cnn/weights/shallow' {
  const weights: import('./bundled').WeightsModule;
  export default weights;
}

declare module 'fer-cnn/weights/deep' {
  const weights: import('./bundled').WeightsModule;
  export default weights;
}
