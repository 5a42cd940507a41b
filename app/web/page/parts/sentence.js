// What is wanted, in a sentence: tried at first, kept for this person where the reader says so.
import * as api from "../api.js";
import { moment } from "../format.js";
import { go, route } from "../route.js";
import { html, useState } from "../ui.js";
import { say } from "../words.js";
import { Icon } from "./icon.js";
import { Failure } from "./notice.js";

const MOST = 500; // characters

const until = ({ expires_at: at }) => (at ? say("sentence.until", { at: moment(at) }) : say("sentence.good"));

const Understood = ({ page }) => html`
  <div role="status"><ul class="wishes">
    ${(page.understood ?? []).map((one) => html`<li key=${one.id} class="wish"><${Icon} name="check" />${one.label} <small>${until(one)}</small></li>`)}
    ${(page.not_understood ?? []).map((one) => html`<li key=${one.said} class="wish not"><${Icon} name="warn" />“${one.said}” <small>${one.missing}</small></li>`)}
  </ul></div>
`;

const Held = ({ id, held, onRevoked }) => held.length > 0 && html`
  <p class="hint">${say("sentence.held")}</p>
  <ul class="wishes">${held.map((one) => html`<li key=${one.id} class="wish">${one.label} <small>${until(one)}</small>
    <button type="button" class="icon-button" aria-label=${say("sentence.revoke", { label: one.label })} title=${say("sentence.revoke", { label: one.label })}
      onClick=${() => onRevoked(one.id)}><${Icon} name="close" /></button></li>`)}</ul>
`;

/** What this person asked for and has not taken back, where nothing new is asked. */
export const HeldWishes = ({ id, onRevoked }) => {
  const [failure, setFailure] = useState(null);
  const { data, again } = api.useAnswer(id ? (options) => api.steering(id, options) : null, [id]);
  const revoke = (one) => api.revoke(id, one).then(() => { setFailure(null); again(); onRevoked(); }, setFailure);
  return html`${failure && html`<${Failure} error=${failure} />`}${data && html`<${Held} id=${id} held=${data.preferences} onRevoked=${revoke} />`}`;
};

export const Sentence = ({ id, page, onKept }) => {
  const asked = route.value.params.sentence ?? "";
  const [text, setText] = useState(asked);
  const [failure, setFailure] = useState(null);
  const { data, again } = api.useAnswer(id ? (options) => api.steering(id, options) : null, [id]);
  const attempt = (write) => write.then(() => { setFailure(null); again(); onKept(); }, setFailure);
  const clear = () => { setText(""); go({ sentence: undefined }, { replace: true }); };
  const keep = () => attempt(api.steer(id, asked).then(clear));
  return html`
    <section class="panel sentence-panel" aria-labelledby="sentence-title">
      <h2 id="sentence-title">${say("sentence.title")}</h2>
      <form class="row" onSubmit=${(event) => { event.preventDefault(); go({ sentence: text.trim() || undefined }, { replace: true }); }}>
        <input aria-label=${say("sentence.label")} placeholder=${say("sentence.example")} maxlength=${MOST} value=${text} onInput=${(event) => setText(event.target.value)} />
        <button class="primary">${say("sentence.try")}</button>
      </form>
      ${asked && page && html`<${Understood} page=${page} />`}
      ${asked && html`<div class="row">
        ${page?.understood?.length > 0 && html`<button type="button" onClick=${keep}>${say("sentence.keep")}</button>`}
        <button type="button" class="quiet" onClick=${clear}>${say("sentence.clear")}</button></div>`}
      ${failure && html`<${Failure} error=${failure} />`}
      ${data && html`<${Held} id=${id} held=${data.preferences} onRevoked=${(one) => attempt(api.revoke(id, one))} />`}
    </section>
  `;
};
