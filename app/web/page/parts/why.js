// Why a tweet stands where it stands, or not at all: a sentence, the waterfall, and all that was asked.
import * as api from "../api.js";
import { list, percent, score, short, signed, times } from "../format.js";
import { address } from "../route.js";
import { html, useState } from "../ui.js";
import { named, say } from "../words.js";
import { Icon } from "./icon.js";
import { Failure, Skeleton } from "./notice.js";
import { Waterfall } from "./waterfall.js";

const SHOWN = 8; // features before the reader asks for all

const sentence = (why) => {
  const by = { place: why.rank, rows: why.rows, score: why.rank_by_score, filter: named("filter", why.dropped_by ?? "") };
  if (why.outcome === "served" || why.outcome === "ranked") {
    const reason = why.outcome === "ranked" && why.placement.reason === "best"
      ? (why.rank > why.rank_by_score ? say("placement.passed") : "") : say(`placement.${why.placement.rule ?? why.placement.reason}`);
    return `${say(`why.${why.outcome}${why.rank === why.rank_by_score ? ".same" : ""}`, by)} ${reason}${why.placement.cost > 0 ? ` ${say("why.cost", { cost: percent(why.placement.cost) })}` : ""}`;
  }
  return say(`why.${why.outcome}`, by);
};

/** The same in plain words: who proposed it, which action speaks most for or against it, what lowers it. */
const because = ({ filters, proposals, heads, factors }) => {
  const follows = filters.find((one) => one.filter === "Audience")?.grounds.follows_author;
  const names = list(proposals.filter((one) => one.place !== null).map((one) => named("source", one.source)));
  const most = heads.reduce((found, one) => (Math.abs(one.adds) > Math.abs(found?.adds ?? 0) ? one : found), null);
  const least = factors.reduce((found, one) => (one.beside_others < (found?.beside_others ?? 0.95) ? one : found), null);
  const wished = factors.find((one) => one.beside_others > 1);
  return [
    follows === true && say("because.followed"),
    follows === false && (names ? say("because.found", { names }) : say("because.stranger")),
    most && say(most.adds > 0 ? "because.for" : "because.against", {
      action: named("head", most.name), times: times(most.probability / most.average), probability: short(100 * most.probability),
    }),
    wished && say("because.wished", { times: times(wished.beside_others) }),
    least && say("because.lowered", { factor: named("factor", least.component), share: percent(least.beside_others) }),
  ].filter(Boolean).join(" ");
};

/** Where the reader may say that more or less of its topic is wanted: tried there, not kept yet. */
const Wishes = ({ person, topic }) => html`<p class="row wrap">${["more", "less"].map((one) => html`
  <a key=${one} href=${address("weights", { person, sentence: say(`wish.${one}`, { topic }) })}>${say(`wish.${one}.ask`, { topic })}</a>`)}</p>`;

const change = ({ hard_rules: hard, change: wanted }) => {
  if (hard.length) return [say("enter.hard", { rules: hard.map((one) => named("filter", one)).join(", ") })];
  if (!wanted) return [say("enter.none")];
  return [
    ...wanted.passes.map((one) => say("enter.passes", { filter: named("filter", one) })),
    ...(wanted.proposed_by ? [say("enter.proposed", { source: named("source", wanted.proposed_by) })] : []),
    ...wanted.not_lowered_by.map((one) => say("enter.factor", { factor: named("factor", one) })),
    ...(wanted.value_times > 1 ? [say("enter.value", { times: times(wanted.value_times) })] : []),
    say("enter.rank", { rank: wanted.rank }),
  ];
};

const ground = (value) =>
  value === null ? "–" : typeof value === "boolean" ? say(value ? "yes" : "no") : typeof value === "number" ? short(value) : value;

export const Grounds = ({ of }) => html`<span class="grounds">${Object.entries(of).map(([name, value]) => html`
  <span key=${name}>${named("ground", name)} <b>${ground(value)}</b></span>`)}</span>`;

const Proposals = ({ of }) => html`
  <ul class="facts">${of.filter((one) => one.asked).map((one) => html`
    <li key=${one.source} class=${one.place === null ? "off" : "on"}>
      <${Icon} name=${one.place === null ? "close" : "check"} />
      <span>${named("source", one.source)}</span>
      <small>${one.error ?? (one.place === null ? say("proposal.not", { rows: one.rows })
        : say(one.taken ? "proposal.taken" : "proposal.crowded", { place: one.place, rows: one.rows }))}</small>
    </li>`)}</ul>
`;

