// What the reader should know before the rest: a sentence, and a way out.
import { html } from "../ui.js";
import { say } from "../words.js";
import { Icon } from "./icon.js";

export const Notice = ({ kind = "info", text, act, onAct, href, children }) => html`
  <div class=${`notice ${kind}`} role=${kind === "error" ? "alert" : "status"}>
    ${kind !== "info" && html`<${Icon} name="warn" />`}
    <p>${text}${children}</p>
    ${act && (href ? html`<a class="button quiet" href=${href}>${act}</a>`
      : html`<button type="button" class="quiet" onClick=${onAct}>${act}</button>`)}
  </div>
`;

/** A question that was refused or not answered, in words that say what to do. */
export const Failure = ({ error, again }) => {
  if (error.status === 422 && error.message.includes("user_id")) {
    const find = () => document.querySelector("[role=combobox]")?.focus();
    return html`<${Notice} kind="error" text=${say("error.nobody")} act=${say("error.find")} onAct=${find} />`;
  }
  const key = `error.${error.status}`;
  const helps = again && error.status !== 404; // what is not there is not there the next time either
  const known = ["0", "401", "403", "404", "429", "503"].includes(String(error.status));
  return html`<${Notice} kind="error" text=${known ? say(key) : say("error.other", { title: error.title, status: error.status })}
    act=${helps && say("error.again")} onAct=${again}>
    ${error.message && error.status !== 0 && html`<small class="detail">${error.message}</small>`}
  </${Notice}>`;
};

export const Empty = ({ title, children }) => html`
  <div class="empty"><${Icon} name="bars" /><h3>${title}</h3>${children && html`<p>${children}</p>`}</div>
`;

export const Skeleton = ({ rows = 4 }) => html`
  <div class="skeletons" role="status" aria-label=${say("state.loading")}>
    ${Array.from({ length: rows }, () => html`<div class="skeleton"><i /><i /><i /></div>`)}
  </div>
`;
