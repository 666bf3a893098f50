/**
 * The board's script in the browser: puts in what the server sends, section by section, moves the clocks, and says
 * since when nothing came. Plain JavaScript, served as a file of its own (no inline script: the page's policy).
 */
export const CLIENT = `'use strict';
(() => {
  const main = document.querySelector('main');
  const lost = document.getElementById('lost');
  let ahead = Number(main.dataset.now) - Date.now();
  let heard = Date.now();

  const put = (sections) => {
    for (const [id, markup] of Object.entries(sections)) {
      const element = document.getElementById(id);
      if (element) element.innerHTML = markup;
    }
  };

  const duration = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    const parts = [[Math.floor(s / 86400), 'd'], [Math.floor(s / 3600) % 24, 'h'], [Math.floor(s / 60) % 60, 'm'], [s % 60, 's']];
    return parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => n + unit).join(' ') || '0s';
  };

  const tick = () => {
    const now = Date.now() + ahead;
    for (const time of document.querySelectorAll('time[data-since]')) time.textContent = duration(now - time.dataset.since);
    for (const time of document.querySelectorAll('time[data-until]')) time.textContent = duration(time.dataset.until - now);
    const silent = Date.now() - heard;
    const gone = silent > 15000;
    if (lost.hidden === gone) lost.hidden = !gone;
    if (gone) lost.lastElementChild.textContent = duration(silent);
  };

  const listen = () => {
    const source = new EventSource('events');
    source.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      heard = Date.now();
      ahead = message.now - Date.now();
      put(message.sections);
      tick();
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    };
  };

  listen();
  setInterval(tick, 1000);
})();
`;
