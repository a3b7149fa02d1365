-- How the queue stands, for whoever shows it; changes nothing. docs/redis-protocol.md

local STATE, LINE, BUCKETS, STARTS = KEYS[1], KEYS[2], KEYS[5], KEYS[6]
local process = ARGV[1]
local interval, start_delay = tonumber(ARGV[2]), tonumber(ARGV[3])
local reserve = tonumber(ARGV[4])

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

local left = value('remaining') - redis.call('ZCARD', STARTS)

-- For how long no start can be had; -1 if that is not known.
local opens_in = 0
if state.limited == '1' then
  if now >= value('good_until') then
    opens_in = -1
  elseif left <= math.min(reserve, math.max(0, value('total') - 1)) then
    opens_in = value('good_until') - now
  end
end

local buckets = {}
for bucket = 1, math.max(value('concurrency'), 1) do
  local cold = value('cold') + start_delay
  local last, spacing =
    string.match(redis.call('HGET', BUCKETS, bucket - 1) or '', '^(%d+):(%d+):')
  last, spacing = tonumber(last), tonumber(spacing)
  local due = last and math.max(last + math.max(spacing, interval), cold) or cold
  -- waiting, age of the last release or -1, time to the next one or -1, then own tickets' places
  buckets[bucket] = { 0, last and now - last or -1,
    opens_in < 0 and -1 or math.max(opens_in, due - now) }
end
local own = {}
for _, member in ipairs(redis.call('ZRANGE', LINE, 0, -1)) do
  local bucket, owner, number = string.match(member, '^(%d+):%d+:([^.]+)%.(%d+):')
  local standing = buckets[tonumber(bucket) + 1]
  standing[1] = standing[1] + 1
  if owner == process then
    own[#own + 1] = tonumber(number)
    own[#own + 1] = tonumber(bucket)
    own[#own + 1] = standing[1]
  end
end

local limit = {}
if state.limited == '1' and state.total then
  limit = { value('total'), math.max(0, left), math.max(0, value('reset') - now) }
end

return { buckets, own, limit }
