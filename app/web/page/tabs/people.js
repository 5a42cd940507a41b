import { html } from "../ui.js";
export const People = () => html`<h1>People</h1>`;
