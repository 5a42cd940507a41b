// Two feeds beside each other: another preset, product, rules or person; lines join the same tweet.
import * as api from "../api.js";
import { name, percent, signed } from "../format.js";
import { health } from "../health.js";
import { overridesOf } from "../overrides.js";
import { hidden } from "../parts/card.js";
import { Failure, Skeleton } from "../parts/notice.js";
import { Avatar, PersonBar, Pick, person } from "../parts/person.js";
import { go, route } from "../route.js";
import { html } from "../ui.js";
import { named, say } from "../words.js";
import { PRODUCTS } from "./feed.js";

const LIMIT = 20;
const HEIGHT = 56; // pixels of a row, so that lines meet the middle of each
const SIDES = ["a.", "b."];

/** Spearman's correlation of the places of what both have; null where that is less than two. */
export const correlation = (one, other) => {
  const shared = one.filter((id) => other.includes(id));
  const n = shared.length;
  if (n < 2) return null;
  const placed = (list) => new Map(list.filter((id) => shared.includes(id)).map((id, place) => [id, place]));
  const left = placed(one), right = placed(other);
  const squares = shared.reduce((sum, id) => sum + (left.get(id) - right.get(id)) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
};

const sideOf = (side) => {
  const { params } = route.value;
  return {
    id: params[`${side}person`] ?? params.person, product: params[`${side}product`] ?? "for_you",
    overrides: overridesOf(params, side), bundle: params[`${side}bundle`], as_of: params[`${side}as_of`],
  };
};

const question = ({ id, product, overrides, bundle, as_of }) => async (options) => {
  const then = as_of && `${as_of}:00Z`;
  const page = await api.preview(id, { overrides, product, limit: LIMIT, bundle, as_of: then }, options);
  return { page, cards: await api.cards(id, page.items.map((item) => item.tweet_id), options) };
};

const Choice = ({ label, value, options, onChange }) => html`
  <label>${label}<select value=${value} onChange=${(event) => onChange(event.target.value)}>
    ${options.map(([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`)}</select></label>
`;

const Side = ({ side, products }) => {
  const { product, overrides, id, bundle, as_of } = sideOf(side);
  const set = (key) => (value) => go({ [side + key]: value || undefined });
  const unset = ["", say("compare.in_use")];
  const now = health.value?.as_of.slice(0, 16);
  return html`
    <fieldset class="panel side"><legend>${say(`compare.${side[0]}`)}</legend>
      <${Pick} param=${`${side}person`} id=${id} />
      <div class="fields">
        <${Choice} label=${say("feed.product")} value=${product} options=${PRODUCTS.map((one) => [one, named("product", one)])}
          onChange=${(value) => set("product")(value === "for_you" ? "" : value)} />
        <${Choice} label=${say("weights.preset")} value=${overrides.preset ?? ""} onChange=${set("preset")}
          options=${[unset, ...(products?.presets ?? []).map((one) => [one.name, named("preset", one.name)])]} />
        <${Choice} label=${say("weights.rules")} value=${overrides.rules ?? ""} onChange=${set("rules")}
          options=${[unset, ...["best", "balanced", "varied"].map((one) => [one, say(`rules.${one}`)])]} />
        <${Choice} label=${say("fact.bundle")} value=${bundle ?? ""} onChange=${set("bundle")}
          options=${[unset, ...(products?.bundles ?? []).map((one) => [one, one])]} />
        <label>${say("compare.as_of")}<input type="datetime-local" value=${as_of ?? ""} max=${now} onChange=${(event) => set("as_of")(event.target.value.slice(0, 16))} /></label>
      </div>
    </fieldset>
  `;
};

const Pane = ({ answer, shared, label }) => html`
  <ol class="pane" aria-label=${label}>${answer.page.items.map((item) => {
    const card = answer.cards.get(item.tweet_id);
    return html`<li key=${item.tweet_id} class=${shared.has(item.tweet_id) ? "" : "only"} style=${{ height: `${HEIGHT}px` }}>
      <span class="rank">${item.rank}</span><${Avatar} of=${card?.author} />
      <p dir="auto"><strong>${name(card?.author)}</strong> ${hidden(item) ? say("card.hidden") : item.text || say("card.no_text")}</p></li>`;
  })}</ol>
`;

const Lines = ({ left, right, shared }) => {
  const middle = (rank) => HEIGHT * (rank - 0.5);
  const place = new Map(right.map((item) => [item.tweet_id, item.rank]));
  const height = HEIGHT * Math.max(left.length, right.length);
  return html`<svg class="lines" viewBox=${`0 0 100 ${height}`} height=${height} preserveAspectRatio="none" aria-hidden="true">
    ${left.filter((item) => shared.has(item.tweet_id)).map((item) => {
      const from = middle(item.rank), to = middle(place.get(item.tweet_id));
      const kind = to < from ? "up" : to > from ? "down" : "same";
      return html`<path key=${item.tweet_id} class=${kind} vector-effect="non-scaling-stroke" d=${`M0 ${from}C50 ${from} 50 ${to} 100 ${to}`} />`;
    })}</svg>`;
};

const Comparison = ({ one, other }) => {
  const left = one.page.items, right = other.page.items;
  const ids = (items) => items.map((item) => item.tweet_id);
  const shared = new Set(ids(left).filter((id) => ids(right).includes(id)));
  const rank = correlation(ids(left), ids(right));
  const same = shared.size === left.length && rank === 1;
  return html`
    <div role="status"><dl class="figures">
      <div><dt>${say("compare.overlap")}</dt><dd>${shared.size}<small> / ${Math.max(left.length, right.length)} · ${percent(shared.size / Math.max(left.length, right.length, 1))}</small></dd></div>
      <div><dt>${say("compare.correlation")}</dt><dd>${rank === null ? "–" : signed(rank)}</dd></div>
      <div><dt>${say("compare.only")}</dt><dd>${left.length - shared.size}<small> | ${right.length - shared.size}</small></dd></div>
    </dl></div>
    ${same && html`<p class="hint">${say("compare.same")}</p>`}
    <div class="panes">
      <${Pane} answer=${one} shared=${shared} label=${say("compare.a")} />
      <${Lines} left=${left} right=${right} shared=${shared} />
      <${Pane} answer=${other} shared=${shared} label=${say("compare.b")} />
    </div>
  `;
};

export const Compare = () => {
  const id = person();
  const [a, b] = SIDES.map(sideOf);
  const { data: products } = api.useAnswer((options) => api.ask("products", options), []);
  const one = api.useAnswer(a.id ? question(a) : null, [JSON.stringify(a)]);
  const other = api.useAnswer(b.id ? question(b) : null, [JSON.stringify(b)]);
  return html`
    <${PersonBar} />
    <div class="head"><h1>${say("compare.title")}</h1><p class="hint">${say("compare.about")}</p></div>
    <div class="sides">${id && SIDES.map((side) => html`<${Side} key=${side} side=${side} products=${products} />`)}</div>
    ${[[a, one], [b, other]].some(([side, { loading }]) => loading && (side.bundle || side.as_of)) && html`<p class="hint" role="status">${say("compare.rebuilding")}</p>`}
    ${[one, other].map(({ error, again }, place) => error && html`<${Failure} key=${place} error=${error} again=${again} />`)}
    ${one.data && other.data ? html`<section aria-label=${say("compare.result")}><${Comparison} one=${one.data} other=${other.data} /></section>`
      : !one.error && !other.error && html`<${Skeleton} rows=${4} />`}
  `;
};
