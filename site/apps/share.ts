import type { Shown } from '../../examples/browser/shown';
import { sizeOf } from '../../examples/browser/engine';
import { download } from './html';

/** Draws what is shown, with the faces and their expressions, and hands it to the device or offers it for download. */
export async function share({ source, faces }: Shown): Promise<void> {
  const [height, width] = sizeOf(source);
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  const unit = Math.max(width, height) / 100;
  context.drawImage(source, 0, 0, width, height);
  Object.assign(context, {
    lineWidth: unit / 3,
    font: `${Math.round(2.5 * unit)}px system-ui`,
    strokeStyle: '#6fcbc0',
  });
  for (const { box, className, predictions } of faces) {
    if (!box) continue;
    const { probability } = predictions.find((prediction) => prediction.className === className)!;
    const text = `${className}, ${Math.round(100 * probability)} %`;
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.fillStyle = '#6fcbc0';
    context.fillRect(box.x, box.y + box.height, context.measureText(text).width + unit, 3.5 * unit);
    context.fillStyle = '#14181a';
    context.fillText(text, box.x + unit / 2, box.y + box.height + 2.6 * unit);
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const file = new File([blob!], 'expressions.png', { type: 'image/png' });
  if (!navigator.canShare?.({ files: [file] })) return download(file, file.name);
  await navigator.share({ files: [file] }).catch((error: unknown) => {
    if ((error as DOMException).name !== 'AbortError') download(file, file.name);
  });
}
