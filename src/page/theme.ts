/**
 * Colours, type and tables of the board and the report, dark and light. Every pair of text and ground has a contrast
 * of 4.5 or more (checked by the browser tests), and no state is told by colour alone.
 */
export const THEME = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f8fa;--line:#d0d7de;--text:#1f2328;--dim:#57606a;--link:#0550ae;
--good:#1a7f37;--bad:#b3121d;--warn:#7d4e00;--calm:#0550ae;--good-bg:#dafbe1;--bad-bg:#ffebe9;--warn-bg:#fff4d6;--calm-bg:#ddf4ff}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--panel:#161b22;--line:#3d444d;--text:#e6edf3;--dim:#9ea7b1;--link:#79c0ff;
--good:#4ac26b;--bad:#ff8d85;--warn:#e3b341;--calm:#79c0ff;--good-bg:#0f2d18;--bad-bg:#3c1418;--warn-bg:#2f2409;--calm-bg:#0c2340}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0}
h2{font-size:1.15rem;margin:1.75rem 0 .5rem}
h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.4rem 0}
a{color:var(--link)}
code,.mono{font:.92em/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.dim{color:var(--dim)}
.scroll{overflow-x:auto}
:focus-visible{outline:3px solid var(--calm);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:600;font-size:.9rem}
td.number,th.number{text-align:right}
td code,td time{white-space:nowrap;overflow-wrap:normal}
.panel{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.75rem 1rem;margin:.75rem 0}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.calm{color:var(--calm)}
.panel.good{background:var(--good-bg);border-color:var(--good);color:inherit}
.panel.bad{background:var(--bad-bg);border:2px solid var(--bad);color:inherit}
.panel.warn{background:var(--warn-bg);border-color:var(--warn);color:inherit}
.panel.calm{background:var(--calm-bg);border-color:var(--calm);color:inherit}
.chip{display:inline-block;white-space:nowrap;font-weight:600}
.chip.good,.chip.bad,.chip.warn,.chip.calm{border:1px solid currentColor;border-radius:999px;padding:0 .6rem}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
.facts dt{color:var(--dim)}.facts dd{margin:0;overflow-wrap:anywhere}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--bg);padding:.5rem;z-index:1}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`;
