// What the page says, in the language of the reader.
import { language } from "./settings.js";
import de from "./words/de.js";
import en from "./words/en.js";

const WORDS = { en, de };

/** The words for a key, with {names} filled in. */
export const say = (key, given = {}) => {
  const words = WORDS[language.value][key];
  if (words === undefined) throw new Error(`no words for ${key}`);
  return words.replace(/\{(\w+)\}/g, (_, name) => given[name]);
};

/** The words for the name of a component, action or setting; the name itself where there are none. */
export const named = (kind, name) => WORDS[language.value][`${kind}.${name}`] ?? name;
