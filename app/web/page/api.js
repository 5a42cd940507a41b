// Questions to the service. Every answer is JSON, and every refusal says what to do.
import { useEffect, useState, signal } from "./ui.js";
import { keys } from "./settings.js";

export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

/** The bundle that answered first, and the one that answers now. */
export const bundle = signal({ first: null, now: null });

const heard = (answer) => {
  const version = answer?.model_version;
  if (!version || version === bundle.value.now) return;
  bundle.value = { first: bundle.value.first ?? version, now: version };
};

const headers = (body) => ({
  ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  ...(keys.value.read ? { Authorization: `Bearer ${keys.value.read}` } : {}),
  ...(keys.value.write ? { "X-API-Key": keys.value.write } : {}),
});

export const ask = async (path, { method = "GET", body, signal: stop } = {}) => {
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), {
      method, headers: headers(body), signal: stop, cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "offline", "");
  }
  const type = response.headers.get("content-type") ?? "";
  const answer = type.includes("json") ? await response.json() : await response.text();
  if (!response.ok) throw new Problem(response.status, answer.title ?? "", detail(answer));
  heard(answer);
  return answer;
};

const detail = (answer) =>
  [answer.detail, ...(answer.errors ?? []).map((one) => one.message ?? one.detail)].filter(Boolean).join(" · ");

const segment = (id) => encodeURIComponent(id);
const query = (given) => {
  const parts = Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return parts.length ? `?${new URLSearchParams(parts)}` : "";
};

export const timeline = (person, given, options) => ask(`timeline/${segment(person)}${query(given)}`, options);
export const why = (person, tweet, given, options) =>
  ask(`timeline/${segment(person)}/why/${segment(tweet)}${query(given)}`, options);
export const dropped = (person, given, options) => ask(`timeline/${segment(person)}/dropped${query(given)}`, options);
export const preview = (person, body, options) =>
  ask(`timeline/${segment(person)}/preview`, { method: "POST", body, ...options });
export const users = (given, options) => ask(`users${query(given)}`, options);
export const user = (person, options) => ask(`users/${segment(person)}`, options);
export const profile = (person, options) => ask(`users/${segment(person)}/profile`, options);
export const follows = (person, given, options) =>
  ask(`follow-recommendations/${segment(person)}${query(given)}`, options);
export const cards = async (person, ids, options) => {
  if (!ids.length) return new Map();
  const wanted = new URLSearchParams([...new Set(ids)].map((id) => ["tweet_id", id]));
  const { items } = await ask(`timeline/${segment(person)}/cards?${wanted}`, options);
  return new Map(items.map((one) => [one.tweet_id, one]));
};
export const events = (list) => ask("events", { method: "POST", body: { events: list } });

/** What a question is answered, asked anew whenever one of `depends` changes; the answer before
 * stays until the next is there. */
export const useAnswer = (question, depends) => {
  const [state, set] = useState({ data: null, error: null, loading: true });
  const [again, setAgain] = useState(0);
  useEffect(() => {
    if (!question) {
      set({ data: null, error: null, loading: false });
      return undefined;
    }
    const stop = new AbortController();
    set((before) => ({ ...before, loading: true }));
    question({ signal: stop.signal }).then(
      (data) => stop.signal.aborted || set({ data, error: null, loading: false }),
      (error) => stop.signal.aborted || set({ data: null, error, loading: false }),
    );
    return () => stop.abort();
  }, [...depends, again, keys.value]);
  return { ...state, again: () => setAgain((count) => count + 1) };
};

export const sandbox = (person, body, options) =>
  ask(`timeline/${segment(person)}/sandbox`, { method: "POST", body, ...options });
export const rehearsal = (person, body, options) =>
  ask(`users/${segment(person)}/rehearsal`, { method: "POST", body, ...options });

export const steering = (person, options) => ask(`steering/${segment(person)}`, options);
export const steer = (person, text) => ask(`steering/${segment(person)}`, { method: "POST", body: { text } });
export const revoke = (person, preference) => ask(`steering/${segment(person)}${query({ preference })}`, { method: "DELETE" });
