// A client of the broker with nothing but fetch: acquire(shard, total) returns a start that is held.
const broker = (process.env.GATEWAY_QUEUE ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
const headers = { Authorization: `Bearer ${process.env.GATEWAY_QUEUE_TOKEN}` };
const SILENCE = 3000; // the broker says something every second

let told = false; // once, and not for each shard

export class Refused extends Error {}

export async function acquire(shard, total, signal) {
  for (;;) {
    try {
      const start = await ask(shard, total, signal);
      told = false;
      return start;
    } catch (error) {
      if (signal?.aborted || error instanceof Refused) throw error; // given up, or refused for good
      if (!told) console.error(`${broker} does not release, asking again: ${error.cause ?? error.message}`);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 1000));
  }
}

async function ask(shard, total, signal) {
  const accept = { ...headers, Accept: 'text/event-stream' };
  const response = await fetch(`${broker}/?shard=${shard}&total=${total}&hold=30s`, { method: 'POST', headers: accept, signal });
  if ([400, 401, 403].includes(response.status)) {
    throw new Refused((await response.json().catch(() => ({}))).detail ?? `the broker answered ${response.status}`);
  }
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = '';
    for (let piece; !(piece = await reader.read()).done; ) {
      text += piece.value;
      const released = /event: released\ndata: (.*)\n\n/.exec(text);
      if (released) return await hold(JSON.parse(released[1]).start, reader);
    }
    throw new Error('its answer ended without a release');
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  }
}

async function hold(name, reader) {
  let heard = performance.now(); // before the broker is asked for how long it is held
  const left = await fetch(`${broker}/starts/${name}`, { headers });
  if (left.status === 404) throw new Refused('the broker does not know this start: it is too old, or is another one');
  const end = heard + (await left.json()).holdMillis;
  const listen = async () => {
    while (!(await reader.read()).done) heard = performance.now() - heard > SILENCE ? -Infinity : performance.now();
  };
  listen().catch(() => {}).finally(() => (heard = -Infinity));
  const close = () => reader.cancel().catch(() => {}); // without a word: it was sent
  const say = async (word) => {
    const answer = await fetch(`${broker}/starts/${name}/${word}`, { method: 'POST', headers }).catch(() => null);
    if (!answer?.ok) await close();
  };
  const isExpired = () => performance.now() > Math.min(heard + SILENCE, end);
  return { isExpired, identified: () => say('identified'), answered: () => say('answered'), cancelled: () => say('cancelled'), close };
}
