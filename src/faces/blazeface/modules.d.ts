// The module that scripts/build-detector.mjs writes to dist/weights.

declare module 'fer-cnn/weights/blazeface' {
  const detector: {
    /** Shapes of filter and bias of each convolution, in the order of the model. */
    shapes: number[][];
    /** Their values, float16 little-endian, in base64. */
    weightsBase64: string;
  };
  export default detector;
}
