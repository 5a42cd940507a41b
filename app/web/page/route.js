// Where the reader is: a tab and its parameters, kept in the address after the #.
import { signal } from "./ui.js";

export const TABS = ["feed", "weights", "compare", "live", "write", "people", "state"];
const SHARED = ["person"]; // goes along from tab to tab

const read = () => {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { tab: TABS.includes(path) ? path : "feed", params: Object.fromEntries(new URLSearchParams(query)) };
};

export const route = signal(read());
addEventListener("hashchange", () => (route.value = read()));

export const address = (tab, params = {}) => {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(given).toString();
  return `#/${tab}${query ? `?${query}` : ""}`;
};

/** The address of a tab, for the same person. */
export const tabAddress = (tab) =>
  address(tab, Object.fromEntries(SHARED.map((name) => [name, route.value.params[name]])));

/** Change parameters of this tab; `undefined` takes one away. */
export const go = (changes, { replace = false } = {}) => {
  const { tab, params } = route.value;
  const to = address(tab, { ...params, ...changes });
  if (to === location.hash) return;
  if (replace) {
    history.replaceState(null, "", to);
    route.value = read();
  } else {
    location.hash = to;
  }
};
