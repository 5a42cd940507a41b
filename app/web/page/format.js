// Numbers, times and names as people read them.
import { language } from "./settings.js";
import { say } from "./words.js";

const number = (options) => (value) => new Intl.NumberFormat(language.value, options).format(value);

export const whole = number({ maximumFractionDigits: 0 });
export const score = number({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
export const short = number({ maximumSignificantDigits: 3 });
export const percent = number({ style: "percent", maximumFractionDigits: 1 });
export const signed = number({ signDisplay: "exceptZero", maximumFractionDigits: 3 });
export const times = (value) => `${short(value)}×`;

/** A base score as a multiple of an average impression: x of x / (1 + x). */
export const worth = (base) => base / (1 - base);

export const micros = (value) =>
  value < 1000 ? `${whole(value)} µs` : `${number({ maximumFractionDigits: 1 })(value / 1000)} ms`;

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60]];
export const ago = (at, now) => {
  const seconds = Math.max((new Date(now) - new Date(at)) / 1000, 0);  // the clock of a world may be behind
  const [unit, size] = SPANS.find(([, length]) => seconds >= length) ?? ["minute", 60];
  const words = new Intl.RelativeTimeFormat(language.value, { numeric: "auto", style: "short" });
  return words.format(-Math.round(seconds / size), unit);
};
export const moment = (at) =>
  new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(new Date(at));

export const name = (person) => person?.name ?? (person ? say("person.unnamed", { id: person.user_id }) : say("person.unknown"));
export const list = (names) => new Intl.ListFormat(language.value).format(names);
export const initials = (person) =>
  (person?.name ?? person?.user_id ?? "?").split(/\s+/).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();