const Filters = ({ of }) => html`
  <ul class="facts">${of.map((one) => html`
    <li key=${one.stage + one.filter} class=${one.keeps ? "on" : "bad"}>
      <${Icon} name=${one.keeps ? "check" : "close"} />
      <span>${named("filter", one.filter)}${one.hard && html` <em>${say("filter.hard")}</em>`}</span>
      <${Grounds} of=${one.grounds} />
    </li>`)}</ul>
`;

const Features = ({ why }) => {
  const heads = why.heads.filter((head) => head.log_odds !== null);
  const [head, setHead] = useState(heads.find((one) => one.adds !== 0)?.name ?? heads[0]?.name);
  const [all, setAll] = useState(false);
  const chosen = heads.find((one) => one.name === head);
  if (!chosen) return null;
  const adds = (feature) => chosen.of_features[feature.name] ?? 0;
  const sorted = [...why.features].sort((one, two) => Math.abs(adds(two)) - Math.abs(adds(one)));
  const most = Math.max(...sorted.map((one) => Math.abs(adds(one))), 1e-9);
  return html`
    <label class="inline">${say("feature.head")}
      <select value=${head} onChange=${(event) => setHead(event.target.value)}>
        ${heads.map((one) => html`<option key=${one.name} value=${one.name}>${named("head", one.name)}</option>`)}
      </select></label>
    <div class="scroll" tabindex="0" role="region" aria-label=${say("feature.title")}>
    <table class="features"><thead><tr><th scope="col">${say("feature.name")}</th><th scope="col">${say("feature.value")}</th>
      <th scope="col">${say("feature.average")}</th><th scope="col" colspan="2">${say("feature.adds")}</th></tr></thead>
      <tbody>${sorted.slice(0, all ? undefined : SHOWN).map((one) => html`
        <tr key=${one.name}><th scope="row">${one.name.replaceAll("_", " ")}</th><td>${short(one.value)}</td>
          <td>${one.average === null ? "–" : short(one.average)}</td>
          <td class="track two" aria-hidden="true"><i class=${adds(one) < 0 ? "minus" : "plus"}
            style=${{ width: `${50 * Math.abs(adds(one)) / most}%` }} /></td><td>${signed(adds(one))}</td></tr>`)}
      </tbody></table></div>
    <p class="row spread"><small>${say("feature.method", { method: why.method, error: short(Math.abs(chosen.error)) })}</small>
      ${sorted.length > SHOWN && html`<button type="button" class="quiet" onClick=${() => setAll(!all)}>
        ${say(all ? "feature.fewer" : "feature.all", { count: sorted.length })}</button>`}</p>
  `;
};

const More = ({ title, children }) => html`<details><summary>${title}<${Icon} name="chevron" /></summary>${children}</details>`;

/** Asks for one tweet in the feed of one person, and shows the answer. */
export const Why = ({ person, tweet, limit, product, topic }) => {
  const { data: why, error, again } = api.useAnswer(
    (options) => api.why(person, tweet, { limit, product }, options), [person, tweet, limit, product]);
  if (error) return html`<${Failure} error=${error} again=${again} />`;
  if (!why) return html`<${Skeleton} rows=${2} />`;
  const proposers = why.proposals.filter((one) => one.place !== null);
  const stopped = why.filters.filter((one) => !one.keeps);
  return html`
    <div class="why-panel">
      <p class="sentence">${sentence(why)}</p>
      <p>${because(why)}</p>
      ${why.to_enter && html`<div class="enter"><h4>${say("enter.title")}</h4><ul>
        ${change(why.to_enter).map((line) => html`<li key=${line}>${line}</li>`)}</ul></div>`}
      <${Waterfall} why=${why} />
      <${More} title=${say("why.proposals", { count: proposers.length, names: proposers.map((one) => named("source", one.source)).join(", ") || say("why.nobody") })}>
        <${Proposals} of=${why.proposals} /></${More}>
      <${More} title=${stopped.length ? say("why.stopped", { names: stopped.map((one) => named("filter", one.filter)).join(", ") }) : say("why.passed", { count: why.filters.length })}>
        <${Filters} of=${why.filters} /></${More}>
      <${More} title=${say("why.features", { count: why.features.length })}><${Features} why=${why} /></${More}>
      ${topic && html`<${Wishes} person=${person} topic=${topic} />`}
      <small>${say("why.id", { id: why.tweet_id })}</small>
    </div>
  `;
};
