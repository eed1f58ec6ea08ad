// A task's output as it is written: server-sent events of our own API into a <pre>, while its frame is open. At most MAX characters stay.
const MAX = 400000;
const streams = new WeakMap();

function begin(frame) {
  const lines = frame.querySelector('[data-tail-lines]');
  const state = frame.querySelector('[data-tail-state]');
  const source = new EventSource(frame.dataset.tail);
  lines.textContent = '';
  state.textContent = 'connecting';
  const end = (text) => { source.close(); streams.delete(frame); if (text) state.textContent = text; };
  source.addEventListener('log', (e) => {
    if (!frame.isConnected) { end(); return; }
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    const text = lines.textContent + e.data;
    lines.textContent = text.length > MAX ? text.slice(-MAX) : text;
    if (atEnd) lines.scrollTop = lines.scrollHeight;
    state.textContent = 'live';
  });
  source.addEventListener('waiting', (e) => { state.textContent = `waiting: ${JSON.parse(e.data).detail}`; });
  source.addEventListener('end', (e) => {
    const { state: last, problem } = JSON.parse(e.data);
    end(problem ? problem : `the task is over${last ? ` (${last})` : ''}; this is all`);
  });
  source.addEventListener('error', () => {
    if (!frame.isConnected) end();
    else state.textContent = source.readyState === EventSource.CLOSED ? 'It cannot be followed now: close and open it to try again.' : 'connection lost; trying again';
  });
  streams.set(frame, end);
}

// toggle does not bubble, but it can be caught on its way down.
document.addEventListener('toggle', (e) => {
  const frame = e.target;
  if (!frame.matches?.('details[data-tail]')) return;
  if (frame.open && !streams.has(frame)) begin(frame);
  else if (!frame.open) streams.get(frame)?.('closed');
}, true);
