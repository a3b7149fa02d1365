// A bot on @discordjs/ws without discord.js. With DISCORD_API it talks to a Discord elsewhere, such as one on loopback.
import { REST } from '@discordjs/rest';
import { WebSocketManager } from '@discordjs/ws';
import { waitInLine } from './discord-js.mjs';

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}

const token = process.env.DISCORD_TOKEN;
const manager = new WebSocketManager({
  token,
  intents: 0,
  shardCount: 8,
  rest: new REST({ api: process.env.DISCORD_API ?? 'https://discord.com/api' }).setToken(token),
  buildIdentifyThrottler: waitInLine(giveUp),
});
manager.on('ready', (data, id) => console.log(`shard ${id} is ready`));
await manager.connect();
