// A number that can be moved, with its name, its value, and a way back to what is in use.
import { html, useId } from "../ui.js";
import { say } from "../words.js";
import { Icon } from "./icon.js";

export const Slider = ({ label, about, value, text, min, max, step, changed, onValue, onReset }) => {
  const id = useId();
  const fill = `${(100 * (value - min)) / (max - min)}%`;
  return html`
    <div class=${`slider ${changed ? "changed" : ""}`}>
      <label for=${id}>${label}${about && html`<small>${about}</small>`}</label>
      <output for=${id}>${text}</output>
      ${changed && html`<button type="button" class="icon-button" aria-label=${say("weights.reset.one", { name: label })} title=${say("weights.reset.one", { name: label })}
        onClick=${onReset}><${Icon} name="undo" /></button>`}
      <input id=${id} type="range" min=${min} max=${max} step=${step} value=${value} aria-valuetext=${text} style=${{ "--fill": fill }}
        onInput=${(event) => onValue(+event.target.value)} />
    </div>
  `;
};
