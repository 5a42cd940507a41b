// The frame of the page: a header with tabs, notices, and the tab that is open.
import { bundle } from "./api.js";
import { health, refreshHealth } from "./health.js";
import { Header } from "./parts/header.js";
import { Icons } from "./parts/icon.js";
import { Notice } from "./parts/notice.js";
import { route, tabAddress } from "./route.js";
import { html, render, useEffect } from "./ui.js";
import { language } from "./settings.js";
import { say } from "./words.js";
import { Compare } from "./tabs/compare.js";
import { Feed } from "./tabs/feed.js";
import { Live } from "./tabs/live.js";
import { People } from "./tabs/people.js";
import { State } from "./tabs/state.js";
import { Weights } from "./tabs/weights.js";
import { Write } from "./tabs/write.js";

const OPEN = { feed: Feed, weights: Weights, compare: Compare, live: Live, write: Write, people: People, state: State };

const Notices = () => {
  const { first, now } = bundle.value;
  const parts = Object.entries(health.value?.degraded ?? {});
  return html`
    ${first !== now && html`<${Notice} kind="info" text=${say("notice.swapped", { first, now })}
      act=${say("notice.reload")} onAct=${() => location.reload()} />`}
    ${parts.length > 0 && html`<${Notice} kind="warn"
      text=${say("notice.degraded", { parts: parts.map(([part, reason]) => `${part}: ${reason}`).join(" · ") })}
      act=${say("notice.details")} href=${tabAddress("state")} />`}
  `;
};

const Page = () => {
  const Tab = OPEN[route.value.tab];
  useEffect(() => {
    scrollTo(0, 0);
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [route.value.tab]);
  useEffect(() => {
    document.title = `${say(`tab.${route.value.tab}`)} · For You`;
  });
  useEffect(() => void refreshHealth(), []);
  return html`
    <${Icons} />
    <a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      document.getElementById("main").focus();
    }}>${say("frame.skip")}</a>
    <${Header} />
    <main id="main" tabindex="-1">
      <${Notices} />
      <${Tab} key=${route.value.tab} />
    </main>
    <footer>
      <span class="row wrap"><a href=${`transparency?language=${language.value}`}>${say("frame.transparency")}</a><a href="docs">${say("frame.api")}</a></span>
      <span>${health.value && say("frame.bundle", { version: health.value.model_version })}</span>
    </footer>
  `;
};

render(html`<${Page} />`, document.getElementById("page"));
