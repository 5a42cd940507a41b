// From all that sources proposed to one page: a step lists what it dropped, and why.
import * as api from "../api.js";
import { micros, whole } from "../format.js";
import { html, useState } from "../ui.js";
import { named, say } from "../words.js";
import { Text } from "./card.js";
import { Icon } from "./icon.js";
import { Failure, Skeleton } from "./notice.js";
import { Grounds, Why } from "./why.js";

const STAGES = ["retrieve", "eligibility", "visibility", "rank", "rescore", "slate", "select"];

/** Each component once: where a source was asked for more, filters judged again, and rows add up. */
const once = (spans) => {
  const found = new Map();
  for (const span of spans) {
    const before = found.get(span.component);
    const added = before && { ...span, rows_in: before.rows_in + span.rows_in, rows_out: before.rows_out + span.rows_out, micros: before.micros + span.micros };
    found.set(span.component, added ?? span);
  }
  return [...found.values()];
};

/** The last round of a trace, as steps: of each the components, rows left and time. */
export const stepsOf = (trace, served) => {
  const ranked = trace.map((span, place) => [span, place]).filter(([span]) => span.stage === "rank").map(([, place]) => place);
  const spans = trace.slice(ranked.length > 1 ? ranked.at(-2) + 1 : 0);
  const steps = STAGES.map((stage) => ({ stage, spans: once(spans.filter((span) => span.stage === stage)) })).filter((step) => step.spans.length);
  const proposed = spans.find((span) => span.stage !== "retrieve" && span.stage !== "gate")?.component;
  return steps.map(({ stage, spans: of }) => ({
    stage, spans: of,
    rows: stage === "retrieve" ? once(spans).find((span) => span.component === proposed)?.rows_in ?? 0
      : stage === "select" ? served : of.at(-1).rows_out,
    micros: of.reduce((sum, span) => sum + span.micros, 0),
  }));
};

const Dropped = ({ person, limit, product, stage, component }) => {
  const { data, error, again } = api.useAnswer((options) => api.dropped(person, { limit, product, examples: 8 }, options), [person, limit, product]);
  const tweets = data?.filters.find((one) => one.stage === stage && one.component === component)?.tweets ?? [];
  const { data: cards } = api.useAnswer(data ? (options) => api.cards(person, tweets.map((one) => one.tweet_id), options) : null, [data]);
  const [asked, setAsked] = useState(null);
  if (error) return html`<${Failure} error=${error} again=${again} />`;
  if (!data) return html`<${Skeleton} rows=${1} />`;
  if (!tweets.length) return html`<p class="hint">${say("funnel.withheld")}</p>`;
  return html`<ul class="dropped">${tweets.map((one) => html`
    <li key=${one.tweet_id}>
      ${cards?.get(one.tweet_id) ? html`<${Text} ...${cards.get(one.tweet_id)} />` : html`<p>#${one.tweet_id}</p>`}
      <${Grounds} of=${one.grounds} />
      <button type="button" class="why small" aria-expanded=${asked === one.tweet_id}
        onClick=${() => setAsked(asked === one.tweet_id ? null : one.tweet_id)}>${say("why.not")}<${Icon} name="chevron" /></button>
      ${asked === one.tweet_id && html`<${Why} person=${person} tweet=${one.tweet_id} limit=${limit} product=${product} />`}
    </li>`)}</ul>`;
};

const Span = ({ span, ...asked }) => {
  const [open, setOpen] = useState(false);
  const lost = span.stage === "retrieve" ? 0 : span.rows_in - span.rows_out;
  const kind = { retrieve: "source", eligibility: "filter", visibility: "filter", slate: "filter", rescore: "factor" }[span.stage] ?? "part";
  const rows = span.stage === "retrieve" ? say("funnel.brought", { rows: whole(span.rows_out) })
    : lost ? say("funnel.dropped", { rows: whole(lost) }) : say("funnel.kept");
  return html`
    <li class=${span.error ? "bad" : ""}>
      <span>${named(kind, span.component)}</span>
      ${lost > 0 ? html`<button type="button" class="link" aria-expanded=${open} onClick=${() => setOpen(!open)}>${rows}</button>` : html`<small>${rows}</small>`}
      <small class="number">${micros(span.micros)}</small>
      ${span.error && html`<small class="error">${span.error}</small>`}
      ${Object.entries(span.rules ?? {}).map(([rule, { rows: moved, cost }]) => html`<small class="rule" key=${rule}>
        ${say("funnel.rule", { rule: named("rule", rule), rows: moved, cost: (100 * cost).toFixed(2) })}</small>`)}
      ${open && html`<${Dropped} stage=${span.stage} component=${span.component} ...${asked} />`}
    </li>
  `;
};

export const Funnel = ({ trace, served, ...asked }) => {
  const steps = stepsOf(trace, served);
  const most = Math.max(...steps.map((step) => step.rows), 1);
  const total = steps.reduce((sum, step) => sum + step.micros, 0);
  return html`
    <section class="funnel panel" aria-labelledby="funnel-title">
      <h2 id="funnel-title">${say("funnel.title")}</h2>
      <p class="hint">${say("funnel.about", { rows: whole(steps[0]?.rows ?? 0), served: whole(served), time: micros(total) })}</p>
      <ol>
        ${steps.map((step) => html`
          <li key=${step.stage}>
            <details>
              <summary>
                <span class="label">${say(`stage.${step.stage}`)}<${Icon} name="chevron" /></span>
                <span class="number">${whole(step.rows)}</span>
                <small class="number">${micros(step.micros)}</small>
                <span class="funnel-bar" aria-hidden="true"><i style=${{ width: `${100 * step.rows / most}%` }} /></span>
              </summary>
              <p class="hint">${say(`stage.${step.stage}.about`)}</p>
              <ul class="spans">${step.spans.map((span) => html`<${Span} key=${span.component} span=${span} ...${asked} />`)}</ul>
            </details>
          </li>`)}
      </ol>
    </section>
  `;
};
