// The feed of one person, why each tweet is there, and how it came about.
import * as api from "../api.js";
import { refreshHealth, health } from "../health.js";
import { Card } from "../parts/card.js";
import { Funnel } from "../parts/funnel.js";
import { Empty, Failure, Notice, Skeleton } from "../parts/notice.js";
import { PersonBar, person } from "../parts/person.js";
import { Why } from "../parts/why.js";
import { go, route } from "../route.js";
import { asPerson } from "../settings.js";
import { html, useEffect, useState } from "../ui.js";
import { named, say } from "../words.js";

const LIMIT = 10;
export const PRODUCTS = ["for_you", "following"];

const WhyNot = ({ id, product }) => {
  const [tweet, setTweet] = useState("");
  const [asked, setAsked] = useState(null);
  const ask = (event) => { event.preventDefault(); setAsked(tweet.trim().replace(/^#/, "") || null); };
  return html`
    <section class="panel" aria-labelledby="whynot-title">
      <h2 id="whynot-title">${say("whynot.title")}</h2>
      <form class="row" onSubmit=${ask}>
        <input aria-label=${say("whynot.id")} placeholder=${say("whynot.id")} value=${tweet} onInput=${(event) => setTweet(event.target.value)} />
        <button class="primary">${say("why.not")}</button>
      </form>
      ${asked && html`<${Why} person=${id} tweet=${asked} limit=${LIMIT} product=${product} />`}
    </section>
  `;
};

const Summary = ({ page }) => html`
  <p class="summary">
    ${page.served_by !== page.product && html`<span class="tag" title=${say("feed.served_by.about")}>${say("feed.served_by", { product: named("product", page.served_by) })}</span>`}
    ${Object.entries(page.source_distribution).map(([source, rows]) => html`<span key=${source}><b>${rows}</b> ${named("source", source)}</span>`)}
    ${page.missing.length > 0 && html`<span class="tag warn">${say("feed.missing", { names: page.missing.join(", ") })}</span>`}
  </p>
`;

const question = (id, product) => async (options) => {
  const page = await api.timeline(id, { limit: LIMIT, product, explain: true, peek: !asPerson.value }, options);
  return { page, cards: await api.cards(id, page.items.map((item) => item.tweet_id), options) };
};

const ReadOnly = () => asPerson.value && health.value?.writing === "off"
  && html`<${Notice} kind="warn" text=${say("notice.read_only")} />`;

export const Feed = () => {
  const id = person();
  const product = PRODUCTS.includes(route.value.params.product) ? route.value.params.product : "for_you";
  const { data, error, loading, again } = api.useAnswer(id ? question(id, product) : null, [id, product, asPerson.value]);
  useEffect(() => void (asPerson.value && refreshHealth()), [asPerson.value]);
  return html`
    <${PersonBar} recording />
    <div class="split">
      <section aria-labelledby="feed-title" aria-busy=${loading}>
        <div class="row spread head">
          <h1 id="feed-title">${say(`feed.${product}`)}</h1>
          <div class="segments" role="group" aria-label=${say("feed.product")}>
            ${PRODUCTS.map((one) => html`<button type="button" key=${one} aria-pressed=${one === product}
              onClick=${() => go({ product: one === "for_you" ? undefined : one })}>${named("product", one)}</button>`)}
          </div>
          <button type="button" class="quiet" onClick=${again}>${say(asPerson.value ? "feed.next" : "feed.again")}</button>
        </div>
        <p class="hint">${say(asPerson.value ? "feed.recorded" : "feed.peeked")}</p>
        <${ReadOnly} />
        ${error && html`<${Failure} error=${error} again=${again} />`}
        ${!data && !error && html`<${Skeleton} rows=${5} />`}
        ${data && html`<${Summary} page=${data.page} />`}
        ${data?.page.items.length === 0 && html`<${Empty} title=${say("feed.nothing")}>${say("feed.nothing.about")}</${Empty}>`}
        <div class="cards">
          ${data?.page.items.map((item) => html`<${Card} key=${item.tweet_id} item=${item} card=${data.cards.get(item.tweet_id)} now=${data.page.as_of}
            why=${(one) => html`<${Why} person=${id} tweet=${one.tweet_id} limit=${LIMIT} product=${product} />`} />`)}
        </div>
      </section>
      <aside aria-label=${say("feed.beside")}>
        ${data?.page.trace && html`<${Funnel} trace=${data.page.trace} served=${data.page.items.length} person=${id} limit=${LIMIT} product=${product} />`}
        ${id && html`<${WhyNot} id=${id} product=${product} />`}
      </aside>
    </div>
  `;
};
