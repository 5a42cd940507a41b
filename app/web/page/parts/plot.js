// A small plot over time: a line, its last value, and its range, in words for those who cannot see it.
import { short } from "../format.js";
import { html } from "../ui.js";
import { say } from "../words.js";

const WIDTH = 240, HEIGHT = 56, EDGE = 4;

export const Plot = ({ label, unit, points }) => {
  const values = points.filter(Number.isFinite);
  const last = values.at(-1);
  const low = Math.min(0, ...values), high = Math.max(low, ...values), span = high - low || 1;
  const x = (place) => (points.length < 2 ? WIDTH : (WIDTH * place) / (points.length - 1));
  const y = (value) => EDGE + (HEIGHT - 2 * EDGE) * (1 - (value - low) / span);
  const line = points.map((value, place) => (Number.isFinite(value) ? `${x(place).toFixed(1)},${y(value).toFixed(1)}` : null)).filter(Boolean);
  return html`
    <figure class="plot">
      <figcaption><span>${label}</span><strong class="number">${last === undefined ? "–" : short(last)}<small> ${unit}</small></strong></figcaption>
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
        aria-label=${say("plot.about", { label, last: last === undefined ? "–" : short(last), high: short(high), unit })}>
        <line class="axis" x1="0" x2=${WIDTH} y1=${y(low)} y2=${y(low)} vector-effect="non-scaling-stroke" />
        ${line.length > 1 && html`<polyline points=${line.join(" ")} vector-effect="non-scaling-stroke" />`}
        ${line.length === 1 && html`<circle cx=${line[0].split(",")[0] - 3} cy=${line[0].split(",")[1]} r="2.5" />`}
      </svg>
      <small class="range"><span>${short(low)}</span><span>${say("plot.high", { high: short(high), unit })}</span></small>
    </figure>
  `;
};
