// A client of the broker with nothing but fetch: acquire(shard, total) returns a start that is held.
const broker = process.env.GATEWAY_QUEUE ?? 'http://127.0.0.1:8080';
const headers = { Authorization: `Bearer ${process.env.GATEWAY_QUEUE_TOKEN}` };

export async function acquire(shard, total, signal) {
  for (;;) {
    try {
      const start = await ask(shard, total, signal);
      if (start) return start;
    } catch (error) {
      if (signal?.aborted || error instanceof RangeError) throw error; // given up, or refused for good
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 1000));
  }
}

async function ask(shard, total, signal) {
  const accept = { ...headers, Accept: 'text/event-stream' };
  const response = await fetch(`${broker}/?shard=${shard}&total=${total}&hold=30s`, { method: 'POST', headers: accept, signal });
  if ([400, 401, 403].includes(response.status)) throw new RangeError((await response.json()).detail);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let piece; !(piece = await reader.read()).done; ) {
    text += piece.value;
    const released = /event: released\ndata: (.*)\n\n/.exec(text);
    if (released) return await hold(JSON.parse(released[1]).start, reader);
  }
}

async function hold(id, reader) {
  const say = (word) => fetch(`${broker}/starts/${id}/${word}`, { method: 'POST', headers });
  let heard = performance.now(); // asked before the broker answers how long it is held still
  const { holdMillis } = await (await fetch(`${broker}/starts/${id}`, { headers })).json();
  const end = heard + (holdMillis ?? 0);
  (async () => {
    while (!(await reader.read()).done) heard = performance.now();
  })().catch(() => {}).finally(() => (heard = -Infinity));
  const isExpired = () => performance.now() > Math.min(heard + 3000, end);
  return { isExpired, identified: () => say('identified'), answered: () => say('answered'), cancelled: () => say('cancelled') };
}
