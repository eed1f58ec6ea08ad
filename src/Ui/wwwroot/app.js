// Small things that need no circuit: colours before the first paint, fresh relative times, row keys. Runs before the body is parsed.
(() => {
  'use strict';
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const cookie = (name) => document.cookie.split('; ').find((c) => c.startsWith(name + '='))?.slice(name.length + 1);
  const remember = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`; };
  const choice = () => cookie('pipeline-theme') ?? 'system';
  const isDark = () => choice() === 'dark' || (choice() === 'system' && system.matches);
  let layout = null;

  function applyTheme() {
    const dark = isDark();
    root.dataset.theme = dark ? 'dark' : 'light';
    remember('pipeline-dark', dark ? '1' : '0');
    for (const button of document.querySelectorAll('[data-theme-choice]'))
      button.setAttribute('aria-pressed', String(button.dataset.themeChoice === choice()));
    layout?.invokeMethodAsync('SetDark', dark).catch(() => { layout = null; });
  }

  applyTheme();
  system.addEventListener('change', applyTheme);
  document.addEventListener('DOMContentLoaded', () => { applyTheme(); tick(); });
  document.addEventListener('click', (e) => {
    const button = e.target.closest?.('[data-theme-choice]');
    if (button) {
      remember('pipeline-theme', button.dataset.themeChoice);
      applyTheme();
    }
    if (e.target.closest?.('[data-reload]')) {
      e.preventDefault();
      location.reload();
    }
  });
  window.pipeline = { watchTheme(reference) { layout = reference; applyTheme(); } };

  // Relative times: same words as Readable.Ago on the server. The text node is changed, not replaced: the circuit owns the elements.
  function ago(at, now) {
    const distance = now - at;
    const s = Math.abs(distance) / 1000;
    if (s < 2) return 'just now';
    const text = s < 60 ? `${Math.floor(s)} s` : s < 3600 ? `${Math.floor(s / 60)} min` : s < 86400 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} d`;
    return distance < 0 ? `in ${text}` : `${text} ago`;
  }

  function tick() {
    if (document.hidden) return;
    const now = Date.now();
    for (const time of document.querySelectorAll('time.ago')) {
      const text = ago(Date.parse(time.dateTime), now);
      if (time.firstChild && time.firstChild.nodeValue !== text) time.firstChild.nodeValue = text;
    }
    for (const running of document.querySelectorAll('[data-running-since]')) {
      const s = Math.max(0, Math.floor((now - Date.parse(running.dataset.runningSince)) / 1000));
      const text = s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}` : `${Math.floor(s / 3600)} h ${String(Math.floor(s % 3600 / 60)).padStart(2, '0')}`;
      if (running.firstChild && running.firstChild.nodeValue !== text) running.firstChild.nodeValue = text;
    }
  }
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);

  // The absolute time in the reader's own zone, named; the server wrote UTC.
  const format = new Intl.DateTimeFormat(undefined, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZoneName: 'short',
  });
  const local = (e) => {
    const time = e.target.closest?.('time[datetime]');
    if (time) time.title = time.dataset.absolute = format.format(new Date(time.dateTime));
  };
  document.addEventListener('mouseover', local);
  document.addEventListener('focusin', local);

  // Copy buttons: <button data-copy="text">.
  document.addEventListener('click', async (e) => {
    const button = e.target.closest?.('[data-copy]');
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.textContent;
    button.firstChild.nodeValue = 'Copied';
    setTimeout(() => { button.firstChild.nodeValue = before; }, 1500);
  });

  // g then a letter goes to a page; off while typing.
  const places = { h: '/', w: '/waiting', r: '/repos', d: '/deployables', s: '/stages', c: '/clusters', a: '/activity' };
  let afterG = 0;
  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('input, textarea, select, [contenteditable], [role=dialog]')) return;
    if (e.key === 'g') { afterG = Date.now(); return; }
    if (Date.now() - afterG < 1200 && places[e.key]) {
      afterG = 0;
      if (window.Blazor?.navigateTo) window.Blazor.navigateTo(places[e.key]); else location.href = places[e.key];
    }
  });
})();
