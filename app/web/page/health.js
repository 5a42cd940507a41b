// What the service says of itself: asked once, and again where it matters.
import { ask } from "./api.js";
import { signal } from "./ui.js";

export const health = signal(null);

export const refreshHealth = async () => {
  try {
    health.value = await ask("readyz");
  } catch {
    health.value = null; // whatever is asked next says why
  }
};
