"""A bot on discord.py, whose shards wait in the broker. With DISCORD_API and DISCORD_GATEWAY it talks to a Discord elsewhere."""
import os

# @start region="bot"
import asyncio, concurrent.futures, threading
import discord
from gateway_queue import acquire


class Bot(discord.AutoShardedClient):
    PATIENCE = 50  # seconds: discord.py gives up after 60

    def __init__(self, **options):
        super().__init__(**options)
        self.waiting = {}  # by shard: what acquire is going to return
        self.starts = {}  # by shard, until Discord has answered

    async def before_identify_hook(self, shard_id, *, initial=False):
        while True:
            future = self.waiting.pop(shard_id, None) or self.ask(shard_id)
            try:
                start = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), self.PATIENCE)
            except (asyncio.CancelledError, asyncio.TimeoutError):
                self.waiting[shard_id] = future  # discord.py connects again, and finds its place in line
                raise
            if not start.is_expired():
                self.starts[shard_id] = start
                return self.say(start, "identified")
            self.say(start, "cancelled")

    def ask(self, shard_id):
        future = concurrent.futures.Future()

        def run():
            try:
                future.set_result(acquire(shard_id, self.shard_count))
            except Exception as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def say(self, start, word):
        threading.Thread(target=start.say, args=(word,), daemon=True).start()

    async def on_shard_connect(self, shard_id):
        if start := self.starts.pop(shard_id, None):
            self.say(start, "answered")

    async def on_shard_disconnect(self, shard_id):
        await self.on_shard_connect(shard_id)

    async def on_shard_ready(self, shard_id):
        print(f"shard {shard_id} is ready", flush=True)
# @end


# @start region="loopback"
def talk_to(api, gateway):
    """Has discord.py talk to a Discord elsewhere, before a bot starts."""
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
# @end


def main():
    if "DISCORD_API" in os.environ:
        talk_to(os.environ["DISCORD_API"], os.environ["DISCORD_GATEWAY"])
    Bot(intents=discord.Intents.none(), shard_count=8).run(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    main()
