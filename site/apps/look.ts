import type { Shown } from '../../examples/browser/shown';
import { mountDemo } from './demo';
import { html } from './html';
import { programFor } from './program-for';
import { share } from './share';
import { Timeline } from './timeline';

export const title = 'Look';

const PAUSE = 250; // ms between two updates of the panels under a video

/** The demo page, with what happened in the last minute, a picture to share, and the program that does the same. */
export async function mount(root: HTMLElement): Promise<void> {
  const demo = document.createElement('div');
  root.append(demo);
  await mountDemo(demo);
  const { graph, legend, sharing, json, code } = html(
    root,
    `<section class="panel" aria-labelledby="timeline-title">
      <h2 id="timeline-title">The last 60 seconds</h2>
      <canvas data-as="graph" role="img" aria-label="Nothing yet: start the webcam or a video." width="1000" height="220"></canvas>
      <p data-as="legend" class="row"></p>
      <div class="row"><button type="button" data-as="sharing" disabled>Share as a picture</button></div>
    </section>
    <details class="panel"><summary>Result as JSON</summary><pre data-as="json" tabindex="0">[]</pre></details>
    <details class="panel"><summary>The program for this</summary><pre data-as="code" tabindex="0"></pre></details>`,
  );
  const timeline = new Timeline(graph as HTMLCanvasElement, legend!);
  let latest: Shown | undefined;
  let last = -Infinity;
  document.addEventListener('shown', (event) => {
    latest = (event as CustomEvent<Shown>).detail;
    timeline.add(latest.faces[latest.index]!);
    (sharing as HTMLButtonElement).disabled = false;
    if (latest.isLive && performance.now() - last < PAUSE) return;
    last = performance.now();
    timeline.draw();
    json!.textContent = JSON.stringify(
      latest.faces,
      (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value),
      2,
    );
    code!.textContent = programFor(latest);
  });
  sharing!.addEventListener('click', () => latest && void share(latest));
}
