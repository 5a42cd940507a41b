import { html } from "../ui.js";
export const Write = () => html`<h1>Write</h1>`;
