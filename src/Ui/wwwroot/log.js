// The log viewer. Bytes come by plain HTTP with Range; server-sent events on the same address only say that there are more.
// Nothing travels through the circuit. At most MAX_ROWS lines are in the page; older and newer ones are loaded as one scrolls.
const WINDOW = 256 * 1024;
const MAX_ROWS = 5000;
const MAX_LINE = 4096;
const PAINT_EVERY = 100;
const POLL_EVERY = 1000;

const BASE = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// SGR colours and weights; every other control sequence is dropped. The state goes on from line to line.
export class Ansi {
  constructor() { this.style = {}; }

  parts(line) {
    const cr = line.lastIndexOf('\r', line.length - 2);
    if (cr >= 0) line = line.slice(cr + 1);
    const out = [];
    // CSI | OSC up to BEL or ST | two-byte escapes | other control characters
    const control = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]|[\x00-\x08\x0b-\x1f\x7f]/g;
    let from = 0;
    for (let m = control.exec(line); m; m = control.exec(line)) {
      if (m.index > from) out.push([line.slice(from, m.index), { ...this.style }]);
      from = control.lastIndex;
      if (m[2] === 'm') this.apply(m[1]);
    }
    if (from < line.length) out.push([line.slice(from), { ...this.style }]);
    return out;
  }

  apply(parameters) {
    const codes = parameters.split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) {
      const c = codes[i];
      const s = this.style;
      if (c === 0) this.style = {};
      else if (c === 1) s.bold = true;
      else if (c === 2) s.dim = true;
      else if (c === 3) s.italic = true;
      else if (c === 4) s.underline = true;
      else if (c === 7) s.inverse = true;
      else if (c === 9) s.strike = true;
      else if (c === 22) { delete s.bold; delete s.dim; }
      else if (c === 23) delete s.italic;
      else if (c === 24) delete s.underline;
      else if (c === 27) delete s.inverse;
      else if (c === 29) delete s.strike;
      else if (c >= 30 && c <= 37) s.fg = BASE[c - 30];
      else if (c >= 90 && c <= 97) s.fg = BASE[c - 90];
      else if (c === 39) delete s.fg;
      else if ((c === 38 || c === 48)) {
        const skip = codes[i + 1] === 5 ? 2 : codes[i + 1] === 2 ? 4 : 0;
        if (c === 38 && skip === 2) s.fg = nearest(...cube(codes[i + 2] ?? 7));
        if (c === 38 && skip === 4) s.fg = nearest(codes[i + 2] ?? 0, codes[i + 3] ?? 0, codes[i + 4] ?? 0);
        i += skip;
      }
    }
  }
}

function cube(n) {
  if (n < 16) return [(n & 1) * 255, ((n >> 1) & 1) * 255, ((n >> 2) & 1) * 255];
  if (n > 231) { const g = 8 + (n - 232) * 10; return [g, g, g]; }
  n -= 16;
  return [Math.floor(n / 36) * 51, Math.floor(n / 6) % 6 * 51, n % 6 * 51];
}

// Every colour becomes one of eight that keep their contrast in both themes.
function nearest(r, g, b) {
  const max = Math.max(r, g, b);
  if (max - Math.min(r, g, b) < 40) return max < 128 ? 'black' : 'white';
  return BASE[(r > max / 2 ? 1 : 0) | (g > max / 2 ? 2 : 0) | (b > max / 2 ? 4 : 0)];
}

class Viewer {
  constructor(element) {
    this.element = element;
    this.address = element.dataset.log;
    this.rows = element.querySelector('[data-log-rows]');
    this.position = element.querySelector('[data-log-position]');
    this.followButton = element.querySelector('[data-log-follow]');
    this.running = element.dataset.running === 'true';
    this.following = this.running;
    this.ansi = new Ansi();
    this.decoder = new TextDecoder();
    this.start = 0;       // byte offset of the first row
    this.end = 0;         // byte offset after what was read
    this.rest = '';       // a line that has no end yet
    this.firstLine = 1;   // number of the first row; null when the log was opened in the middle
    this.pending = [];
    this.stop = new AbortController();
    this.wire();
    this.open();
  }

