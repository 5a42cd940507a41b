// What serves, what is missing, how it compares, and how it fares while one looks.
import * as api from "../api.js";
import { moment, short, whole } from "../format.js";
import { health } from "../health.js";
import { Failure, Notice, Skeleton } from "../parts/notice.js";
import { Plot } from "../parts/plot.js";
import { html, useEffect, useState } from "../ui.js";
import { named, say } from "../words.js";
import { metricsOf, sumOf } from "../metrics.js";

const EVERY = 2000; // milliseconds between two looks
const KEPT = 60; // looks that a plot shows

/** What one look at the counters says, and what has come since the one before. */
const reading = (now, before, seconds) => {
  const rate = (name, where) => (before ? (sumOf(now, name, where) - sumOf(before, name, where)) / seconds : NaN);
  const timelines = ({ route }) => route === "/timeline/{user_id}" || route === "/timeline/{user_id}/preview";
  const count = rate("foryou_request_seconds_count", timelines), time = rate("foryou_request_seconds_sum", timelines);
  return {
    requests: rate("foryou_request_seconds_count"),
    timeline: count > 0 ? (1000 * time) / count : NaN,
    errors: rate("foryou_request_seconds_count", ({ status }) => Number(status) >= 500),
    tweets: sumOf(now, "foryou_tweets"),
  };
};

const useReadings = () => {
  const [readings, set] = useState([]);
  useEffect(() => {
    let last = null, at = 0, stopped = false;
    const look = async () => {
      try {
        const now = metricsOf(await api.ask("metrics")), moment = performance.now();
        if (stopped) return;
        const one = reading(now, last, (moment - at) / 1000);
        [last, at] = [now, moment];
        set((before) => [...before, one].slice(-KEPT));
      } catch { /* the service does not answer; the next look says so too */ }
    };
    look();
    const timer = setInterval(() => document.hidden || look(), EVERY);
    return () => { stopped = true; clearInterval(timer); };
  }, []);
  return readings;
};

const Facts = ({ of }) => html`
  <dl class="facts-list">
    <div><dt>${say("fact.bundle")}</dt><dd class="mono">${of.model_version}</dd></div>
    <div><dt>${say("fact.ranker")}</dt><dd>${named("part", of.ranker)}</dd></div>
    <div><dt>${say("fact.as_of")}</dt><dd>${moment(of.as_of)} <small>${say(`clock.${of.clock}`)}</small></dd></div>
    <div><dt>${say("fact.people")}</dt><dd>${whole(of.users)}</dd></div>
    <div><dt>${say("fact.tweets")}</dt><dd>${whole(of.tweets)} <small>${say("fact.fresh", { tweets: whole(of.window.tweets), hours: whole(of.window.max_age_hours) })}</small></dd></div>
    <div><dt>${say("fact.writing")}</dt><dd>${say(`writing.${of.writing}`)}</dd></div>
    <div><dt>${say("fact.missing")}</dt><dd>${of.missing.join(", ") || say("fact.nothing")}</dd></div>
    <div><dt>${say("fact.not_in_data")}</dt><dd>${of.not_in_data.join(", ") || say("fact.nothing")}</dd></div>
  </dl>
`;

/** One figure of all policies: a point with its interval, on a scale that begins at nought. */
const Standings = ({ metric, rows }) => {
  const most = Math.max(...rows.map((row) => row.high ?? row.value ?? 0), 1e-9);
  const at = (value) => `${(100 * value) / most}%`;
  const sorted = [...rows].sort((one, other) => (other.value ?? -1) - (one.value ?? -1));
  return html`
    <table class="standings"><caption>${say("board.metric", { metric })}</caption><tbody>
      ${sorted.map((row) => html`<tr key=${row.policy} class=${row.policy === "for_you" ? "own" : ""}>
        <th scope="row">${named("policy", row.policy)}${row.loses && html`<small>${say("board.loses")}</small>`}</th>
        <td class="track" aria-hidden="true">${row.value !== null && html`<i class="interval" style=${{ left: at(row.low ?? row.value), width: at((row.high ?? row.value) - (row.low ?? row.value)) }} />
          <i class="point" style=${{ left: at(row.value) }} />`}</td>
        <td class="number">${row.value === null ? "–" : short(row.value)}<small class="sr"> (${short(row.low ?? 0)}–${short(row.high ?? 0)})</small></td></tr>`)}
    </tbody></table>
  `;
};

const SIMULATED = ["engagements_per_session", "negatives_per_1000", "return_rate"];

/** How the feed fared beside others when it was last simulated. */
const Simulated = ({ of }) => html`
  <section class="panel broad"><h2>${say("simulation.title")}</h2>
    ${!of.policies.length ? html`<p class="hint">${say("simulation.none")}</p>` : html`
      <p class="hint">${say("simulation.about", { people: whole(of.people), days: short(of.days), at: moment(of.ended_at), bundle: of.bundle })}</p>
      <div class="boards">${SIMULATED.map((metric) => html`<${Standings} key=${metric} metric=${say(`simulation.${metric}`)}
        rows=${of.policies.map((one) => ({ policy: one.policy, ...one[metric] }))} />`)}</div>`}
  </section>
`;

export const State = () => {
  const { data, error, again } = api.useAnswer((options) => api.ask("readyz", options), []);
  const readings = useReadings();
  const simulation = api.useAnswer((options) => api.ask("simulation", options), []);
  useEffect(() => { if (data) health.value = data; }, [data]);
  const metrics = [...new Set((data?.leaderboard ?? []).map((one) => one.metric))];
  const plot = (name, unit) => html`<${Plot} label=${say(`plot.${name}`)} unit=${unit} points=${readings.map((one) => one[name])} />`;
  return html`
    <div class="head"><h1>${say("state.title")}</h1><p class="hint">${say("state.about")}</p></div>
    ${error && html`<${Failure} error=${error} again=${again} />`}
    ${!data && !error && html`<${Skeleton} rows=${3} />`}
    ${data && html`
      ${Object.entries(data.degraded).map(([part, reason]) => html`<${Notice} key=${part} kind="warn" text=${`${part}: ${reason}`} act=${say("error.again")} onAct=${again} />`)}
      <div class="columns">
        <section class="panel"><h2>${say("state.serves")}</h2><${Facts} of=${data} /></section>
        <section class="panel"><h2>${say("state.live")}</h2><p class="hint">${say("state.live.about", { seconds: EVERY / 1000 })}</p>
          <div class="plots">${plot("requests", "/s")}${plot("timeline", "ms")}${plot("errors", "/s")}${plot("tweets", "")}</div></section>
        <section class="panel broad"><h2>${say("board.title")}</h2><p class="hint">${say("board.about")}</p>
          ${metrics.length ? html`<div class="boards">${metrics.map((metric) => html`<${Standings} key=${metric} metric=${metric}
            rows=${data.leaderboard.filter((one) => one.metric === metric)} />`)}</div>` : html`<p class="hint">${say("board.none")}</p>`}
        </section>
        ${simulation.data && html`<${Simulated} of=${simulation.data} />`}
      </div>`}
  `;
};
