/* oxlint-disable typescript/consistent-type-imports -- an ambient module cannot import by a relative path */
// The module that scripts/build-detector.mjs writes to dist/weights.

declare module 'fer-cnn/weights/blazeface' {
  const detector: import('./network').DetectorModule;
  export default detector;
}
