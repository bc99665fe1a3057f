import { type CropFrame, cropFrames } from 'fer-cnn';
import type { TrackedFace } from 'fer-cnn/faces';
import { element } from './dom';
import type { Spot } from './engine';

/** The part of an image that the model sees of a face, rotated as the face is. */
export function frameOf({ margin, ...region }: Spot, size: readonly [height: number, width: number]): CropFrame {
  return cropFrames(size, [region], { margin })[0]!;
}

/** Puts an element over that part of the image. */
export function place(over: HTMLElement, frame: CropFrame, [height, width]: readonly [number, number]): void {
  const { style } = over;
  style.left = `${(100 * frame.center[0]) / width}%`;
  style.top = `${(100 * frame.center[1]) / height}%`;
  style.width = `${(100 * frame.width) / width}%`;
  style.transform = `translate(-50%, -50%) rotate(${frame.angle}rad)`;
}

/** The frames of the faces that were found: buttons that choose one of them. */
export class Faces {
  readonly #group = element('faces', HTMLDivElement);
  readonly #buttons = new Map<number, HTMLButtonElement>();
  readonly #choose: (id: number) => void;

  constructor(choose: (id: number) => void) {
    this.#choose = choose;
  }

  /** Frames the faces of an image of that size; one of them is chosen. */
  show(faces: readonly TrackedFace[], chosen: number, size: readonly [height: number, width: number]): void {
    for (const [id, button] of this.#buttons) {
      if (faces.some((face) => face.id === id)) continue;
      button.remove();
      this.#buttons.delete(id);
    }
    faces.forEach((face, i) => {
      const button = this.#buttons.get(face.id) ?? this.#add(face.id);
      place(button, frameOf({ box: face.box, landmarks: face.landmarks }, size), size);
      button.firstElementChild!.textContent = face.className;
      button.ariaLabel = `Face ${i + 1} of ${faces.length}: ${face.className}`;
      button.ariaPressed = String(face.id === chosen);
    });
  }

  /** Takes all frames away. */
  clear(): void {
    this.show([], 0, [1, 1]);
  }

  #add(id: number): HTMLButtonElement {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'face' });
    button.append(document.createElement('span'));
    button.addEventListener('click', () => this.#choose(id));
    this.#group.append(button);
    this.#buttons.set(id, button);
    return button;
  }
}
