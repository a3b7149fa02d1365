// A client as a bot in JavaScript would have it: plain fetch, in both forms.
const broker = process.argv[2];

const plain = await fetch(`${broker}/?shard=1&total=4`);
console.log('plain', plain.status, 'shard', (await plain.json()).shard);

const events = await fetch(`${broker}/?shard=2&total=4`, { headers: { Accept: 'text/event-stream' } });
let text = '';
for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
  text += piece;
}
const [name, data] = text.trim().split('\n\n').at(-1).split('\n');
console.log('events', events.status, name.replace('event: ', ''), 'shard', JSON.parse(data.replace('data: ', '')).shard);

const bad = await fetch(`${broker}/?shard=x`);
console.log('bad', (await bad.json()).status);
