// A tweet as people know it, with its score, and a question beside it.
import { ago, list, moment, name, score, times, worth } from "../format.js";
import { html, useId, useState } from "../ui.js";
import { named, say } from "../words.js";
import { Icon } from "./icon.js";
import { Avatar } from "./person.js";

const SENSITIVE = 0.5; // from which probability on a curtain hides the text

const proof = ({ engaged, engaged_by: by }) =>
  engaged > by.length ? say("card.engaged.more", { names: list(by.map(name)), more: engaged - by.length })
    : say("card.engaged", { names: list(by.map(name)) });

/** The text of a tweet, where it is sensitive behind a curtain. */
export const Text = ({ text, safety }) => {
  const [open, setOpen] = useState(false);
  const sensitive = safety.nsfw >= SENSITIVE ? "nsfw" : safety.toxicity >= SENSITIVE ? "toxicity" : null;
  if (text === null || text === "") return html`<p class="text none">${say("card.no_text")}</p>`;
  if (!sensitive || open) return html`<p class="text" dir="auto">${text}</p>`;
  return html`<button type="button" class="curtain" onClick=${() => setOpen(true)}>
    <${Icon} name="eye" />${say(`card.curtain.${sensitive}`)}<span>${say("card.show")}</span></button>`;
};

export const hidden = ({ safety }) => safety.nsfw >= SENSITIVE || safety.toxicity >= SENSITIVE;

/** The text of a tweet in a line of a list, where there is no room for a curtain. */
export const line = (of, id) => (!of ? `#${id}` : hidden(of) ? say("card.hidden") : of.text || `#${id}`);

/** The base score, and what the factors left of it; the mark is an average impression. */
export const ScoreBar = ({ base, final }) => html`
  <span class="score" title=${say("card.score.about")}>
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" width="100" height="8" /><rect class="base" width=${100 * base} height="8" />
      <rect class="final" width=${100 * final} height="8" /><rect class="average" x="49.700" width="0.600" height="8" />
    </svg>
    <span class="number">${score(final)}</span>
    <small>${say("card.worth", { times: times(worth(base)) })}</small>
  </span>
`;

export const Card = ({ item, card, now, move, actions, why, topicAt }) => {
  const [open, setOpen] = useState(false);
  const panel = useId();
  const author = card?.author ?? (item.author_id ? { user_id: item.author_id, name: null } : null);
  return html`
    <article class="card" data-tweet=${item.tweet_id}>
      <span class="rank">${item.rank}${move}</span>
      <header>
        <${Avatar} of=${author} />
        <div>
          <h3 class="author">${name(author)}</h3>
          <small>${author && html`@${author.user_id} · `}${item.created_at && html`<time datetime=${item.created_at} title=${moment(item.created_at)}>${ago(item.created_at, now)}</time>`}
            ${card?.follows_author && html` · ${say("card.followed")}`}</small>
        </div>
        <span class="badge" title=${say("card.source.about", { sources: item.sources.join(", ") })}>${named("source", item.source)}</span>
      </header>
      ${card?.answers && html`<p class="line"><${Icon} name="reply" />${say("card.answers", { name: name(card.answers) })}</p>`}
      <${Text} text=${item.text} safety=${item.safety} />
      <p class="marks">
        ${card?.topic && html`<a class="topic" href=${topicAt(card.topic)} title=${say("wish.more.ask", { topic: card.topic })}>#${card.topic}</a>`}
        ${card?.has_media && html`<span class="line"><${Icon} name="media" />${say("card.media")}</span>`}
        ${card?.engaged > 0 && html`<span class="line"><${Icon} name="heart" />${proof(card)}</span>`}
      </p>
      <footer>
        <${ScoreBar} base=${item.base_score} final=${item.score} />
        ${actions}
        ${why && html`<button type="button" class="why" aria-expanded=${open} aria-controls=${panel} onClick=${() => setOpen(!open)}>
          ${say("why.ask")}<${Icon} name="chevron" /></button>`}
      </footer>
      ${why && html`<div id=${panel} class="answer" hidden=${!open}>${open && why(item)}</div>`}
    </article>
  `;
};

/** The same in two lines, where many stand below each other. */
export const Row = ({ item, card, move, actions }) => {
  const author = card?.author ?? (item.author_id ? { user_id: item.author_id, name: null } : null);
  return html`
    <article class="card compact" data-tweet=${item.tweet_id}>
      <span class="rank">${item.rank}</span>
      <div class="what"><h3 class="author">${name(author)} <small>${named("source", item.source)}</small>${move}</h3>
        <p class=${item.text && !hidden(item) ? "text" : "text none"} dir="auto">${hidden(item) ? say("card.hidden") : item.text || say("card.no_text")}</p></div>
      <${ScoreBar} base=${item.base_score} final=${item.score} />
      ${actions}
    </article>
  `;
};
