// One person: what they like, whom they are near, where they belong, whom they might follow.
import * as api from "../api.js";
import { list, name, percent, score } from "../format.js";
import { Empty, Failure, Skeleton } from "../parts/notice.js";
import { Avatar, PersonBar, person } from "../parts/person.js";
import { tabAddress, address } from "../route.js";
import { html } from "../ui.js";
import { say } from "../words.js";

const SUGGESTED = 8;
const REASONS = ["friends", "follows_you", "taste", "newly_joined", "popular"];

const Linked = ({ of }) => html`<a class="who" href=${address("people", { person: of.user_id })}><${Avatar} of=${of} />${name(of)}</a>`;

const Bars = ({ rows, caption }) => {
  const most = Math.max(...rows.map((row) => row.value), 1e-9);
  return html`<table class="bars"><caption class="sr">${caption}</caption><tbody>
    ${rows.map((row) => html`<tr key=${row.key}><th scope="row">${row.label}</th>
      <td class="track" aria-hidden="true"><i style=${{ left: 0, width: `${100 * row.value / most}%` }} /></td><td class="number">${row.text}</td></tr>`)}
  </tbody></table>`;
};

const Panel = ({ title, about, children, empty }) => html`
  <section class="panel"><h2>${title}</h2><p class="hint">${about}</p>${empty ? html`<p class="hint">${empty}</p>` : children}</section>
`;

const Communities = ({ of }) => of.map((one) => html`
  <article class="community" key=${one.number}>
    <h3>${say("people.community", { number: one.number })} <small>${say("people.members", { members: one.members })} · ${percent(one.weight ** 2)}</small></h3>
    <ul class="members">${one.best_known.map(({ person: who, score: known }) => html`<li key=${who.user_id}><${Linked} of=${who} /><small title=${say("people.known")}>${score(known)}</small></li>`)}</ul>
  </article>`);

const reasons = (one) => {
  const parts = REASONS.filter((reason) => one.reasons[reason] > 0).sort((a, b) => one.reasons[b] - one.reasons[a]);
  return parts.map((reason) => html`<span class="reason" key=${reason}>${say(`reason.${reason}`)} <b>${score(one.reasons[reason])}</b></span>`);
};

const ToFollow = ({ items, known }) => html`<ul class="follow">${items.map((one) => html`
  <li key=${one.user_id}><${Linked} of=${known.get(one.user_id) ?? { user_id: one.user_id, name: null }} /><span class="number">${score(one.score)}</span>
    <p>${reasons(one)}</p>
    ${one.followed_by.length > 0 && html`<small>${say("people.followed_by", { names: list(one.followed_by.map((id) => name(known.get(id) ?? { user_id: id, name: null }))) })}</small>`}
  </li>`)}</ul>`;

const suggestions = (id) => async (options) => {
  const { items } = await api.follows(id, { limit: SUGGESTED }, options);
  const ids = [...new Set(items.flatMap((one) => [one.user_id, ...one.followed_by]))];
  const found = await Promise.all(ids.map((one) => api.user(one, options).catch(() => ({ user_id: one, name: null }))));
  return { items, known: new Map(found.map((one) => [one.user_id, one])) };
};

export const People = () => {
  const id = person();
  const { data, error, again } = api.useAnswer(id ? (options) => api.profile(id, options) : null, [id]);
  const follow = api.useAnswer(id ? suggestions(id) : null, [id]);
  const newcomer = error?.status === 404;
  return html`
    <${PersonBar} />
    <div class="head"><h1>${say("people.title")}</h1><p class="hint">${say("people.about")}</p></div>
    ${error && !newcomer && html`<${Failure} error=${error} again=${again} />`}
    ${newcomer && html`<${Empty} title=${say("people.nobody")}>${say("people.nobody.about")} <a href=${tabAddress("feed")}>${say("people.feed")}</a></${Empty}>`}
    ${!data && !error && html`<${Skeleton} rows=${3} />`}
    <div class="columns flow">
      ${data && html`
        <${Panel} title=${say("people.tastes")} about=${say("people.tastes.about")} empty=${!data.tastes.length && say("people.tastes.none")}>
          <${Bars} caption=${say("people.tastes")} rows=${data.tastes.map((one) => ({ key: one.topic, label: `#${one.topic}`, value: one.tweets, text: one.tweets }))} /></${Panel}>
        <${Panel} title=${say("people.ties")} about=${say("people.ties.about")} empty=${!data.ties.length && say("people.ties.none")}>
          <${Bars} caption=${say("people.ties")} rows=${data.ties.map((one) => ({ key: one.person.user_id, value: one.strength, text: score(one.strength),
            label: html`<${Linked} of=${one.person} />${one.mutual && html`<small class="mutual">${say("people.mutual")}</small>`}` }))} /></${Panel}>
        <${Panel} title=${say("people.communities")} about=${say("people.communities.about")} empty=${!data.communities.length && say("people.communities.none")}>
          <${Communities} of=${data.communities} /></${Panel}>`}
      ${follow.data && html`<${Panel} title=${say("people.follow")} about=${say("people.follow.about")} empty=${!follow.data.items.length && say("people.follow.none")}>
        <${ToFollow} ...${follow.data} /></${Panel}>`}
    </div>
  `;
};
