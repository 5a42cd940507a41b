import { html } from "../ui.js";
export const Weights = () => html`<h1>Weights</h1>`;
