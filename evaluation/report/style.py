"""How the page looks: two colour schemes, one column on a phone."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --ink: light-dark(#1a1f26, #e7ebf0);
  --soft: light-dark(#5b6672, #9aa7b4);
  --line: light-dark(#d9dfe5, #333c46);
  --paper: light-dark(#ffffff, #11161c);
  --strong: light-dark(#0b6bcb, #58a6ff);
  --bar: light-dark(#a9bccf, #49596a);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: .5rem 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p, li { max-width: 46rem; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
td.text { text-align: left; white-space: normal; min-width: 12rem; }
tr.strong { font-weight: 600; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1rem; }
figure { margin: .5rem 0; overflow-x: auto; }
figcaption { color: var(--soft); font-size: .85rem; }
svg { width: 100%; max-width: 40rem; min-width: 22rem; height: auto; }
.grid svg { min-width: 0; }
"""
