// How a list differs from another: what moved, what is new, what left; and the way there.
import { html, useLayout, useRef } from "../ui.js";
import { say } from "../words.js";

/** ↑3, ↓2 or new, for the eye and for the ear. */
export const Move = ({ from, to }) => {
  if (from === undefined) return html`<span class="move new">${say("move.new")}</span>`;
  const by = from - to;
  if (by === 0) return null;
  return html`<span class=${`move ${by > 0 ? "up" : "down"}`}><span aria-hidden="true">${by > 0 ? "↑" : "↓"}${Math.abs(by)}</span>
    <span class="sr">${say(by > 0 ? "move.up" : "move.down", { places: Math.abs(by) })}</span></span>`;
};

/** Lets the children of an element glide to their new places; for readers who do not mind motion. */
export const useGlide = () => {
  const list = useRef(null), tops = useRef(new Map());
  useLayout(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const now = new Map();
    for (const child of list.current?.children ?? []) {
      const key = child.dataset.tweet, top = child.offsetTop, before = tops.current.get(key);
      now.set(key, top);
      if (still || before === undefined || before === top) continue;
      child.animate([{ transform: `translateY(${before - top}px)` }, { transform: "none" }], { duration: 220, easing: "cubic-bezier(.2,.7,.2,1)" });
    }
    tops.current = now;
  });
  return list;
};
