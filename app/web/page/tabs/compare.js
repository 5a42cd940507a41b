import { html } from "../ui.js";
export const Compare = () => html`<h1>Compare</h1>`;
