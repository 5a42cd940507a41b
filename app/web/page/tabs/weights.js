// The same feed under other weights, live: nothing is changed for anybody.
import * as api from "../api.js";
import { percent, short, times } from "../format.js";
import { asSettings, CONTROLS, inUse, overridesOf, without } from "../overrides.js";
import { line, Row } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Move, useGlide } from "../parts/moves.js";
import { Empty, Failure, Skeleton } from "../parts/notice.js";
import { PersonBar, person } from "../parts/person.js";
import { Sentence } from "../parts/sentence.js";
import { Slider } from "../parts/slider.js";
import { go, route } from "../route.js";
import { html, useState } from "../ui.js";
import { named, say } from "../words.js";

const LIMIT = 20;
const OFF = -6, MOST = 6; // half powers of two: a head counts nothing, to eight times as much
const RULES = ["best", "balanced", "varied"];
const GROUPS = ["factors", "rules", "shares", "limits"];

const factorOf = (step) => (step <= OFF ? 0 : 2 ** (step / 2));
const stepOf = (factor) => (factor <= 0 ? OFF : Math.min(MOST, Math.max(OFF + 1, Math.round(2 * Math.log2(factor)))));
const digits = (value) => +value.toPrecision(6);

const Heads = ({ products, chosen }) => {
  const preset = products.presets.find((one) => one.name === (chosen.preset ?? products.preset));
  const resolved = chosen.preset ? preset.per_probability : products.weights;
  return Object.keys(products.weights).filter((name) => name in resolved || products.weights[name] !== 0 || name !== "engagement").map((name) => {
    const unit = resolved[name] || products.weights[name] || 1;
    const own = resolved[name] ? 0 : OFF;
    const given = chosen.weights?.[name];
    const step = given === undefined ? own : stepOf(given / unit);
    const weight = given ?? resolved[name] ?? 0;
    return html`<${Slider} key=${name} label=${named("head", name)} min=${OFF} max=${MOST} step=${1} value=${step} changed=${given !== undefined}
      text=${step === OFF ? say("weights.off") : `${times(weight / unit)} · ${short(weight)}`}
      onValue=${(to) => go({ [`weights.${name}`]: to === own ? undefined : digits(factorOf(to) * unit) }, { replace: true })}
      onReset=${() => go({ [`weights.${name}`]: undefined }, { replace: true })} />`;
  });
};

const Numbers = ({ group, used, chosen }) => CONTROLS.filter((one) => one.group === group).map(({ name, min, max, step }) => {
  const [of, part] = name.split(".");
  const given = part ? chosen[of]?.[part] : chosen[name];
  const value = given ?? used[name];
  const text = value === undefined || value === null ? say("weights.unset") : name.includes("limit") ? short(value)
    : name.includes("hours") ? (value > max ? say("weights.never") : say("weights.hours", { hours: short(value) })) : percent(value);
  return html`<${Slider} key=${name} label=${say(`control.${name}`)} min=${min} max=${max} step=${step} value=${Math.min(value ?? min, max)} text=${text}
    changed=${given !== undefined} onValue=${(to) => go({ [name]: digits(to) }, { replace: true })}
    onReset=${() => go({ [name]: undefined }, { replace: true })} />`;
});

const Settings = ({ overrides }) => {
  const [copied, setCopied] = useState(false);
  const text = asSettings(overrides);
  if (!text) return html`<p class="hint">${say("weights.nothing")}</p>`;
  const copy = () => navigator.clipboard.writeText(text).then(() => {
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }, () => setCopied(false));
  return html`<pre tabindex="0">${text}</pre>
    <div class="row"><button type="button" class="primary" onClick=${copy}><${Icon} name=${copied ? "check" : "copy"} />${say(copied ? "weights.copied" : "weights.copy")}</button>
    <button type="button" class="quiet" onClick=${() => go(without())}>${say("weights.reset")}</button></div>`;
};

