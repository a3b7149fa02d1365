"""A client of the broker with nothing but the standard library: acquire(shard, total) returns a Start that is held."""
import json, os, random, threading, time, urllib.error, urllib.request

BROKER = os.environ.get("GATEWAY_QUEUE", "http://127.0.0.1:8080")
HEADERS = {"Authorization": "Bearer " + os.environ.get("GATEWAY_QUEUE_TOKEN", "none")}


def send(path, method="POST", timeout=15, **headers):
    request = urllib.request.Request(BROKER + path, method=method, headers=HEADERS | headers)
    return urllib.request.urlopen(request, timeout=timeout)  # the broker says something more often


def acquire(shard, total):
    while True:
        try:
            stream = send(f"/?shard={shard}&total={total}&hold=30s", Accept="text/event-stream")
            event = ""
            for line in map(bytes.decode, stream):
                if line.startswith("event: "):
                    event = line[7:].strip()
                elif line.startswith("data: ") and event == "released":
                    return Start(json.loads(line[6:])["start"], stream)
        except urllib.error.HTTPError as error:
            if error.code in (400, 401, 403):  # refused for good
                raise ValueError(json.load(error)["detail"]) from None
        except OSError:
            pass
        time.sleep(1 + random.random())


class Start:
    def __init__(self, name, stream):
        self.name, self.heard = name, time.monotonic()  # asked before the broker answers
        self.end = self.heard + json.load(send(f"/starts/{name}", "GET"))["holdMillis"] / 1000
        threading.Thread(target=self._listen, args=[stream], daemon=True).start()

    def _listen(self, stream):
        try:
            for _ in stream:
                self.heard = time.monotonic()
        except OSError:
            pass
        self.heard = float("-inf")

    def is_expired(self):
        return time.monotonic() > min(self.heard + 3, self.end)

    def say(self, word):  # identified, answered or cancelled
        send(f"/starts/{self.name}/{word}").close()
