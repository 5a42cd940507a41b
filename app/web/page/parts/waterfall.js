// From the parts to the score: each bar begins where the one before it ends.
import { list, score, short, signed, times } from "../format.js";
import { html } from "../ui.js";
import { named, say } from "../words.js";

/** Rows of one scale. A `step` moves the running number, a `total` states it. */
const Rows = ({ rows, scale, about }) => {
  const place = (value) => `${Math.min(Math.max(value / scale, 0), 1) * 100}%`;
  return html`
    <table class="waterfall"><caption>${about}</caption>
      <tbody>
        ${rows.map((row) => {
          const low = Math.min(row.from, row.to), high = Math.max(row.from, row.to);
          const kind = row.total ? "total" : row.to < row.from ? "minus" : "plus";
          return html`
            <tr class=${kind} key=${row.label}>
              <th scope="row">${row.label}${row.note && html`<small>${row.note}</small>`}</th>
              <td class="track" aria-hidden="true">${!row.still && html`<i style=${{ left: place(low), width: `max(2px, ${place(high - low)})` }} />`}</td>
              <td class="number">${row.text}</td>
            </tr>`;
        })}
      </tbody>
    </table>
  `;
};

const ofHeads = ({ heads, value }) => {
  const adding = heads.filter((head) => head.adds !== 0).sort((one, two) => Math.abs(two.adds) - Math.abs(one.adds));
  let at = 0;
  const rows = adding.map((head) => {
    const from = at;
    at += head.adds;
    return {
      label: named("head", head.name), from, to: at, text: signed(head.adds),
      note: say("why.head", { probability: short(100 * head.probability), times: times(head.probability / head.average) }),
    };
  });
  if (Math.abs(value.folded ?? 0) > 0.0005) {
    rows.push({ label: say("why.folded"), from: at, to: at + value.folded, text: signed(value.folded) });
  }
  const low = Math.min(0, ...rows.map((row) => row.to)); // a sum may dip below zero before it is kept above
  for (const row of rows) [row.from, row.to] = [row.from - low, row.to - low];
  rows.push({ label: say("why.value"), from: -low, to: value.heads - low, total: true, text: times(value.heads), note: say("why.value.note") });
  return rows;
};

/** What a factor is for. A wish is told beside other posts: more of one thing lowers all else. */
const about = (component, factor, beside) => {
  if (component !== "Steering") return named("factor.about", component) === component ? "" : named("factor.about", component);
  if (Math.abs(beside - 1) < 0.0005) return say("wish.others", { times: times(factor) });
  return say(beside > 1 ? "wish.wanted" : "wish.unwanted", { times: times(beside) });
};

const ofFactors = ({ value, factors, score: final }) => {
  const rows = [{ label: say("why.base"), from: 0, to: value.base_score, total: true, text: score(value.base_score), note: say("why.base.note") }];
  let at = value.base_score;
  const isOne = (number) => Math.abs(number - 1) < 0.0005;
  const same = factors.filter((one) => isOne(one.factor) && isOne(one.beside_others)).map((one) => named("factor", one.component));
  for (const { component, factor, beside_others: beside, score: now } of factors) {
    if (isOne(factor) && isOne(beside)) continue;
    rows.push({ label: named("factor", component), from: at, to: now, text: `× ${short(factor)}`, note: about(component, factor, beside) });
    at = now;
  }
  if (same.length) rows.push({ label: say("why.unchanged"), from: at, to: at, still: true, text: `× ${short(1)}`, note: list(same) });
  return [...rows, { label: say("why.final"), from: 0, to: final, total: true, text: score(final) }];
};

/** The pieces of evidence add up to log x, from the smallest running sum on. */
const ofEvidence = ({ value }) => {
  const pieces = Object.entries(value.evidence).sort(([, one], [, two]) => Math.abs(two) - Math.abs(one));
  let at = 0;
  const steps = pieces.map(([name, adds]) => ({ name, adds, from: at, to: (at += adds) }));
  const low = Math.min(0, ...steps.map((step) => step.to));
  return {
    scale: Math.max(0.1, ...steps.map((step) => step.to)) - low,
    rows: [
      ...steps.map(({ name, adds, from, to }) => ({ label: named("evidence", name), from: from - low, to: to - low, text: signed(adds) })),
      { label: say("why.log"), from: Math.min(-low, at - low), to: Math.max(-low, at - low), total: true, text: signed(value.log_value) },
    ],
  };
};

export const Waterfall = ({ why }) => {
  const heads = why.value.heads === null ? [] : ofHeads(why);
  const evidence = Object.keys(why.value.evidence).length > 1 ? ofEvidence(why) : null;
  return html`
    ${heads.length > 0 && html`<${Rows} rows=${heads} about=${say("why.heads")}
      scale=${Math.max(...heads.map((row) => Math.max(row.from, row.to)), 0.001)} />`}
    ${evidence && html`<${Rows} rows=${evidence.rows} about=${say("why.evidence")} scale=${evidence.scale} />`}
    <${Rows} rows=${ofFactors(why)} about=${say("why.factors")} scale=${1} />
  `;
};
