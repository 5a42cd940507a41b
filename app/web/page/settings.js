// What the reader chose for this browser: language, theme, and keys for this session.
import { effect, signal } from "./ui.js";

const kept = (name, otherwise) => {
  try {
    return localStorage.getItem(name) ?? otherwise;
  } catch {
    return otherwise; // storage is forbidden here
  }
};
const keep = (name, value) => {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // then it lasts as long as the page
  }
};

export const language = signal(document.documentElement.lang === "de" ? "de" : "en");
export const theme = signal(kept("theme", ""));
export const keys = signal({ read: "", write: "" }); // never stored
export const asPerson = signal(false); // else the page only peeks

effect(() => {
  document.documentElement.lang = language.value;
  keep("language", language.value);
});
effect(() => {
  if (theme.value) document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
  keep("theme", theme.value);
});
