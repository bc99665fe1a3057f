import type { Shown } from '../../examples/browser/shown';
import { mountDemo } from './demo';
import { copyOnClick, html } from './html';
import { programFor } from './program-for';
import { share } from './share';
import type { Mounted } from './studio';
import { Timeline } from './timeline';

export const title = 'Look';

const PAUSE = 250; // ms between two updates of the panels under a video

/** The demo page, with what happened in the last minute, a picture to share, and the program that does the same. */
export async function mount(root: HTMLElement): Promise<Mounted> {
  const demo = document.createElement('div');
  root.append(demo);
  const { rest } = await mountDemo(demo);
  const { graph, hint, legend, sharing, json, code, copyJson, copyCode } = html(
    root,
    `<section class="panel" aria-labelledby="timeline-title">
      <h2 id="timeline-title">The last 60 seconds</h2>
      <p data-as="hint">Nothing yet: start the webcam or a video.</p>
      <canvas data-as="graph" role="img" height="220" hidden></canvas>
      <p data-as="legend" class="row"></p>
    </section>
    <section class="panel" aria-label="Take it away">
      <div class="row"><button type="button" data-as="sharing" disabled>Share as a picture</button></div>
      <details><summary>Result as JSON</summary><pre data-as="json" tabindex="0">[]</pre>
        <button type="button" data-as="copyJson">Copy the result</button></details>
      <details><summary>The program for this</summary><pre data-as="code" tabindex="0">Nothing yet: choose an image, the webcam or a video.</pre>
        <button type="button" data-as="copyCode">Copy the program</button></details>
    </section>`,
  );
  const timeline = new Timeline(graph as HTMLCanvasElement, legend!);
  let latest: Shown | undefined;
  let last = -Infinity;
  document.addEventListener('shown', (event) => {
    latest = (event as CustomEvent<Shown>).detail;
    if (latest.isLive) timeline.add(latest.faces[latest.index]!);
    (sharing as HTMLButtonElement).disabled = false;
    if (latest.isLive && performance.now() - last < PAUSE) return;
    last = performance.now();
    if (latest.isLive) {
      hint!.hidden = true;
      graph!.hidden = false;
      timeline.draw();
    }
    json!.textContent = JSON.stringify(
      latest.faces,
      (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value),
      2,
    );
    code!.textContent = programFor(latest);
  });
  sharing!.addEventListener('click', () => latest && void share(latest));
  copyOnClick(copyJson!, json!);
  copyOnClick(copyCode!, code!);
  return { leave: rest };
}