  wire() {
    const on = (selector, act) => this.element.querySelector(selector)?.addEventListener('click', act, { signal: this.stop.signal });
    on('[data-log-start]', () => this.jump(0));
    on('[data-log-end]', () => this.toEnd());
    on('[data-log-follow]', () => (this.following ? this.unfollow() : this.toEnd(true)));
    const rows = this.rows;
    // The first sign that somebody reads stops the following: it must never fight the reader.
    rows.addEventListener('wheel', (e) => { if (e.deltaY < 0) this.unfollow(); }, { passive: true, signal: this.stop.signal });
    rows.addEventListener('keydown', (e) => {
      if (['PageUp', 'ArrowUp', 'Home'].includes(e.key)) this.unfollow();
      if (e.key === 'Home') { e.preventDefault(); this.jump(0); }
      if (e.key === 'End') { e.preventDefault(); this.toEnd(this.running); }
    }, { signal: this.stop.signal });
    rows.addEventListener('scroll', () => this.scrolled(), { passive: true, signal: this.stop.signal });
    rows.addEventListener('click', (e) => this.link(e), { signal: this.stop.signal });
    document.addEventListener('selectionchange', () => {
      const selection = document.getSelection();
      if (selection && !selection.isCollapsed && rows.contains(selection.anchorNode)) this.unfollow();
    }, { signal: this.stop.signal });
  }

  // Range of bytes; a server without ranges answers 200 with everything, which works too. One byte that is known already is asked for
  // again: so the range exists when nothing is new, and the answer is not an error.
  async read(from, to) {
    if (from > 0) {
      const chunk = await this.get(from - 1, to);
      return { ...chunk, from, bytes: chunk.bytes.subarray(1) };
    }
    return this.get(from, to);
  }

  async get(from, to) {
    const range = from < 0 ? `bytes=${from}` : `bytes=${from}-${to === undefined ? '' : to - 1}`;
    const response = await fetch(this.address, { headers: { Range: range, Accept: 'text/plain' }, signal: this.stop.signal, cache: 'no-store' });
    if (response.status === 416) return { from, total: sizeOf(response) ?? from, bytes: new Uint8Array() };
    if (!response.ok) throw new Error(response.status === 404 ? 'There is no log of this step: it printed nothing, or it was removed by retention.' : `The log could not be read (${response.status}).`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 206) {
      const at = from < 0 ? Math.max(0, bytes.length + from) : Math.min(from, bytes.length);
      return { from: at, total: bytes.length, bytes: bytes.subarray(at, to) };
    }
    const at = Number(/bytes (\d+)-/.exec(response.headers.get('Content-Range'))?.[1] ?? Math.max(0, from));
    return { from: at, total: sizeOf(response) ?? at + bytes.length, bytes };
  }

  async open() {
    try {
      const wanted = this.wantedLine();
      if (wanted) await this.load(0, Math.max(WINDOW, wanted * 400));
      else await this.loadTail();
      if (wanted) this.mark(wanted);
      else this.rows.scrollTop = this.rows.scrollHeight;
      if (this.running) this.follow();
    } catch (e) { this.failed(e); }
  }

  wantedLine() {
    const m = /^#step-(\d+):L(\d+)/.exec(location.hash);
    return m && m[1] === this.element.dataset.step ? Number(m[2]) : null;
  }

  loadTail() { return this.load(-WINDOW); }

  async load(from, to) {
    const chunk = await this.read(from, to);
    this.reset(chunk.from);
    this.take(chunk.bytes, chunk.from > 0);
    this.end = chunk.from + chunk.bytes.length;
    this.say(chunk.total);
  }

  reset(from) {
    this.rows.replaceChildren();
    this.start = from;
    this.rest = '';
    this.ansi = new Ansi();
    this.decoder = new TextDecoder();
    this.firstLine = from === 0 ? 1 : null;
    this.count = 0;
  }

