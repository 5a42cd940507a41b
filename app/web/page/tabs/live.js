// Do something as this person, and see what the next page makes of it: in a sandbox, or for good.
import * as api from "../api.js";
import { list, name, percent, signed } from "../format.js";
import { health, refreshHealth } from "../health.js";
import { line, Row } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Move, useGlide } from "../parts/moves.js";
import { Empty, Failure, Notice, Skeleton } from "../parts/notice.js";
import { PersonBar, person } from "../parts/person.js";
import { html, useEffect, useState } from "../ui.js";
import { named, say } from "../words.js";

const LIMIT = 10;
const ACTIONS = [
  { action: "like", icon: "heart", on: "tweet" }, { action: "reply", icon: "reply", on: "tweet" },
  { action: "not_interested", icon: "close", on: "tweet" }, { action: "follow", icon: "plus", on: "author" },
  { action: "mute", icon: "mute", on: "author" }, { action: "block", icon: "block", on: "author" },
];
const TELLING = 0.02; // a probability that moved by less is not worth a word

const eventOf = (id, { action, on }, item) => ({
  action, user_id: id, ...(on === "tweet" ? { tweet_id: item.tweet_id } : { target_user_id: item.author_id }),
});

/** What about a tweet changed most: its chances, or a factor. */
const reasonsOf = (before, after) => {
  if (!before) return [];
  const heads = Object.entries(after.predictions).map(([head, p]) => [named("head", head), before.predictions[head], p])
    .filter(([, was, is]) => was !== null && is !== null && Math.abs(is - was) >= TELLING)
    .sort((one, other) => Math.abs(other[2] - other[1]) - Math.abs(one[2] - one[1])).slice(0, 2)
    .map(([label, was, is]) => `${label} ${percent(was)} → ${percent(is)}`);
  const factors = Object.entries(after.factors).filter(([factor, is]) => Math.abs(is - before.factors[factor]) >= TELLING)
    .map(([factor, is]) => `${named("factor", factor)} ×${percent(before.factors[factor])} → ${percent(is)}`);
  return [...heads, ...factors];
};

/** The feed as it is, and as it is after these events, with names for both. */
const question = (id, events, forGood, offset) => async (options) => {
  const before = await api.timeline(id, { limit: LIMIT, peek: true, after_offset: forGood ? offset : undefined }, options);
  const page = events.length && !forGood ? await api.sandbox(id, { events, limit: LIMIT }, options) : before;
  const ids = [...before.items, ...page.items].map((item) => item.tweet_id);
  return { before, page, tried: page !== before, cards: await api.cards(id, ids, options) };
};

const Done = ({ events, cards, onUndo, onReset }) => html`
  <section class="panel" aria-labelledby="done-title">
    <h2 id="done-title">${say("live.done")}</h2>
    ${events.length === 0 ? html`<p class="hint">${say("live.done.none")}</p>` : html`
      <ol class="done">${events.map(({ event, label }, place) => html`<li key=${place}><span>${say(`act.${event.action}`)} <small>${label}</small></span></li>`)}</ol>
      <div class="row"><button type="button" class="quiet" onClick=${onUndo}><${Icon} name="undo" />${say("live.undo")}</button>
        <button type="button" class="quiet" onClick=${onReset}>${say("live.reset")}</button></div>`}
  </section>
`;

const Acts = ({ item, card, onAct }) => html`
  <div class="acts" role="group" aria-label=${say("live.acts", { name: name(card?.author) })}>
    ${ACTIONS.filter(({ on }) => on === "tweet" || item.author_id).map((one) => html`
      <button type="button" key=${one.action} class="icon-button" title=${say(`act.${one.action}`)} aria-label=${say(`act.${one.action}`)}
        onClick=${() => onAct(one, item)}><${Icon} name=${one.icon} /></button>`)}
  </div>
`;

