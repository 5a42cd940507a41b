// Small drawings, each defined once and used by name. They are decoration: words stand beside them.
import { html } from "../ui.js";

const PATHS = {
  bars: "M4 6h16M4 12h11M4 18h6",
  sun: "M12 4V2M12 22v-2M4 12H2M22 12h-2M6 6 4.6 4.6M19.4 19.4 18 18M18 6l1.4-1.4M4.6 19.4 6 18M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500Z",
  key: "M8 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 12h9M18 12v3.5M21 12v2.5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16 16l4 4",
  heart: "M12 20S4 15 4 9.500A4.2 4.2 0 0 1 12 7.5 4.2 4.2 0 0 1 20 9.500C20 15 12 20 12 20Z",
  media: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15 9.500h.01",
  reply: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6ZM12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17 19 7",
  dice: "M5 5h14v14H5ZM9 9h.01M15 15h.01M12 12h.01",
  chevron: "m8 10 4 4 4-4",
  warn: "M12 4 3 19h18ZM12 10v4M12 16.500h.01",
  mute: "M5 10v4h3l5 4V6L8 10ZM17 10l4 4M21 10l-4 4",
  block: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM6.5 6.500l11 11",
  plus: "M12 5v14M5 12h14",
  undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
  copy: "M9 9h10v11H9ZM5 15V4h10",
};

export const Icons = () => html`
  <svg class="icons" aria-hidden="true" width="0" height="0">
    ${Object.entries(PATHS).map(([name, path]) => html`
      <symbol id=${`icon-${name}`} viewBox="0 0 24 24"><path d=${path} /></symbol>`)}
  </svg>
`;

export const Icon = ({ name }) => html`
  <svg class="icon" aria-hidden="true" focusable="false"><use href=${`#icon-${name}`} /></svg>
`;
