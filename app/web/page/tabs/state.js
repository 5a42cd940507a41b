import { html } from "../ui.js";
export const State = () => html`<h1>State</h1>`;