const Controls = ({ products }) => {
  const chosen = overridesOf();
  const used = inUse(products);
  return html`
    <section class="panel controls" aria-labelledby="controls-title">
      <h2 id="controls-title">${say("weights.heads")}</h2>
      <div class="chips" role="group" aria-label=${say("weights.preset")}>
        ${products.presets.map((one) => html`<button type="button" key=${one.name} class="chip" title=${one.about}
          aria-pressed=${(chosen.preset ?? products.preset) === one.name}
          onClick=${() => go({ ...without("", (name) => !name.startsWith("weights.")), preset: one.name === products.preset ? undefined : one.name }, { replace: true })}>
          ${named("preset", one.name)}</button>`)}
      </div>
      <p class="hint">${say("weights.heads.about")}</p>
      <${Heads} products=${products} chosen=${chosen} />
      <div class="row spread"><h3>${say("weights.rules")}</h3>
        <div class="segments" role="group" aria-label=${say("weights.rules")}>
          ${RULES.map((one) => html`<button type="button" key=${one} aria-pressed=${(chosen.rules ?? products.rules) === one}
            onClick=${() => go({ rules: one === products.rules ? undefined : one }, { replace: true })}>${say(`rules.${one}`)}</button>`)}</div></div>
      ${GROUPS.map((group) => html`<details key=${group} open=${group === "factors"}><summary>${say(`weights.${group}`)}<${Icon} name="chevron" /></summary>
        <div class="sliders"><p class="hint">${say(`weights.${group}.about`)}</p><${Numbers} group=${group} used=${used} chosen=${chosen} /></div></details>`)}
      <h3>${say("weights.settings")}</h3>
      <${Settings} overrides=${chosen} />
    </section>
  `;
};

const question = (id, overrides, sentence) => async (options) => {
  const page = await api.preview(id, { overrides, sentence, limit: LIMIT, compare: true }, options);
  return { page, cards: await api.cards(id, [...page.items.map((item) => item.tweet_id), ...page.difference.left], options) };
};

const Left = ({ ids, cards }) => ids.length > 0 && html`
  <section class="left" aria-label=${say("weights.left")}><h3>${say("weights.left")}</h3>
    <ul>${ids.map((id) => html`<li key=${id} dir="auto">${line(cards.get(id), id)}</li>`)}</ul></section>
`;

const Result = ({ page, cards }) => {
  const list = useGlide();
  const { entered, left, moved } = page.difference;
  const before = new Map(page.items.map((item) => [item.tweet_id, item.rank]));
  moved.forEach((one) => before.set(one.tweet_id, one.rank_before));
  entered.forEach((id) => before.delete(id));
  return html`
    <p class="summary" role="status">${entered.length + moved.length === 0 ? say("weights.same")
      : say("weights.changed", { entered: entered.length, left: left.length, moved: moved.length })}</p>
    <div class="cards tight" ref=${list}>${page.items.map((item) => html`<${Row} key=${item.tweet_id} item=${item} card=${cards.get(item.tweet_id)}
      move=${html`<${Move} from=${before.get(item.tweet_id)} to=${item.rank} />`} />`)}</div>
    <${Left} ids=${left} cards=${cards} />
  `;
};

export const Weights = () => {
  const id = person();
  const overrides = overridesOf(), { sentence } = route.value.params;
  const { data: products, error: unknown } = api.useAnswer((options) => api.ask("products", options), []);
  const { data, error, loading, again } = api.useAnswer(
    id ? question(id, overrides, sentence) : null, [id, JSON.stringify(overrides), sentence]);
  return html`
    <${PersonBar} />
    <div class="split first">
      <section aria-labelledby="weights-title" aria-busy=${loading}>
        <div class="head"><h1 id="weights-title">${say("weights.title")}</h1><p class="hint">${say("weights.about")}</p></div>
        <${Sentence} id=${id} page=${data?.page} onKept=${again} />
        ${(error ?? unknown) && html`<${Failure} error=${error ?? unknown} again=${again} />`}
        ${!data && !error && html`<${Skeleton} rows=${5} />`}
        ${data?.page.items.length === 0 && html`<${Empty} title=${say("feed.nothing")}>${say("feed.nothing.about")}</${Empty}>`}
        ${data && html`<${Result} page=${data.page} cards=${data.cards} />`}
      </section>
      <aside aria-label=${say("weights.controls")}>${products && html`<${Controls} products=${products} />`}</aside>
    </div>
  `;
};
