// A bot on discord.js. With DISCORD_API it talks to a Discord elsewhere, such as one on loopback.
// @start region="bot"
import { Client } from 'discord.js';
import { waitInLine } from './discord-js.mjs';

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}

const client = new Client({
  intents: [],
  shardCount: 8,
  ws: { buildIdentifyThrottler: waitInLine(giveUp) },
  rest: { api: process.env.DISCORD_API ?? 'https://discord.com/api' },
});
client.on('shardReady', (id) => console.log(`shard ${id} is ready`));
await client.login(process.env.DISCORD_TOKEN);
// @end
