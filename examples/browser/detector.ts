import type { FaceDetection, Results } from '@mediapipe/face_detection';
import { type FaceDetector, fromFaceDetection } from 'fer-cnn/faces';

/** Where the files of MediaPipe's package are, model included: the page serves them itself. */
const FILES = new Map(
  Object.entries(
    import.meta.glob<string>('../../node_modules/@mediapipe/face_detection/*.{js,wasm,tflite,binarypb,data}', {
      query: '?url',
      import: 'default',
      eager: true,
      exhaustive: true,
    }),
  ).map(([path, url]) => [path.split('/').at(-1)!, url]),
);

/** Loads MediaPipe's face detection with its model for faces within some metres. */
export async function loadDetector(): Promise<FaceDetector> {
  await loadScript(FILES.get('face_detection.js')!); // it is no module
  const { FaceDetection: Detection } = globalThis as unknown as { FaceDetection: typeof FaceDetection };
  const detection = new Detection({ locateFile: (name) => FILES.get(name)! });
  let found: Results['detections'] = [];
  detection.setOptions({ model: 'full', minDetectionConfidence: 0.5, selfieMode: false });
  detection.onResults(({ detections }) => {
    found = detections;
  });
  await detection.initialize();
  const image = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
  await detection.send({ image }); // compiles what it needs, and fails now if it cannot work here
  return fromFaceDetection({
    async estimateFaces(image) {
      if (!(image instanceof HTMLElement)) throw new Error('This detector takes what the page shows.');
      const [width, height] =
        'videoWidth' in image ? [image.videoWidth, image.videoHeight] : [image.width, image.height];
      await detection.send({ image });
      return found.map(({ boundingBox: box, landmarks: [right, left] }) => ({
        box: {
          xMin: (box.xCenter - box.width / 2) * width,
          yMin: (box.yCenter - box.height / 2) * height,
          width: box.width * width,
          height: box.height * height,
        },
        keypoints: [
          { name: 'rightEye', x: right!.x * width, y: right!.y * height },
          { name: 'leftEye', x: left!.x * width, y: left!.y * height },
        ],
      }));
    },
  });
}

function loadScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src });
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error(`${src} could not be loaded.`)));
    document.head.append(script);
  });
}