  // Opened in the middle: the first line is a part of one, so it is left out.
  take(bytes, partial) {
    let text = this.rest + this.decoder.decode(bytes, { stream: true });
    if (partial && !this.rest) {
      const newline = text.indexOf('\n');
      text = newline < 0 ? text : text.slice(newline + 1);
    }
    const lines = text.split('\n');
    this.rest = lines.pop();
    this.pending.push(...lines);
    this.flush();
  }

  flush() {
    if (this.pending.length === 0) { this.showRest(); return; }
    this.rows.querySelector('[data-rest]')?.remove();
    const fragment = document.createDocumentFragment();
    const lines = this.pending.slice(-MAX_ROWS);
    this.count += this.pending.length - lines.length;
    for (const line of lines) fragment.append(this.row(line, ++this.count));
    this.pending = [];
    this.rows.append(fragment);
    while (this.rows.childElementCount > MAX_ROWS) this.rows.firstElementChild.remove();
    this.showRest();
  }

  // A prompt or a progress line without an end is shown too.
  showRest() {
    this.rows.querySelector('[data-rest]')?.remove();
    if (!this.rest) return;
    const keep = { ...this.ansi.style };
    const row = this.row(this.rest, this.count + 1);
    row.dataset.rest = '';
    this.ansi.style = keep;
    this.rows.append(row);
  }

  row(line, number) {
    const row = document.createElement('div');
    row.className = 'row';
    const n = document.createElement('a');
    n.className = 'n';
    if (this.firstLine !== null) {
      n.textContent = String(number);
      n.href = `${location.pathname}${location.search}#step-${this.element.dataset.step}:L${number}`;
      row.dataset.line = String(number);
    }
    const t = document.createElement('span');
    t.className = 't';
    const cut = line.length > MAX_LINE;
    for (const [text, style] of this.ansi.parts(cut ? line.slice(0, MAX_LINE) : line)) {
      const css = [style.fg && `fg-${style.fg}`, ...['bold', 'dim', 'italic', 'underline', 'inverse', 'strike'].filter((k) => style[k])].filter(Boolean).join(' ');
      if (!css) { t.append(text); continue; }
      const span = document.createElement('span');
      span.className = css;
      span.textContent = text;
      t.append(span);
    }
    if (cut) t.append(`… ${line.length - MAX_LINE} more characters in the raw log`);
    row.append(n, t);
    return row;
  }

  async scrolled() {
    if (this.busy) return;
    const { scrollTop, scrollHeight, clientHeight } = this.rows;
    if (scrollTop < 200 && this.start > 0) await this.earlier();
    else if (!this.following && scrollHeight - scrollTop - clientHeight < 200 && this.end < this.total) await this.more();
  }

  // What is before is put on top, and the line under the eye stays where it is.
  async earlier() {
    this.busy = true;
    try {
      const from = Math.max(0, this.start - WINDOW);
      const chunk = await this.read(from, this.end);
      const distance = this.rows.scrollHeight - this.rows.scrollTop;
      this.reset(chunk.from);
      this.take(chunk.bytes, chunk.from > 0);
      this.end = chunk.from + chunk.bytes.length;
      this.rows.scrollTop = this.rows.scrollHeight - distance;
      this.say(chunk.total);
    } catch (e) { this.failed(e); } finally { this.busy = false; }
  }

  async more() {
    this.busy = true;
    try {
      const chunk = await this.read(this.end, this.end + WINDOW);
      this.end = chunk.from + chunk.bytes.length;
      if (chunk.bytes.length > 0) this.take(chunk.bytes, false);
      this.say(chunk.total);
    } catch (e) { this.failed(e); } finally { this.busy = false; }
  }

  async jump(from) {
    this.unfollow();
    await this.load(from, from + WINDOW).catch((e) => this.failed(e));
    this.rows.scrollTop = 0;
  }

  async toEnd(follow = false) {
    if (this.end < (this.total ?? 0)) await this.loadTail().catch((e) => this.failed(e));
    if (follow) { this.following = true; this.followButton?.setAttribute('aria-pressed', 'true'); }
    this.rows.scrollTop = this.rows.scrollHeight;
  }

  unfollow() {
    if (!this.following) return;
    this.following = false;
    this.followButton?.setAttribute('aria-pressed', 'false');
  }

