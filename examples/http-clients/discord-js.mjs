// The shards of discord.js, or of @discordjs/ws alone, wait in the broker.
import { once } from 'node:events';
import { acquire } from './gateway-queue.mjs';

/** Makes the option buildIdentifyThrottler. onError is told of an error that another try does not cure. */
export const waitInLine = (onError) => (manager) => {
  const starts = new Map(); // by shard, until Discord has answered
  const answered = (...event) => {
    const shard = event.at(-1).shardId ?? event.at(-1); // as @discordjs/ws 1 and 2 say it
    starts.get(shard)?.answered();
    starts.delete(shard);
  };
  manager.on('ready', answered);
  manager.on('closed', answered);

  async function waitForIdentify(shard, signal) {
    for (;;) {
      const start = await acquire(shard, await manager.getShardCount(), signal);
      if (!signal.aborted && !start.isExpired()) {
        starts.set(shard, start);
        start.identified(); // not awaited: IDENTIFY is what comes next
        return;
      }
      await start.cancelled();
      signal.throwIfAborted();
    }
  }

  return {
    waitForIdentify: (shard, signal) =>
      waitForIdentify(shard, signal).catch(async (error) => {
        if (!signal.aborted) {
          onError(error, shard);
          await once(signal, 'abort'); // anything else that is thrown ends in an IDENTIFY
        }
        throw error;
      }),
  };
};