const Feed = ({ data, onAct, before }) => {
  const glide = useGlide();
  const { page, cards } = data;
  const was = new Map(before.map((item) => [item.tweet_id, item]));
  const left = before.filter((item) => !page.items.some((one) => one.tweet_id === item.tweet_id));
  return html`
    <div class="cards tight" ref=${glide}>${page.items.map((item) => {
      const earlier = was.get(item.tweet_id);
      const reasons = before.length ? reasonsOf(earlier, item) : [];
      return html`<${Row} key=${item.tweet_id} item=${item} card=${cards.get(item.tweet_id)}
        move=${before.length > 0 && html`<${Move} from=${earlier?.rank} to=${item.rank} />`}
        actions=${html`${reasons.length > 0 && html`<p class="because">${say("live.because", { reasons: list(reasons) })}</p>`}
          <${Acts} item=${item} card=${cards.get(item.tweet_id)} onAct=${onAct} />`} />`;
    })}</div>
    ${left.length > 0 && html`<section class="left" aria-label=${say("weights.left")}><h3>${say("weights.left")}</h3>
      <ul>${left.map((item) => html`<li key=${item.tweet_id} dir="auto">${line(item, item.tweet_id)}</li>`)}</ul></section>`}
  `;
};

export const Live = () => {
  const id = person();
  const [forGood, setForGood] = useState(false);
  const [done, setDone] = useState([]);
  const [start, setStart] = useState([]); // the feed before anything was done for good
  const [offset, setOffset] = useState(undefined);
  const [failure, setFailure] = useState(null);
  const events = done.map((one) => one.event);
  const { data, error, loading, again } = api.useAnswer(id ? question(id, events, forGood, offset) : null, [id, forGood, JSON.stringify(events), offset]);
  useEffect(() => { setDone([]); setStart([]); setFailure(null); }, [id, forGood]);
  useEffect(() => void refreshHealth(), [forGood]);
  const readOnly = forGood && health.value?.writing === "off";
  const write = async (event) => {
    try {
      const answer = await api.events([event]);
      setFailure(answer.results[0].problem ? new api.Problem(409, answer.results[0].problem, "") : null);
      setOffset(answer.offset);
      return true;
    } catch (error_) {
      setFailure(error_);
      return false;
    }
  };
  const act = async (one, item) => {
    const event = eventOf(id, one, item);
    const label = one.on === "author" ? name(data.cards.get(item.tweet_id)?.author) : `“${(item.text ?? `#${item.tweet_id}`).slice(0, 40)}…”`;
    if (forGood && start.length === 0) setStart(data.page.items);
    if (!forGood || (await write(event))) setDone((before) => [...before, { event, label }]);
  };
  const undoing = { like: "unlike", follow: "unfollow", mute: "unmute", block: "unblock" };
  const takeBack = async (list_) => {
    if (forGood) for (const { event } of [...list_].reverse()) if (undoing[event.action]) await write({ ...event, action: undoing[event.action] });
    setDone((before) => before.slice(0, before.length - list_.length));
  };
  const before = forGood ? start : data?.tried ? data.before.items : []; // as answered, not as asked
  return html`
    <${PersonBar} />
    <div class="split">
      <section aria-labelledby="live-title" aria-busy=${loading}>
        <div class="row spread head"><div><h1 id="live-title">${say("live.title")}</h1><p class="hint">${say(forGood ? "live.about.good" : "live.about")}</p></div>
          <div class="segments" role="group" aria-label=${say("live.where")}>
            <button type="button" aria-pressed=${!forGood} onClick=${() => setForGood(false)}>${say("live.sandbox")}</button>
            <button type="button" aria-pressed=${forGood} onClick=${() => setForGood(true)}>${say("live.good")}</button></div></div>
        ${readOnly && html`<${Notice} kind="warn" text=${say("notice.read_only")} />`}
        ${(failure ?? error) && html`<${Failure} error=${failure ?? error} again=${failure ? undefined : again} />`}
        ${!data && !error && html`<${Skeleton} rows=${5} />`}
        ${data?.page.items.length === 0 && html`<${Empty} title=${say("feed.nothing")}>${say("feed.nothing.about")}</${Empty}>`}
        ${data && html`<${Feed} data=${data} onAct=${act} before=${before} />`}
      </section>
      <aside aria-label=${say("live.done")}>
        <${Done} events=${done} cards=${data?.cards} onUndo=${() => takeBack(done.slice(-1))} onReset=${() => takeBack(done)} />
      </aside>
    </div>
  `;
};
