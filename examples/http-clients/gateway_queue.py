"""A client of the broker with nothing but the standard library: acquire(shard, total) returns a Start that is held."""
import http.client, json, os, random, sys, threading, time, urllib.error, urllib.request

BROKER = os.environ.get("GATEWAY_QUEUE", "http://127.0.0.1:8080").rstrip("/")
HEADERS = {"Authorization": "Bearer " + os.environ.get("GATEWAY_QUEUE_TOKEN", "none")}
SILENCE = 3  # seconds: the broker says something every second
FAILURES = (OSError, http.client.HTTPException)


class Refused(Exception):
    """For good: to ask again is of no use."""


def send(path, method="POST", **headers):
    request = urllib.request.Request(BROKER + path, method=method, headers=HEADERS | headers)
    return urllib.request.urlopen(request, timeout=15)


def detail(error):
    try:
        return json.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        return f"the broker answered {error.code}"


def acquire(shard, total):
    told = False
    while True:
        try:
            stream = send(f"/?shard={shard}&total={total}&hold=30s", Accept="text/event-stream")
            event = ""
            for line in map(bytes.decode, stream):
                if line.startswith("event: "):
                    event = line[7:].strip()
                elif line.startswith("data: ") and event == "released":
                    return Start(json.loads(line[6:]).get("start"), stream)
            raise http.client.HTTPException("its answer ended without a release")
        except FAILURES as error:
            if getattr(error, "code", None) in (400, 401, 403):
                raise Refused(detail(error)) from None
            if not told:
                print(f"{BROKER} does not release, asking again: {error}", file=sys.stderr)
            told = True
        time.sleep(1 + random.random())


class Start:
    def __init__(self, name, stream):
        self.name, self.stream, self.heard = name, stream, time.monotonic()  # before the broker is asked
        try:
            self.end = self.heard + json.load(send(f"/starts/{name}", "GET"))["holdMillis"] / 1000
        except FAILURES as error:
            stream.close()
            if getattr(error, "code", None) == 404:
                raise Refused("the broker does not know this start: it is too old, or is another one") from None
            raise
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            for _ in self.stream:
                now = time.monotonic()
                self.heard = now if now - self.heard <= SILENCE else float("-inf")
        except (*FAILURES, ValueError):  # it broke, or was closed here
            pass
        finally:
            self.heard = float("-inf")

    def is_expired(self):
        return time.monotonic() > min(self.heard + SILENCE, self.end)

    def say(self, word):  # identified, answered or cancelled
        try:
            send(f"/starts/{self.name}/{word}").close()
        except FAILURES:
            self.close()

    def close(self):  # without a word: it was sent
        self.stream.close()
