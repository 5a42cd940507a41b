// The text of Prometheus as numbers.
const LINE = /^(\w+)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Every sample by its name: its labels and its value. */
export const metricsOf = (text) => {
  const found = new Map();
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    if (!name) continue;
    if (!found.has(name)) found.set(name, []);
    found.get(name).push({ labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text_]) => [key, text_])), value: Number(value) });
  }
  return found;
};

export const sumOf = (metrics, name, where = () => true) =>
  (metrics.get(name) ?? []).filter((one) => where(one.labels)).reduce((sum, one) => sum + one.value, 0);
