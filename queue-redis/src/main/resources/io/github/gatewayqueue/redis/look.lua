#!lua flags=no-writes
-- How the queue stands, for whoever shows it; changes nothing. docs/redis-protocol.md

local STATE, HOLDS, USES, STARTS, LEASES = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local LINES = string.match(STATE, '^(.*)state$') .. 'line'
local interval, reserve = tonumber(ARGV[1]), tonumber(ARGV[2])

local state = {}
do
  local fields = redis.call('HGETALL', STATE)
  for i = 1, #fields, 2 do
    state[fields[i]] = fields[i + 1]
  end
end
local function value(name)
  return tonumber(state[name] or '0')
end

local time = redis.call('TIME')
local now = math.max(tonumber(time[1]) * 1000000 + tonumber(time[2]), value('seen'))

local left = value('remaining') - value('old')
  - math.max(0, redis.call('ZCARD', STARTS) - 1) - math.max(0, redis.call('HLEN', HOLDS) - 1)

-- For how long no start is allowed; -1 if that is not known.
local opens_in = 0
if state.limited == '1' then
  if now >= value('good_until') then
    opens_in = -1
  elseif left - value('missed') <= math.min(reserve, math.max(0, value('total') - 1)) then
    opens_in = value('good_until') - now
  end
end

-- Of each bucket: how many wait, how long ago a start was last used, or -1, in how long the next
-- one may be released, or -1, and the shard whose start is held and since when, or '' and -1.
local buckets = {}
for bucket = 0, math.max(value('concurrency'), 1) - 1 do
  local waiting = math.max(0, redis.call('ZCARD', LINES .. ':' .. bucket) - 1)
  local last, spacing = string.match(redis.call('HGET', USES, bucket) or '', '^(%d+):(%d+)')
  last, spacing = tonumber(last or '0'), tonumber(spacing or '0')
  local due = math.max(last + math.max(spacing, interval), value('quiet'))
  local released, owner, shard =
    string.match(redis.call('HGET', HOLDS, bucket) or '', '^(%d+):%d+:%d+:([^.]+)%.%d+:(%d+)$')
  local held = released and tonumber(redis.call('ZSCORE', LEASES, owner) or '0') >= now
  local unknown = held or opens_in < 0
  buckets[bucket + 1] = { waiting, last > 0 and now - last or -1,
    unknown and -1 or math.max(0, opens_in, due - now),
    held and shard or '', held and now - tonumber(released) or -1 }
end

-- The places of tickets that were asked for, from 1; 0 for one that is not in line.
local places = {}
for i = 3, #ARGV, 2 do
  local bucket, ticket = ARGV[i], ARGV[i + 1]
  local rank = redis.call('ZRANK', LINES .. ':' .. bucket, ticket)
  places[#places + 1] = rank and rank + 1 or 0
end

local limit = {}
if state.limited == '1' and state.total then
  limit = { value('total'), math.max(0, left), math.max(0, value('reset') - now) }
end

return { buckets, places, limit, value('elsewhere') }
