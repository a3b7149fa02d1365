// A bot without a library, on the WebSocket of Node 22 or newer. With DISCORD_GATEWAY it talks to a Discord elsewhere,
// such as one on loopback. Without the heartbeat, RESUME, and what comes after READY.
// @start region="shard"
import { once } from 'node:events';
import { acquire, Refused } from './gateway-queue.mjs';

// Returns whether the session has started. If not, connect again. Throws if Discord or the broker refuses the bot.
export async function startShard(gateway, token, shard, total) {
  const socket = new WebSocket(`${gateway}/?v=10&encoding=json`);
  const closed = new AbortController();
  let code;
  socket.onerror = () => closed.abort(); // in Node 22, the only event of a connection that cannot be made
  socket.onclose = (close) => {
    code = close.code;
    closed.abort();
  };
  const receive = async () => JSON.parse((await once(socket, 'message', { signal: closed.signal }))[0].data);
  let event;
  try {
    await receive(); // HELLO
    const start = await acquire(shard, total, closed.signal); // leaves the line if the connection closes
    if (closed.signal.aborted || start.isExpired()) {
      await start.cancelled();
      return false;
    }
    const answered = receive().catch(() => ({})); // if the connection closes, that is the answer
    const properties = { os: 'linux', browser: 'my-bot', device: 'my-bot' };
    socket.send(JSON.stringify({ op: 2, d: { token, intents: 0, shard: [shard, total], properties } }));
    await start.identified();
    ({ t: event } = await answered); // READY, or none with op 9
    await start.answered();
  } catch (error) {
    if (error instanceof Refused || !closed.signal.aborted) throw error; // otherwise the connection has closed
  } finally {
    if (event !== 'READY') socket.close();
  }
  if ([4004, 4010, 4011, 4013, 4014].includes(code)) {
    throw new Error(`Discord refuses the bot: close code ${code}`);
  }
  return event === 'READY';
}
// @end

const gateway = process.env.DISCORD_GATEWAY ?? 'wss://gateway.discord.gg';
const total = 8;
for (let shard = 0; shard < total; shard++) {
  startShard(gateway, process.env.DISCORD_TOKEN, shard, total).then(
    (ready) => console.log(`shard ${shard} is ${ready ? 'ready' : 'not ready'}`),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}
