// The feed of one person, why each tweet is there, and how it came about.
import * as api from "../api.js";
import { name } from "../format.js";
import { refreshHealth, health } from "../health.js";
import { Card, line } from "../parts/card.js";
import { Funnel } from "../parts/funnel.js";
import { Icon } from "../parts/icon.js";
import { Empty, Failure, Notice, Skeleton } from "../parts/notice.js";
import { PersonBar, person } from "../parts/person.js";
import { HeldWishes } from "../parts/sentence.js";
import { Why } from "../parts/why.js";
import { address, go, route, tabAddress } from "../route.js";
import { asPerson } from "../settings.js";
import { html, useEffect, useState } from "../ui.js";
import { named, say } from "../words.js";

const LIMIT = 10;
export const PRODUCTS = ["for_you", "following"];

/** What would come next: posts that may well be missed, each a question. */
const Near = ({ id, product, onAsk }) => {
  const [open, setOpen] = useState(false);
  const { data, error } = api.useAnswer(open ? async (options) => {
    const { items } = await api.timeline(id, { limit: 2 * LIMIT, product, peek: true }, options);
    const next = items.slice(LIMIT);
    return { next, cards: await api.cards(id, next.map((one) => one.tweet_id), options) };
  } : null, [id, product, open]);
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${say("whynot.near")}<${Icon} name="chevron" /></summary>
    ${error && html`<${Failure} error=${error} />`}
    ${open && !data && !error && html`<${Skeleton} rows=${1} />`}
    <ul class="dropped">${data?.next.map((one) => html`<li key=${one.tweet_id}>
      <small>${name(data.cards.get(one.tweet_id)?.author)}${data.cards.get(one.tweet_id)?.follows_author && ` · ${say("card.followed")}`}</small>
      <p dir="auto">${line(one, one.tweet_id)}</p>
      <button type="button" class="why small" onClick=${() => onAsk(one.tweet_id)}>${say("why.not")}</button></li>`)}</ul>
  </details>`;
};

const WhyNot = ({ id, product }) => {
  const [tweet, setTweet] = useState("");
  const [asked, setAsked] = useState(null);
  const ask = (event) => { event.preventDefault(); setAsked(tweet.trim().replace(/^#/, "") || null); };
  const choose = (one) => { setTweet(one); setAsked(one); document.getElementById("whynot-title").scrollIntoView({ block: "nearest" }); };
  return html`
    <section class="panel" aria-labelledby="whynot-title">
      <h2 id="whynot-title">${say("whynot.title")}</h2>
      <form class="row" onSubmit=${ask}>
        <input aria-label=${say("whynot.id")} placeholder=${say("whynot.id")} value=${tweet} onInput=${(event) => setTweet(event.target.value)} />
        <button class="primary">${say("why.not")}</button>
      </form>
      ${asked && html`<${Why} person=${id} tweet=${asked} limit=${LIMIT} product=${product} />`}
      ${!asked && html`<p class="hint">${say("whynot.about")}</p>`}
      <${Near} id=${id} product=${product} onAsk=${choose} />
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
        <p class="hint">${say(asPerson.value ? "feed.recorded" : "feed.peeked")} <a href=${tabAddress("weights")}>${say("feed.steer")}</a></p>
        <${HeldWishes} id=${id} onRevoked=${again} />
        <${ReadOnly} />
        ${error && html`<${Failure} error=${error} again=${again} />`}
        ${!data && !error && html`<${Skeleton} rows=${5} />`}
        ${data && html`<${Summary} page=${data.page} />`}
        ${data?.page.items.length === 0 && html`<${Empty} title=${say("feed.nothing")}>${say("feed.nothing.about")}</${Empty}>`}
        <div class="cards">
          ${data?.page.items.map((item) => html`<${Card} key=${item.tweet_id} item=${item} card=${data.cards.get(item.tweet_id)} now=${data.page.as_of}
            topicAt=${(topic) => address("weights", { person: id, sentence: say("wish.more", { topic }) })}
            why=${(one) => html`<${Why} person=${id} tweet=${one.tweet_id} limit=${LIMIT} product=${product} topic=${data.cards.get(one.tweet_id)?.topic} />`} />`)}
        </div>
      </section>
      <aside aria-label=${say("feed.beside")}>
        ${data?.page.trace && html`<${Funnel} trace=${data.page.trace} served=${data.page.items.length} person=${id} limit=${LIMIT} product=${product} />`}
        ${id && html`<${WhyNot} id=${id} product=${product} />`}
      </aside>
    </div>
  `;
};
