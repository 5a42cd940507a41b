// The name, the tabs, and what the reader may choose: language, theme, keys.
import { route, TABS, tabAddress } from "../route.js";
import { keys, language, theme } from "../settings.js";
import { html, useRef } from "../ui.js";
import { say } from "../words.js";
import { Icon } from "./icon.js";

const dark = () => theme.value === "dark" || (!theme.value && matchMedia("(prefers-color-scheme: dark)").matches);

const Keys = ({ dialog }) => {
  const save = (event) => {
    const given = new FormData(event.target);
    keys.value = { read: given.get("read").trim(), write: given.get("write").trim() };
  };
  return html`
    <dialog ref=${dialog} aria-labelledby="keys-title">
      <form method="dialog" onSubmit=${save}>
        <h2 id="keys-title">${say("keys.title")}</h2>
        <p>${say("keys.about")}</p>
        <label>${say("keys.read")}<input name="read" type="password" autocomplete="off" value=${keys.value.read} /></label>
        <label>${say("keys.write")}<input name="write" type="password" autocomplete="off" value=${keys.value.write} /></label>
        <div class="row end">
          <button type="button" class="quiet" onClick=${() => dialog.current.close()}>${say("keys.cancel")}</button>
          <button class="primary">${say("keys.use")}</button>
        </div>
      </form>
    </dialog>
  `;
};

export const Header = () => {
  const dialog = useRef(null);
  const other = language.value === "en" ? "de" : "en";
  return html`
    <header class="top">
      <a class="brand" href=${tabAddress("feed")}><${Icon} name="bars" /><span>For You</span></a>
      <nav aria-label=${say("frame.tabs")}>
        ${TABS.map((tab) => html`
          <a key=${tab} href=${tabAddress(tab)} aria-current=${route.value.tab === tab ? "page" : undefined}>
            ${say(`tab.${tab}`)}</a>`)}
      </nav>
      <div class="choices">
        <button type="button" class="icon-button" title=${say("keys.title")} aria-label=${say("keys.title")}
          onClick=${() => dialog.current.showModal()}><${Icon} name="key" /></button>
        <button type="button" class="icon-button" title=${say("frame.theme")} aria-label=${say("frame.theme")}
          onClick=${() => (theme.value = dark() ? "light" : "dark")}><${Icon} name=${dark() ? "sun" : "moon"} /></button>
        <button type="button" class="icon-button word" lang=${other} aria-label=${say("frame.language")}
          onClick=${() => (language.value = other)}>${other.toUpperCase()}</button>
      </div>
      <${Keys} dialog=${dialog} />
    </header>
  `;
};
