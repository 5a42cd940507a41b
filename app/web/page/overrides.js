// What a preview has otherwise: kept in the address, sent to the service, copied as settings.
import { route } from "./route.js";

export const CONTROLS = [
  { name: "out_of_network_factor", min: 0.05, max: 1, step: 0.05, group: "factors" },
  { name: "recency_half_life_hours", min: 1, max: 96, step: 1, group: "factors" },
  { name: "budget", min: 0, max: 0.3, step: 0.01, group: "rules" },
  ...["source", "author", "topic", "explore", "share"].map((price) => ({ name: `prices.${price}`, min: 0, max: 0.2, step: 0.005, group: "rules" })),
  { name: "explore_share", min: 0, max: 0.5, step: 0.05, group: "rules" },
  ...["in_network", "graph", "out_of_network", "item_item", "follow_recs"].map((source) => ({ name: `${source}_share`, min: 0, max: 1, step: 0.05, group: "shares" })),
  ...["in_network", "graph", "out_of_network", "item_item", "communities", "follow_recs", "explore"].map((source) => ({ name: `${source}_limit`, min: 0, max: 500, step: 10, group: "limits" })),
];
const NAMED = ["preset", "rules"];
const NUMBERS = new Set(CONTROLS.map(({ name }) => name));

/** The overrides that the address names; `side` is a prefix where a tab has two sets. */
export const overridesOf = (params = route.value.params, side = "") => {
  const found = {};
  for (const [key, value] of Object.entries(params)) {
    if (!key.startsWith(side)) continue;
    const name = key.slice(side.length);
    const [group, one] = name.split(".");
    if (NAMED.includes(name)) found[name] = value;
    else if ((group === "weights" || group === "prices") && one && Number.isFinite(+value)) (found[group] ??= {})[one] = +value;
    else if (NUMBERS.has(name) && Number.isFinite(+value)) found[name] = +value;
  }
  return found;
};

/** Every parameter of the address that is an override, as taken away. */
export const without = (side = "", keep = () => false) =>
  Object.fromEntries(Object.keys(route.value.params).filter((key) => key.startsWith(side)).map((key) => [key, key.slice(side.length)])
    .filter(([, name]) => (NAMED.includes(name) || NUMBERS.has(name) || /^(weights|prices)\./.test(name)) && !keep(name)).map(([key]) => [key, undefined]));

/** As lines of a shell or an .env file. */
export const asSettings = (overrides) =>
  Object.entries(overrides).map(([name, value]) =>
    `FORYOU_${name.toUpperCase()}=${typeof value === "object" ? `'${JSON.stringify(value)}'` : value}`).join("\n");

/** What the service has, where nothing is overridden, by the name of each control. */
export const inUse = (products) => {
  const product = products.products.find((one) => one.name === products.asked.for_you) ?? products.products[0];
  const factor = (name) => product.rescorers.find((one) => one.name === name)?.settings ?? {};
  const { budget, prices = {} } = product.selector.settings;
  const source = (name) => product.candidates.find((one) => one.source.name.toLowerCase() === name.replaceAll("_", "")) ?? {};
  const found = { out_of_network_factor: factor("OutOfNetwork").strangers, recency_half_life_hours: factor("Recency").half_life_hours, budget };
  for (const [name, value] of Object.entries(prices)) found[`prices.${name}`] = value;
  for (const { name } of CONTROLS) {
    const [, of, what] = /^(\w+)_(share|limit)$/.exec(name) ?? [];
    if (of) found[name] = name === "explore_share" ? source(of).reserved : source(of)[what];
  }
  return found;
};
