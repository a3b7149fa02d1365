"use strict";

// The last status that the broker told is drawn into the nodes that are there already: at every
// event, and once a second for what counts up and down. Text only ever goes in as text.

// The broker tells its status every 5 s at least.
const SILENCE_MILLIS = 15_000;
const FIRST_RETRY_MILLIS = 1_000;
const LONGEST_RETRY_MILLIS = 5_000;
// How often, at most, a screen reader is told how far it is.
const TELL_MILLIS = 30_000;
// A bucket stays in the table for as long after its last release, or rows would come and go.
const IDLE_MILLIS = 15_000;
const SORT_MILLIS = 5_000;
const SHARDS_SHOWN = 6;
const BUCKETS_SHOWN = 32;
const RECENT_SHOWN = 8;
// So few leave room for another card below them.
const FEW_RELEASES = 3;
const RANGES_SHOWN = 8;
const LOW_SHARE = 0.1;

const PRODUCT = "Gateway Queue";
const DAY_MILLIS = 86_400_000;
const HOUR_MILLIS = 3_600_000;
const RESTARTING_SHOWN = 3;
const HOLDS_SHOWN = 2;
const REFUSALS = ["bad_request", "cross_site", "unauthorized", "full", "stopping", "exhausted", "failed"];

// A number, or a duration of one or more units, as in 66 min 3 s.
const AMOUNT = /(?:\d[\d.,]*\s?(?:ms|min|[dhs]\b)?\s?)+/g;

const $ = (id) => document.getElementById(id);

/* Words for numbers */

const numbers = new Intl.NumberFormat("en-GB");
const clockTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayAndTime = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const count = (n) => (typeof n === "number" ? numbers.format(n) : String(n));
const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();
const clock = (millis) => (sameDay(millis, Date.now()) ? clockTime : dayAndTime).format(millis);
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

