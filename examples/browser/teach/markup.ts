/** The panel. What the program needs is named by `data-as`. */
export const MARKUP = `
<section class="watch" aria-label="Camera">
  <h2>Teach it your own expressions</h2>
  <p class="note">Name two expressions or more, hold a button while you make each, and see at once what it makes of your face.
    Record each again at another time: only then can it be measured.</p>
  <div class="actions">
    <button type="button" data-as="camera">Use the webcam</button>
    <label class="button plain">Try an image<input class="hidden" type="file" accept="image/*" data-as="image" /></label>
    <button type="button" data-as="neutral" disabled>This is my neutral face</button>
  </div>
  <div class="stage" data-as="stage" data-empty>
    <p class="empty">Turn the webcam on to record, or add images to the expressions.</p>
    <div class="picture">
      <div class="layers">
        <video data-as="video" muted playsinline aria-label="Your webcam, for teaching"></video>
        <canvas data-as="still" role="img" aria-label="The image that is tried" hidden></canvas>
      </div>
    </div>
  </div>
  <p class="seen" data-as="seen">Nothing learned yet</p>
  <p class="note" role="status" data-as="neutral-status"></p>
  <p class="hidden" aria-live="polite" data-as="summary"></p>
  <p class="problem" role="alert" data-as="problem"></p>
</section>
<section class="lessons" aria-label="Expressions">
  <ul data-as="cards"></ul>
  <div class="actions"><button type="button" data-as="another">Add an expression</button></div>
</section>
<section class="learned" aria-label="What was learned">
  <ol class="bars" data-as="bars" aria-label="Probabilities of the expressions"></ol>
  <progress data-as="progress" aria-label="Learning" hidden></progress>
  <p data-as="score" role="status">Two expressions with samples are needed to learn.</p>
  <ul class="advice" data-as="advice" aria-label="Advice"></ul>
  <div class="settings">
    <label>Method
      <select data-as="method">
        <option value="auto">automatic</option>
        <option value="prototypes">nearest mean, for few samples</option>
        <option value="logistic">logistic regression, for more</option>
        <option value="fineTune">fine-tuning, takes minutes</option>
      </select></label>
  </div>
  <div class="tools">
    <label class="check"><input type="checkbox" data-as="none" /> Answer “none of these” when unsure</label>
    <label data-as="threshold" hidden>Surer than <input type="range" min="55" max="95" step="5" value="60" data-as="sure" />
      <output data-as="sure-value">60 %</output></label>
    <label class="check"><input type="checkbox" data-as="keep" /> Keep the seven emotions</label>
  </div>
  <div class="actions">
    <button type="button" data-as="save-model" disabled>Download the model</button>
    <button type="button" data-as="save-samples" disabled>Download the samples</button>
    <label class="button plain">Load samples<input class="hidden" type="file" accept=".json,application/json" data-as="load" /></label>
  </div>
  <details data-as="program" hidden>
    <summary>Code that loads the model</summary>
    <pre tabindex="0" data-as="code"></pre>
    <button type="button" data-as="copy">Copy the code</button>
  </details>
</section>`;

/** One expression: its name, what adds samples, and the samples. */
export const CARD = `
<div class="row">
  <input type="text" data-as="name" aria-label="Name of the expression" maxlength="40" autocomplete="off" />
  <button type="button" data-as="remove">Remove</button>
</div>
<div class="row">
  <button type="button" class="hold" data-as="hold" disabled>Hold to record</button>
  <label class="button plain">Add images<input class="hidden" type="file" accept="image/*" multiple data-as="files" /></label>
</div>
<p class="note" data-as="count" role="status"></p>
<div class="strip" role="group" data-as="strip"></div>`;
