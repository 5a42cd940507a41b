// A post before it is written: is it safe, who would propose it, whom does it reach, what drops it?
import * as api from "../api.js";
import { percent, short, whole } from "../format.js";
import { Icon } from "../parts/icon.js";
import { Failure, Notice, Skeleton } from "../parts/notice.js";
import { PersonBar, person } from "../parts/person.js";
import { html, useState } from "../ui.js";
import { named, say } from "../words.js";

const ASKED = 200;

const Harm = ({ label, value, from }) => {
  if (value === null) return html`<div class="harm"><dt>${label}</dt><dd>${say("write.untrained")}</dd></div>`;
  const hidden = value >= from;
  return html`<div class=${`harm ${hidden ? "bad" : ""}`}>
    <dt>${label}</dt>
    <dd><span class="meter" aria-hidden="true"><i style=${{ width: `${100 * value}%` }} /><b style=${{ left: `${100 * from}%` }} /></span>
      <span class="number">${percent(value)}</span><small>${say(hidden ? "write.hidden" : "write.shown", { from: percent(from) })}</small></dd></div>`;
};

const Counts = ({ of, kind, none }) => {
  const rows = Object.entries(of);
  if (!rows.length) return html`<p class="hint">${none}</p>`;
  const most = Math.max(...rows.map(([, count]) => count));
  return html`<table class="bars"><tbody>${rows.map(([one, count]) => html`<tr key=${one}><th scope="row">${named(kind, one)}</th>
    <td class="track" aria-hidden="true"><i style=${{ left: 0, width: `${(100 * count) / most}%` }} /></td><td class="number">${count}</td></tr>`)}</tbody></table>`;
};

const Reach = ({ title, of }) => html`
  <section class="panel"><h2>${title}</h2>
    ${of.people === 0 ? html`<p class="hint">${say("write.nobody")}</p>` : html`
      <p class="big"><strong>${whole(of.shown)}</strong> <span>${say("write.of", { people: whole(of.people), share: percent(of.shown / of.people) })}</span></p>
      <p class="people-dots" role="img" aria-label=${say("write.dots", { shown: of.shown, ranked: of.ranked, none: of.people - of.shown - of.ranked })}>
        ${Array.from({ length: of.people }, (_, place) => html`<i class=${place < of.shown ? "shown" : place < of.shown + of.ranked ? "ranked" : ""} />`)}</p>
      <p class="hint">${say("write.further", { ranked: whole(of.ranked), place: of.median_place === null ? "–" : short(of.median_place) })}</p>
      <h3>${say("write.sources")}</h3><${Counts} of=${of.sources} kind="source" none=${say("write.sources.none")} />
      <h3>${say("write.dropped")}</h3><${Counts} of=${of.dropped_by} kind="filter" none=${say("write.dropped.none")} />`}
  </section>
`;

export const Write = () => {
  const id = person();
  const [draft, setDraft] = useState(null);
  const { data, error, loading, again } = api.useAnswer(
    draft && id ? (options) => api.rehearsal(id, { ...draft, people: ASKED }, options) : null, [id, draft]);
  const submit = (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const text = given.get("text").trim();
    if (text) setDraft({ text, topic: given.get("topic").trim().replace(/^#/, "") || null, has_media: given.get("media") === "on" });
  };
  return html`
    <${PersonBar} />
    <div class="head"><h1>${say("write.title")}</h1><p class="hint">${say("write.about", { people: ASKED })}</p></div>
    <form class="panel draft" onSubmit=${submit}>
      <label>${say("write.text")}<textarea name="text" rows="4" maxlength="10000" required placeholder=${say("write.placeholder")} /></label>
      <div class="row"><label class="topic-field">${say("write.topic")}<input name="topic" placeholder=${say("write.topic.placeholder")} /></label>
        <label class="switch"><input type="checkbox" name="media" role="switch" /><span>${say("write.media")}</span></label>
        <button class="primary" disabled=${loading}><${Icon} name="eye" />${say("write.try")}</button></div>
    </form>
    ${error && html`<${Failure} error=${error} again=${again} />`}
    ${loading && html`<${Skeleton} rows=${2} />`}
    ${data && !loading && html`
      <${Notice} text=${say("write.nothing")} />
      <div class="columns">
        <section class="panel broad"><h2>${say("write.safety")}</h2><dl class="harms">
          <${Harm} label=${say("write.nsfw")} value=${data.safety.nsfw} from=${data.hidden_from.nsfw} />
          <${Harm} label=${say("write.toxicity")} value=${data.safety.toxicity} from=${data.hidden_from.toxicity} /></dl></section>
        <${Reach} title=${say("write.followers")} of=${data.followers} />
        <${Reach} title=${say("write.others")} of=${data.others} />
      </div>`}
  `;
};
