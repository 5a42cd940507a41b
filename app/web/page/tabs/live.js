import { html } from "../ui.js";
export const Live = () => html`<h1>Live</h1>`;
