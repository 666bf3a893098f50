/** The report's own rules, beside the common ones: timeline, fleet, print. */
export const REPORT_STYLE = `
.verdict{border-left:8px solid;padding:.25rem 0 .25rem 1rem;margin:0 0 1rem}
.timeline,.fleet{display:block;width:100%;height:auto}
.timeline{min-width:640px;font:12px system-ui,sans-serif}
.timeline text{fill:var(--text)}.timeline .label{text-anchor:end}.timeline .axis{fill:var(--dim);text-anchor:start}
.timeline .tick{stroke:var(--line)}
.span{fill:var(--calm)}.span.queue,.span.approval,.span.rollback{fill:var(--warn)}.span.checks{fill:var(--dim)}
.span.canary,.span.waves{fill:var(--good)}.span.soak{fill:var(--good);opacity:.45}.span.halted{fill:var(--bad)}
.span.open{stroke:var(--text);stroke-dasharray:4 3}
.mark path{stroke:var(--text);stroke-dasharray:3 3}.mark circle{fill:var(--text)}
.timeline .mark text{fill:var(--bg);text-anchor:middle;font-weight:700;font-size:11px}
.fleet path.good{fill:var(--good)}.fleet path.bad{fill:var(--bad)}.fleet path.warn{fill:var(--warn)}
.fleet path.calm{fill:var(--calm)}.fleet path.dim{fill:var(--line)}.fleet path.already{opacity:.45}
.fleet path.grid{stroke:var(--bg);stroke-width:2;fill:none}
.chips{display:flex;flex-wrap:wrap;gap:.3rem;list-style:none;padding:0;margin:.3rem 0 .8rem}
.chips li{border:1px solid var(--line);border-left:5px solid currentColor;border-radius:4px;padding:0 .45rem;font:.85rem/1.6 ui-monospace,monospace}
.chips.dim li{color:var(--text);border-left-color:var(--line)}
summary{cursor:pointer;font-weight:600;margin:.6rem 0}
.meter{display:block;height:.6rem;width:100%;min-width:4rem}.meter rect{fill:var(--calm)}
ol.audit{padding-left:0;list-style:none}ol.audit li{padding:.2rem 0;border-bottom:1px solid var(--line)}
footer{margin:2rem 0 1rem;color:var(--dim);font-size:.9rem}
@media print{
:root{--bg:#fff;--panel:#fff;--line:#bbb;--text:#000;--dim:#444;--link:#000;--good:#1a7f37;--bad:#b3121d;--warn:#7d4e00;--calm:#0550ae}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:none;padding:0}body{font-size:11pt}
.skip{display:none}.scroll{overflow:visible}.timeline{min-width:0}
h2{break-after:avoid}tr,svg,li{break-inside:avoid}
details::details-content{content-visibility:visible;block-size:auto}
}
`;