  // Events are hints; what they say is read by its offset, so a lost or doubled one changes nothing.
  follow() {
    const wake = () => { if (!this.timer) this.timer = setTimeout(() => { this.timer = null; this.pull(); }, PAINT_EVERY); };
    try {
      this.events = new EventSource(`${this.address}?offset=${this.end}`);
      this.events.onmessage = wake;
      this.events.addEventListener('log', wake);
      for (const name of ['end', 'done']) this.events.addEventListener(name, () => { this.pull().finally(() => this.finish()); });
      this.events.onerror = wake;
    } catch { /* polling serves */ }
    this.poll = setInterval(() => { if (!document.hidden && this.events?.readyState !== 1) this.pull(); }, POLL_EVERY);
  }

  async pull() {
    if (this.pulling) return;
    this.pulling = true;
    try {
      for (let more = true; more;) {
        const chunk = await this.read(this.end, this.end + WINDOW);
        this.end = chunk.from + chunk.bytes.length;
        if (chunk.bytes.length > 0) {
          this.take(chunk.bytes, false);
          if (this.following) this.rows.scrollTop = this.rows.scrollHeight;
        }
        this.say(chunk.total);
        more = chunk.bytes.length > 0 && this.end < chunk.total;
      }
    } catch (e) { this.failed(e); } finally { this.pulling = false; }
  }

  finish() {
    this.events?.close();
    clearInterval(this.poll);
    this.running = false;
    this.unfollow();
  }

  // The step ended: the frame says so, and the last bytes are read once more.
  async ended() {
    await this.pull();
    this.finish();
  }

  say(total) {
    this.total = total;
    const n = this.count + (this.rest ? 1 : 0);
    const lines = this.firstLine === null ? '' : n === 1 ? '1 line, ' : `${n} lines, `;
    const part = this.start > 0 ? 'the end of ' : this.end < total ? 'the start of ' : '';
    this.position.textContent = `${lines}${part}${size(total)}`;
    this.rows.querySelector('.log-note')?.remove();
    if (total === 0) this.note(this.running ? 'No output yet.' : 'This step printed nothing.');
  }

  note(text) {
    const note = document.createElement('p');
    note.className = 'log-note';
    note.textContent = text;
    this.rows.append(note);
  }

  failed(e) {
    if (e.name !== 'AbortError' && !this.rows.querySelector('.row')) this.note(e.message);
  }

  link(e) {
    const n = e.target.closest?.('a.n[href]');
    if (!n) return;
    e.preventDefault();
    e.stopPropagation();
    this.unfollow();
    history.replaceState(history.state, '', n.href);
    this.mark(Number(n.parentElement.dataset.line), false);
  }

  mark(line, scroll = true) {
    for (const old of this.rows.querySelectorAll('.linked')) old.classList.remove('linked');
    const row = this.rows.querySelector(`[data-line="${line}"]`);
    if (!row) return;
    row.classList.add('linked');
    if (scroll) { this.unfollow(); row.scrollIntoView({ block: 'center' }); }
  }

  close() {
    this.finish();
    clearTimeout(this.timer);
    this.stop.abort();
  }
}

function sizeOf(response) {
  const total = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1];
  return total === undefined ? null : Number(total);
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

// Frames come and go with the pages of the circuit; a folded one is opened when somebody looks.
const open = new Map();
function look() {
  for (const [element, viewer] of open) {
    if (!element.isConnected || element.dataset.log !== viewer.address) { viewer.close(); open.delete(element); }
    else if (viewer.running && element.dataset.running === 'false') viewer.ended();
  }
  for (const element of document.querySelectorAll('.log[data-log]'))
    if (!open.has(element) && !element.closest('details:not([open])')) open.set(element, new Viewer(element));
}

if (typeof document !== 'undefined') {
  let scheduled = false;
  const soon = () => { if (!scheduled) { scheduled = true; requestAnimationFrame(() => { scheduled = false; look(); }); } };
  const start = () => {
    look();
    new MutationObserver((changes) => { if (changes.some((c) => !c.target.closest?.('[data-log-rows]'))) soon(); })
      .observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-log', 'data-running', 'open'] });
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
}
