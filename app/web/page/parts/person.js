// Who is looking: found by name, id or interest, drawn by chance, or nobody in particular.
import { users, user, useAnswer } from "../api.js";
import { initials, name, whole } from "../format.js";
import { health } from "../health.js";
import { go, route } from "../route.js";
import { asPerson } from "../settings.js";
import { html, useEffect, useId, useRef, useState } from "../ui.js";
import { say } from "../words.js";
import { Icon } from "./icon.js";

export const NEWCOMER = "somebody-new"; // an id that nobody has
const PAUSE = 120; // milliseconds without a key before a search

export const person = () => route.value.params.person;

const drawn = async () => {
  const count = health.value?.users ?? (await users({ limit: 1 })).items.length;
  const cursor = Math.floor(Math.random() * count).toString(16).padStart(8, "0");
  const { items } = await users({ limit: 1, cursor });
  return items[0]?.user_id;
};
const lonely = async () => (await users({ limit: 1, follows_nobody: true })).items[0]?.user_id;

export const Avatar = ({ of }) => html`<span class="avatar" aria-hidden="true">${initials(of)}</span>`;

const useSearch = (text) => {
  const [found, set] = useState(null);
  useEffect(() => {
    if (!text.trim()) return void set(null);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      users({ find: text.trim(), limit: 8 }, { signal: stop.signal }).then(
        ({ items }) => set(items), (error) => error.name === "AbortError" || set([]));
    }, PAUSE);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text]);
  return [found, () => set(null)];
};

export const Finder = ({ onChoose, label }) => {
  const [text, setText] = useState("");
  const [at, setAt] = useState(-1);
  const [found, close] = useSearch(text);
  const box = useId();
  const choose = (id) => { setText(""); setAt(-1); close(); onChoose(id); };
  const keyed = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found?.length) setAt((at + step + found.length) % found.length);
    } else if (event.key === "Escape") { setText(""); close(); }
    else if (event.key === "Enter" && text.trim()) {
      event.preventDefault();
      choose(found?.[Math.max(at, 0)]?.user_id ?? text.trim());
    }
  };
  return html`
    <div class="finder">
      <${Icon} name="search" />
      <input type="search" role="combobox" autocomplete="off" spellcheck=${false} placeholder=${say("person.find")}
        aria-label=${label} aria-expanded=${found !== null} aria-controls=${box} aria-autocomplete="list"
        aria-activedescendant=${at >= 0 ? `${box}-${at}` : undefined}
        value=${text} onInput=${(event) => { setText(event.target.value); setAt(-1); }} onKeyDown=${keyed} />
      <ul id=${box} role="listbox" aria-label=${say("person.found")} hidden=${found === null}>
        ${(found ?? []).map((one, place) => html`
          <li key=${one.user_id} id=${`${box}-${place}`} role="option" aria-selected=${place === at}
            onMouseDown=${(event) => { event.preventDefault(); choose(one.user_id); }}>
            <${Avatar} of=${one} /><span>${name(one)} <small>@${one.user_id}</small></span>
            <small>${say("person.counts", { followers: whole(one.followers), tweets: whole(one.tweets) })}</small>
          </li>`)}
        ${found?.length === 0 && html`<li class="none" role="option" aria-disabled="true" aria-selected="false">${say("person.none", { text })}</li>`}
      </ul>
    </div>
  `;
};

const Known = ({ id, about, error }) => {
  if (error?.status === 404 || error?.status === 422) return html`<p class="known"><strong>${say("person.newcomer")}</strong><small>${say("person.nobody", { id })}</small></p>`;
  return html`<p class="known"><${Avatar} of=${about ?? { user_id: id }} />
    <span><strong>${about ? name(about) : id}</strong> <small>@${id}</small>
    ${about && html`<small class="counts">${say("person.about", {
      followers: whole(about.followers), following: whole(about.following), tweets: whole(about.tweets),
    })}</small>`}</span></p>`;
};

/** The bar above a tab: who it is about, and how to choose somebody else. Chooses by chance at first. */
export const PersonBar = ({ recording = false, param = "person" }) => {
  const id = route.value.params[param];
  const asked = useRef(false);
  const choose = (chosen) => chosen && go({ [param]: chosen });
  const { data: about, error } = useAnswer(id ? (options) => user(id, options) : null, [id]);
  useEffect(() => {
    if (id || asked.current) return;
    asked.current = true;
    drawn().then((one) => go({ [param]: one ?? NEWCOMER }, { replace: true }), () => go({ [param]: NEWCOMER }, { replace: true }));
  });
  const by = (draw) => () => draw().then((one) => choose(one ?? NEWCOMER), () => choose(NEWCOMER));
  return html`
    <section class="person" aria-label=${say("person.bar")}>
      ${id && html`<${Known} id=${id} about=${about} error=${error} />`}
      <${Finder} onChoose=${choose} label=${say("person.find")} />
      <div class="chips">
        <button type="button" class="chip" onClick=${by(drawn)}><${Icon} name="dice" />${say("person.random")}</button>
        <button type="button" class="chip" onClick=${() => choose(NEWCOMER)}>${say("person.newcomer")}</button>
        <button type="button" class="chip" onClick=${by(lonely)}>${say("person.lonely")}</button>
        ${recording && html`<label class="switch" title=${say("person.as.about")}>
          <input type="checkbox" role="switch" checked=${asPerson.value}
            onChange=${(event) => (asPerson.value = event.target.checked)} />
          <span>${say("person.as")}</span></label>`}
      </div>
    </section>
  `;
};

/** The same in small, where a tab asks for a second person. */
export const Pick = ({ param, id }) => {
  const { data: about, error } = useAnswer(id ? (options) => user(id, options) : null, [id]);
  return html`<div class="pick"><${Known} id=${id} about=${about} error=${error} />
    <${Finder} label=${say("person.find")} onChoose=${(chosen) => go({ [param]: chosen })} /></div>`;
};