function duration(millis) {
  const s = Math.max(0, Math.floor(millis / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return twoUnits(s, 60, "min", 1, "s");
  if (s < 86_400) return twoUnits(s, 3600, "h", 60, "min");
  return twoUnits(s, 86_400, "d", 3600, "h");
}

function twoUnits(seconds, large, largeName, small, smallName) {
  const rest = Math.floor((seconds % large) / small);
  const whole = `${Math.floor(seconds / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

const shortDuration = (millis) => (millis < 10_000 ? `${Math.round(millis / 100) / 10} s` : duration(millis));
// What is yet to come is rounded up: "in 0 s" would be a wait that nobody sees the end of.
const timeLeft = (millis) => duration(Math.ceil(millis / 1000) * 1000);

/** 0, 1, 2, 3, 7 is 0–3, 7. */
function ranges(ascending) {
  const found = [];
  for (const n of ascending) {
    const last = found.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else found.push([n, n]);
  }
  const words = found.slice(0, RANGES_SHOWN).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return words.join(", ") + (found.length > RANGES_SHOWN ? ", …" : "");
}

/* Nodes */

function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show(node, visible) {
  node.hidden = !visible;
}

/** On a phone each cell has the name of its column beside it. */
function newRow(table, classes) {
  const row = document.createElement("tr");
  row.setAttribute("role", "row");
  const names = $(table).tHead.rows[0].cells;
  for (let i = 0; i < names.length; i++) {
    const cell = row.appendChild(document.createElement(i === 0 ? "th" : "td"));
    if (i === 0) cell.scope = "row";
    cell.setAttribute("role", i === 0 ? "rowheader" : "cell");
    cell.dataset.name = names[i].textContent;
    if (classes[i]) cell.className = classes[i];
  }
  return row;
}

/** Makes the children of a node these, and moves only what is not in its place. */
function arrange(parent, children) {
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  while (parent.children.length > children.length) parent.lastElementChild.remove();
}

/** Makes a node have this many children, which are told apart by their place alone. */
function resize(parent, size, create) {
  while (parent.children.length > size) parent.lastElementChild.remove();
  while (parent.children.length < size) parent.append(create());
}

/* The connection */

// Not from the page's address as it stands: that may hold a user and password, which no request may.
const streamUrl = new URL("status/stream", location.origin + location.pathname);

let source = null;
let heardAt = 0;
let lost = null; // {since, why} while not connected
let failures = 0;
let retryAt = 0;
let retryTimer;

function connect() {
  clearTimeout(retryTimer);
  source?.close();
  heardAt = performance.now();
  const stream = new EventSource(streamUrl);
  source = stream;
  stream.addEventListener("status", (event) => receive(JSON.parse(event.data, exactly)));
  stream.addEventListener("closing", () => lose("The broker is stopping."));
  stream.addEventListener("error", () =>
    lose(
      stream.readyState === EventSource.CLOSED
        ? "What answers there does not tell a broker's status. If it asks for a token, reload this page."
        : "The broker does not answer.",
    ),
  );
}

/** A shard's id may have more digits than a number keeps. */
function exactly(key, value, context) {
  return typeof value === "number" && value > Number.MAX_SAFE_INTEGER && context ? context.source : value;
}

// Not left to EventSource, which gives up for good when a proxy answers for a broker that is away.
function lose(why) {
  source?.close();
  source = null;
  const delay = Math.min(FIRST_RETRY_MILLIS * 2 ** failures, LONGEST_RETRY_MILLIS);
  failures++;
  retryAt = performance.now() + delay;
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, delay);
  if (lost) {
    lost.why = why;
  } else {
    lost = { since: toldAt ?? Date.now(), why };
    say($("alert"), `Not connected. ${why}`);
  }
  draw();
}

function receive(told) {
  const now = performance.now();
  heardAt = now;
  failures = 0;
  if (lost) {
    lost = null;
    say($("alert"), "");
    tell("Connected again.");
  }
  status = told;
  receivedAt = now;
  toldAt = Date.now();
  listen();
  draw();
}

function tick() {
  if (source && performance.now() - heardAt > SILENCE_MILLIS) {
    lose("Nothing was heard from the broker for 15 s.");
  } else {
    draw();
  }
}

function hurry() {
  if (lost && !source && !document.hidden) connect();
}

/* What is told aloud */

let toldAloudAt = -Infinity;
let lastSummary = null;
let knownTroubles = new Map();

function tell(text) {
  say($("polite"), text);
  toldAloudAt = performance.now();
}

/** What is wrong is told when it comes up, not when the seconds in it count down. */
function listen() {
  const troubles = new Map();
  const texts = status.problems.length > 0 ? status.problems : [budgetWarning().text];
  for (const text of [...texts, restartingText()].filter(Boolean)) {
    troubles.set(text.replace(AMOUNT, "#"), text);
  }
  const fresh = [...troubles].filter(([key]) => !knownTroubles.has(key)).map(([, text]) => text);
  if (fresh.length > 0) say($("alert"), fresh.join(" "));
  if (troubles.size === 0 && knownTroubles.size > 0) {
    say($("alert"), "");
    tell("Nothing is wrong any more.");
  }
  knownTroubles = troubles;

  const { released, waiting } = status.startUp;
  const summary = waiting === 0 && released === 0 ? "Nobody waits." : `${startUpText()}, ${count(waiting)} waiting.`;
  lastSummary ??= summary; // how it was when the page was opened is on the page
  if (summary !== lastSummary && performance.now() - toldAloudAt > TELL_MILLIS) {
    lastSummary = summary;
    tell(summary);
  }
}

/* Drawing */

let status = null;
let receivedAt = 0;
let toldAt = null; // by the wall clock

/** How long ago the status was told; it does not get older while there is nobody to tell a new one. */
const age = () => (lost ? 0 : performance.now() - receivedAt);
/** By the broker's clock, as all times that it tells: the browser's may go wrong. */
const brokersNow = () => Date.parse(status.now) + age();

function draw() {
  drawConnection();
  if (!status) return;
  show($("numbers"), true);
  say($("name"), status.name ? `${status.name} · ${PRODUCT}` : PRODUCT);
  drawProblems();
  drawStartUp();
  drawBuckets();
  drawPauses();
  drawBudget();
  drawDay();
  drawRecent();
  drawBroker();
}

const STATES = {
  ready: "Live · ready",
  starting: "Live · starting",
  exhausted: "Live · exhausted",
  "redis-away": "Live · Redis away",
  stopping: "Live · stopping",
};

function drawConnection() {
  const pill = $("state");
  say(pill, lost ? "Not connected" : status ? STATES[status.state] ?? "Live" : "Connecting");
  pill.dataset.tone = lost ? "bad" : status ? (status.state === "ready" && status.problems.length === 0 ? "good" : "warn") : "";
  $("numbers").classList.toggle("old", lost !== null);
  show($("connection"), lost !== null);
  document.title = pageTitle();
  if (!lost) return;
  const since = `${clock(lost.since)}, for ${duration(Date.now() - lost.since)}`;
  const numbersAre = status ? " The numbers below are as old as that." : "";
  const wait = retryAt - performance.now();
  const next = source || wait <= 0 ? "Trying again now." : `Trying again in ${timeLeft(wait)}.`;
  say($("connection-text"), `Since ${since}. ${lost.why}${numbersAre} ${next}`);
}

function pageTitle() {
  const name = status?.name ?? PRODUCT;
  if (lost) return `Not connected · ${name}`;
  if (!status) return name;
  if (status.problems.length > 0) return `Something is wrong · ${name}`;
  return status.waiting > 0 ? `${count(status.waiting)} waiting · ${name}` : name;
}

function drawProblems() {
  const { problems } = status;
  show($("problems"), problems.length > 0);
  resize($("problem-list"), problems.length, () => document.createElement("li"));
  problems.forEach((text, i) => say($("problem-list").children[i], text));
}

function startUpText() {
  const { released, waiting } = status.startUp;
  if (waiting > 0) return `${count(released)} of ${count(released + waiting)} released`;
  return released > 0 ? `All ${count(released)} released` : "Nobody waits";
}

let shownEnd = 0;

function drawStartUp() {
  const { released, waiting, expectedEndMillis } = status.startUp;
  const text = startUpText();
  say($("start-up-text"), text);
  const bar = $("start-up-progress");
  show(bar, released + waiting > 0);
  bar.max = Math.max(1, released + waiting);
  bar.value = released;
  bar.setAttribute("aria-valuetext", text);
  say($("waiting"), count(status.waiting));
  if (waiting === 0 || expectedEndMillis === null) {
    const none = waiting === 0 ? "–" : "not known yet";
    say($("expected-end"), none);
    say($("time-left"), none);
    return;
  }
  const end = Date.parse(status.now) + expectedEndMillis;
  if (Math.abs(end - shownEnd) > 1000) shownEnd = end; // or its last digit would flicker
  say($("expected-end"), clock(shownEnd));
  say($("time-left"), lost ? "not known" : timeLeft(expectedEndMillis - age()));
}

const bucketRows = new Map();
let order = [];
let orderedAt = -Infinity;

function drawBuckets() {
  const now = brokersNow();
  const all = status.buckets;
  const isIdle = (b) => b.waiting === 0 && b.holds.length === 0 && !(now - Date.parse(b.lastRelease) < IDLE_MILLIS);
  const idle = all.filter(isIdle);
  const showAll = $("show-all").checked;
  const candidates = ordered(showAll ? all : all.filter((b) => !isIdle(b)));
  const shown = showAll ? candidates : candidates.slice(0, BUCKETS_SHOWN);
  const longest = Math.max(1, ...candidates.map((b) => b.waiting));
  arrange($("bucket-rows"), shown.map((bucket) => drawBucket(bucket, now, longest)));
  for (const key of bucketRows.keys()) {
    if (key >= all.length) bucketRows.delete(key);
  }
  show($("buckets"), shown.length > 0);
  show($("controls"), all.length > 1);
  say($("show-all-text"), `Show all ${count(all.length)}`);
  say($("not-shown"), showAll && shown.length > 0 ? "" : notShown(all.length, idle, candidates.slice(shown.length)));
}

function notShown(all, idle, rest) {
  if (idle.length === all && status.buckets.every((b) => b.nextRelease === null && b.holds.length === 0)) return "How many buckets there are is not known yet.";
  if (idle.length === all) return all === 1 ? "Nobody waits in the only bucket." : `Nobody waits in any of the ${count(all)} buckets.`;
  const waiting = rest.reduce((sum, b) => sum + b.waiting, 0);
  const words = [];
  if (rest.length > 0) words.push(`${plural(rest.length, "bucket", "buckets")} more, with ${count(waiting)} waiting.`);
  if (idle.length > 0) words.push(`${plural(idle.length, "bucket is", "buckets are")} idle: ${ranges(idle.map((b) => b.bucket))}.`);
  return words.join(" ");
}

/** By number, or busiest first: that order is kept for a while, or rows would jump with every release. */
function ordered(buckets) {
  if ($("order").value === "number") return buckets;
  const now = performance.now();
  const present = new Map(buckets.map((b) => [b.bucket, b]));
  if (now - orderedAt > SORT_MILLIS || order.length !== present.size || order.some((n) => !present.has(n))) {
    order = [...buckets].sort((a, b) => b.waiting - a.waiting || a.bucket - b.bucket).map((b) => b.bucket);
    orderedAt = now;
  }
  return order.map((n) => present.get(n));
}

function drawBucket(bucket, now, longest) {
  let row = bucketRows.get(bucket.bucket);
  if (!row) {
    row = newRow("buckets", ["", "number line", "shards", "", "", ""]);
    bucketRows.set(bucket.bucket, row);
  }
  const [name, waiting, shards, last, next, held] = row.children;
  say(name, String(bucket.bucket));
  say(waiting, count(bucket.waiting));
  waiting.style.setProperty("--share", (bucket.waiting / longest).toFixed(3));
  say(shards, firstShards(bucket));
  say(last, bucket.lastRelease ? clock(Date.parse(bucket.lastRelease)) : "–");
  say(next, nextRelease(bucket, now));
  say(held, heldBy(bucket, now));
  held.dataset.held = String(bucket.holds.length > 0);
  return row;
}

function firstShards({ shards, waiting }) {
  const first = shards.slice(0, SHARDS_SHOWN);
  const more = waiting - first.length;
  return first.length === 0 ? "–" : first.join(", ") + (more > 0 ? ` and ${count(more)} more` : "");
}

function heldBy({ holds }, now) {
  const words = holds.slice(0, HOLDS_SHOWN).map(({ shard, since }) => {
    const at = Date.parse(since);
    return `shard ${shard} is starting, ${lost ? `since ${clock(at)}` : `for ${duration(now - at)}`}`;
  });
  if (holds.length > HOLDS_SHOWN) words.push(`and ${count(holds.length - HOLDS_SHOWN)} more`);
  return words.join("; ") || "–";
}

function drawPauses() {
  const { paused, pauses } = status;
  const now = brokersNow();
  show($("paused"), paused > 0);
  resize($("pause-rows"), pauses.length, () => newRow("pauses", ["", "number", ""]));
  pauses.forEach((pause, i) => {
    const [shard, starts, joins] = $("pause-rows").children[i].children;
    const at = Date.parse(pause.until);
    say(shard, String(pause.shard));
    say(starts, count(pause.starts));
    say(joins, lost ? `at ${clock(at)}` : at > now ? `in ${timeLeft(at - now)}` : "now");
  });
  say($("more-paused"), paused > pauses.length ? `${count(paused - pauses.length)} more wait longer.` : "");
}

function nextRelease({ nextRelease: told, waiting }, now) {
  if (!told) return waiting > 0 ? "not known" : "–";
  const at = Date.parse(told);
  if (lost) return clock(at);
  if (at > now) return `in ${timeLeft(at - now)}`;
  return waiting > 0 ? "now" : "at once";
}

/** Where there is no limit to be known, as nobody has a token, a bucket can tell when its next one goes. */
const limitAwaited = () => !status.limit && status.buckets.every((b) => b.nextRelease === null);

function budgetWarning() {
  const { limit, waiting } = status;
  if (limitAwaited()) return { tone: "warn", text: "The limit is not known yet. Until it is, no shard is released." };
  if (!limit) return { text: "" };
  const left = Math.max(0, limit.remaining - limit.reserve);
  if (left === 0) return { tone: "bad", text: "The session starts are used up: no shard is released before the reset." };
  if (waiting > left) {
    return { tone: "warn", text: `More shards wait than session starts are left: ${count(waiting - left)} will be released after the reset.` };
  }
  return left <= limit.total * LOW_SHARE ? { tone: "warn", text: "The session starts are nearly used up." } : { text: "" };
}

function drawBudget() {
  const { limit } = status;
  const { tone = "", text } = budgetWarning();
  $("budget").dataset.tone = tone;
  $("budget-warning").dataset.tone = tone;
  say($("budget-warning"), text);
  show($("budget-warning"), text !== "");
  show($("budget-meter"), limit !== null);
  show($("budget-facts"), limit !== null);
  show($("limit-facts"), limit !== null);
  show($("budget-none"), limit === null);
  if (!limit) {
    say($("budget-text"), limitAwaited() ? "Not known yet" : "Not counted");
    say(
      $("budget-none"),
      limitAwaited()
        ? "The broker reads Discord's daily limit, and tries again until it can."
        : "Without a token, the broker does not know Discord's daily limit.",
    );
    return;
  }
  const meter = $("budget-meter");
  const words = `${count(limit.remaining)} of ${count(limit.total)}`;
  say($("budget-text"), words);
  meter.max = Math.max(1, limit.total);
  meter.value = limit.remaining;
  meter.setAttribute("aria-valuetext", words);
  const left = limit.resetAfterMillis - age();
  const isTold = limit.resetAfterMillis > 0;
  say($("reset-in"), !isTold ? "not told" : left > 0 ? timeLeft(left) : "now");
  say($("reset-at"), isTold ? clock(Date.parse(status.now) + limit.resetAfterMillis) : "not told");
  say($("reserve"), count(limit.reserve));
  say($("max-concurrency"), count(limit.maxConcurrency));
  say($("read-at"), readAt(limit));
}

function readAt({ readAt: told }) {
  if (!told) return "not by this broker";
  const at = Date.parse(told);
  return lost ? clock(at) : `${duration(brokersNow() - at)} ago`;
}

/* The picture of the day: what is left above, the starts below, over the same 24 hours. */

function sum(list) {
  return list.reduce((total, n) => total + n, 0);
}

/** What the last hour took: by this broker's starts, or by what is left if others start shards, too. */
function usedInLastHour() {
  const { remaining, slotMillis, startsInLastHour } = status.day;
  const ended = remaining.slice(-Math.floor(HOUR_MILLIS / slotMillis) - 1, -1);
  const known = [...ended, status.limit.remaining].filter((n) => n !== null);
  const taken = sum(known.slice(1).map((n, i) => Math.max(0, known[i] - n))); // a reset takes nothing
  return Math.max(startsInLastHour, taken);
}

const perHour = (n) => `${count(n < 10 ? Math.round(n * 10) / 10 : Math.floor(n))} an hour`;

function dayText() {
  const { day, limit } = status;
  const starts = sum(day.starts);
  const through = status.queue === "redis" ? " through this broker" : "";
  const isWhole = brokersNow() - Date.parse(day.from) >= DAY_MILLIS;
  const time = isWhole ? "in the last 24 hours" : "since the broker started";
  const inLastHour = starts > 0 ? `, ${count(day.startsInLastHour)} of them in the last hour` : "";
  const words = `${starts === 0 ? "No starts" : plural(starts, "start", "starts")}${through} ${time}${inLastHour}.`;
  return limit ? `${words} ${paceText(limit)}`.trim() : words;
}

function paceText(limit) {
  const left = Math.max(0, limit.remaining - limit.reserve);
  const untilReset = limit.resetAfterMillis - age();
  if (left === 0 || lost || untilReset <= 0) return "";
  const isKnown = brokersNow() - Date.parse(status.day.from) >= HOUR_MILLIS; // of a few minutes there is no pace
  if (!isKnown) return "";
  const pace = usedInLastHour();
  const atThisPace = pace > 0 ? `At the pace of the last hour (${perHour(pace)}), the` : "The";
  const lasts = pace > 0 ? (left / pace) * HOUR_MILLIS : Infinity;
  const what = `${atThisPace} ${plural(left, "usable start", "usable starts")}`;
  if (lasts >= untilReset) return `${what} will last until the reset.`;
  return `${what} will be used up at ${clock(brokersNow() + lasts)}, ${duration(untilReset - lasts)} before the reset.`;
}

/** A shard that starts again and again uses up the day, and something is wrong with it. */
function restartingText() {
  const all = status.day.restarting;
  if (all.length === 0) return "";
  const words = all.slice(0, RESTARTING_SHOWN).map(({ shard, total, starts }) => `shard ${shard} of ${total} (${count(starts)} times)`);
  const more = all.length - RESTARTING_SHOWN;
  if (more > 0) words.push(`and ${plural(more, "other", "others")}`);
  return `Started again and again in the last hour: ${words.join(", ")}.`;
}

function drawDay() {
  say($("day-text"), dayText());
  say($("restarting"), restartingText());
  show($("restarting"), status.day.restarting.length > 0);
  drawPicture();
}

const TOP = 20;
const LEFT_HEIGHT = 130;
const GAP = 34;
const STARTS_HEIGHT = 70;
const STARTS_HEIGHT_ALONE = 220;
const LEFT_BOTTOM = TOP + LEFT_HEIGHT;

function drawPicture() {
  const { day, limit } = status;
  const width = $("picture").clientWidth;
  if (width === 0) return;
  const now = brokersNow();
  const most = Math.max(1, ...day.starts);
  const gutter = 10 + 7 * Math.max(count(most).length, count(limit?.total ?? 0).length);
  const startsTop = limit ? LEFT_BOTTOM + GAP : TOP;
  const frame = {
    begin: now - DAY_MILLIS,
    now,
    gutter,
    width: width - 2, // or half of the last stroke is cut off
    startsTop,
    bottom: startsTop + (limit ? STARTS_HEIGHT : STARTS_HEIGHT_ALONE),
    x: (t) => gutter + (Math.max(0, t - now + DAY_MILLIS) / DAY_MILLIS) * (width - 2 - gutter),
  };
  const slots = slotsOf(day, frame);
  $("picture").setAttribute("viewBox", `0 0 ${width} ${frame.bottom + 20}`);
  $("picture").style.setProperty("height", `${frame.bottom + 20}px`);
  draws("unknown", unknown(slots, frame, limit));
  draws("starts", bars(slots, most, frame));
  const ticks = hours(frame, width < 500 ? 6 : 3);
  draws("grid", grid(ticks, frame, limit));
  drawLeft(slots, limit, frame);
  drawLabels(ticks, most, limit, frame.x(slots[0].at), frame);
  say($("picture-text"), pictureText(most));
}

function draws(part, path) {
  const node = $(`picture-${part}`);
  if (node.getAttribute("d") !== path) node.setAttribute("d", path);
}

const point = (x, y) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** The slots that are in the picture at least in part, each with its two ends. */
function slotsOf({ from, slotMillis, starts, remaining }, { begin, now }) {
  return starts
    .map((n, i) => {
      const at = Date.parse(from) + i * slotMillis;
      return { at, end: i === starts.length - 1 ? now : Math.min(now, at + slotMillis), starts: n, remaining: remaining[i] };
    })
    .filter(({ end }) => end > begin);
}

/** Before the broker started, nobody counted. */
function unknown(slots, { begin, gutter, x, startsTop, bottom }, limit) {
  const until = slots[0].at;
  if (until <= begin) return "";
  const box = (top, base) => `M${point(gutter, top)}H${x(until).toFixed(1)}V${base}H${gutter}Z`;
  return (limit ? box(TOP, LEFT_BOTTOM) : "") + box(startsTop, bottom);
}

function bars(slots, most, { x, startsTop, bottom }) {
  return slots
    .filter(({ starts }) => starts > 0)
    .map(({ at, end, starts }) => {
      const width = Math.max(1.5, x(end) - x(at) - 0.5);
      const height = Math.max(1.5, (starts / most) * (bottom - startsTop));
      return `M${point(x(end) - width, bottom)}v${-height.toFixed(1)}h${width.toFixed(1)}V${bottom}Z`;
    })
    .join("");
}

/** The full hours of the reader's clock that can be divided by so many. */
function hours({ begin, now }, step) {
  const found = [];
  const at = new Date(begin);
  at.setMinutes(0, 0, 0);
  for (let t = at.getTime(); t <= now; t += HOUR_MILLIS) {
    if (t >= begin && new Date(t).getHours() % step === 0) found.push(t);
  }
  return found;
}

function grid(ticks, { gutter, width, x, startsTop, bottom }, limit) {
  const across = (y) => `M${gutter},${y}H${width}`;
  const down = ticks.map((t) => `M${x(t).toFixed(1)},${bottom}v4`);
  return [...(limit ? [across(TOP), across(LEFT_BOTTOM)] : []), across(startsTop), across(bottom), ...down].join("");
}

function drawLeft(slots, limit, { now, x }) {
  const y = (n) => LEFT_BOTTOM - (limit.total > 0 ? Math.min(1, n / limit.total) : 0) * LEFT_HEIGHT;
  const runs = limit ? runsOf(slots, limit, now) : [];
  const line = (run) => run.map(([t, n], i) => `${i === 0 ? "M" : "L"}${point(x(t), y(n))}`).join("") + "h0.1";
  draws("left", runs.map(line).join(""));
  draws("area", runs.map((run) => `${line(run)}V${LEFT_BOTTOM}H${x(run[0][0]).toFixed(1)}Z`).join(""));
  const sinceReset = limit ? DAY_MILLIS - limit.resetAfterMillis + age() : 0;
  const usable = limit ? limit.total - limit.reserve : 0;
  const hasPace = limit !== null && limit.resetAfterMillis > 0 && sinceReset > HOUR_MILLIS / 2 && usable > 0; // shorter cannot be seen
  show($("legend-even"), hasPace);
  if (!hasPace) {
    draws("even", "");
    return;
  }
  const even = limit.total - usable * (sinceReset / DAY_MILLIS);
  draws("even", `M${point(x(now - sinceReset), y(limit.total))}L${point(x(now), y(even))}`);
  say($("even-text"), `Even use until the reset: ${perHour(usable / 24)}`);
}

/** What was left at the end of each slot, and now; in several runs if it was not known in between. */
function runsOf(slots, limit, now) {
  const runs = [[]];
  for (const { end, remaining } of slots.slice(0, -1)) {
    if (remaining !== null) runs.at(-1).push([end, remaining]);
    else if (runs.at(-1).length > 0) runs.push([]);
  }
  runs.at(-1).push([now, limit.remaining]);
  return runs;
}

function drawLabels(ticks, most, limit, unknownUntil, { gutter, width, x, startsTop, bottom }) {
  const labels = [
    [gutter - 6, startsTop + 4, "end", count(most)],
    [gutter - 6, bottom, "end", "0"],
    [gutter, startsTop - 7, "start", "Starts in 10 min"],
  ];
  if (limit) {
    labels.push([gutter - 6, TOP + 4, "end", count(limit.total)], [gutter - 6, LEFT_BOTTOM, "end", "0"], [gutter, TOP - 7, "start", "Left"]);
  }
  const unknownWidth = unknownUntil - gutter;
  if (unknownWidth > 170) labels.push([gutter + unknownWidth / 2, (startsTop + bottom) / 2 + 4, "middle", "before the broker started"]);
  for (const t of ticks) {
    const half = 18;
    labels.push([Math.min(width - half, Math.max(half, x(t))), bottom + 17, "middle", clockTime.format(t).slice(0, 5)]);
  }
  const parent = $("picture-labels");
  resize(parent, labels.length, () => document.createElementNS("http://www.w3.org/2000/svg", "text"));
  labels.forEach(([left, top, anchor, text], i) => {
    const node = parent.children[i];
    node.setAttribute("x", left.toFixed(1));
    node.setAttribute("y", top);
    node.setAttribute("text-anchor", anchor);
    say(node, text);
  });
}

function pictureText(most) {
  const { day, limit } = status;
  const at = day.starts.lastIndexOf(most);
  const highest = at < 0 ? "" : ` At most ${count(most)} within 10 minutes, from ${clock(Date.parse(day.from) + at * day.slotMillis)}.`;
  const left = limit ? ` ${count(limit.remaining)} of ${count(limit.total)} session starts are left now.` : "";
  return `${dayText()}${highest}${left}`;
}

let allRecent = false;

function drawRecent() {
  const { recent } = status;
  const shown = recent.slice(0, allRecent ? recent.length : RECENT_SHOWN);
  show($("recent"), recent.length > 0);
  show($("recent-none"), recent.length === 0);
  $("numbers").classList.toggle("few", recent.length < FEW_RELEASES);
  show($("more"), recent.length > RECENT_SHOWN);
  say($("more"), allRecent ? "Show fewer" : `Show all ${count(recent.length)}`);
  $("more").setAttribute("aria-expanded", String(allRecent));
  $("recent-scroll").classList.toggle("all", allRecent);
  if (allRecent) $("recent-scroll").tabIndex = 0; // it may scroll, and the keyboard has to reach it
  else $("recent-scroll").removeAttribute("tabindex");
  resize($("recent-rows"), shown.length, () => newRow("recent", ["", "number", "", ""]));
  shown.forEach((release, i) => {
    const [shard, bucket, at, waited] = $("recent-rows").children[i].children;
    say(shard, `${release.shard} of ${release.total}`);
    say(bucket, String(release.bucket));
    say(at, clock(Date.parse(release.releasedAt)));
    say(waited, shortDuration(release.waitedMillis));
  });
}

const QUEUES = {
  local: "one line, no Discord token",
  large: "one line per bucket",
  redis: "shared in Redis",
};

function drawBroker() {
  say($("uptime"), duration(status.uptimeMillis + age()));
  say($("started"), clock(Date.parse(status.startedAt)));
  say($("released"), count(status.released));
  say($("lost"), count(status.said.lost + status.said.expired));
  say($("refused"), refusedText());
  say($("interval"), shortDuration(status.intervalMillis));
  say($("queue"), QUEUES[status.queue] ?? status.queue);
  say($("max-waiting"), count(status.maxWaiting));
  say($("version"), status.version);
  say($("updated"), `as of ${clock(toldAt)}`);
}

function refusedText() {
  const some = REFUSALS.filter((outcome) => status.outcomes[outcome] > 0);
  const all = count(sum(some.map((outcome) => status.outcomes[outcome])));
  const each = some.map((outcome) => `${outcome.replaceAll("_", " ")}: ${count(status.outcomes[outcome])}`);
  return some.length === 0 ? all : `${all} (${each.join(", ")})`;
}

new ResizeObserver(() => status && drawPicture()).observe($("day"));
$("order").addEventListener("change", () => {
  orderedAt = -Infinity;
  draw();
});
$("show-all").addEventListener("change", draw);
$("more").addEventListener("click", () => {
  allRecent = !allRecent;
  draw();
});
addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
say($("zone"), Intl.DateTimeFormat().resolvedOptions().timeZone);
setInterval(tick, 1000);
connect();
