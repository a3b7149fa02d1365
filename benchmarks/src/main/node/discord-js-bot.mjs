// A bot on discord.js for the scenario fleet. It starts when it reads something, and ends with who has started it.
// LIBRARIES is the folder of discord.js, BOT_SHARDS how many shards there are. With GATEWAY_QUEUE they wait in that broker.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { waitInLine } from '../../../../examples/http-clients/discord-js.mjs';

const { Client } = createRequire(`${process.env.LIBRARIES}/`)('discord.js');

function giveUp(error) {
  console.error(error);
  process.exit(1);
}

const client = new Client({
  intents: [],
  shardCount: Number(process.env.BOT_SHARDS),
  ws: process.env.GATEWAY_QUEUE ? { buildIdentifyThrottler: waitInLine(giveUp) } : {},
  rest: { api: process.env.DISCORD_API },
});
process.stdin.on('end', () => process.exit());
console.log('ready to start');
await once(process.stdin, 'data');
await client.login(process.env.DISCORD_TOKEN);
