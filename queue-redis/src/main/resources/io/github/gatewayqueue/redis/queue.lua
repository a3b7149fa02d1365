-- One step of a process's conversation with the store: docs/redis-protocol.md says what each part
-- is for. Every part may be told again after its answer was lost.

local STATE, LINE, TICKETS, LEASES, BUCKETS, STARTS =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local VERSION = '1'
local SECOND = 1000000
local MAX_DROPPED = 10000
local OLD = 'old:'
local FRONT = string.format('%016d', 1)

-- Kinds of answer to who asks for the first of its tickets in a bucket.
local RELEASED, WAIT, BEHIND, UNKNOWN, EXHAUSTED, NO_LIMIT, READ = 0, 1, 2, 3, 4, 5, 6

local position = 0
local function text()
  position = position + 1
  return ARGV[position]
end
local function number()
  return tonumber(text())
end

-- Moments have 16 digits, for which neither .. nor tostring is exact.
local function digits(whole)
  return string.format('%.0f', whole)
end

local version = text()
local channel = text()
local process = text()
local sequence = number()
local interval, start_delay, lease, settling = number(), number(), number(), number()
local reserve = number()
local source = text() -- of the limit: 0 if it has none, 1 if it has one, 2 if that one is at it
local random = number()
local known_generation = text()

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
local function set(name, whole)
  state[name] = type(whole) == 'number' and digits(whole) or whole
  redis.call('HSET', STATE, name, state[name])
end

if version ~= VERSION or (state.version and state.version ~= VERSION) then
  return redis.error_reply('GATEWAYQUEUE the store is of protocol version '
    .. (state.version or VERSION) .. ', asked by a process of version ' .. version)
end

-- A step that was given up by its process, and is executed after a later one all the same.
if sequence < value('sequence:' .. process) then
  return redis.error_reply('GATEWAYQUEUE a later step of this process was executed before')
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * SECOND + tonumber(time[2])

local function publish(message)
  redis.call('PUBLISH', channel, message)
end

local function next_generation()
  set('generation', math.max(value('generation') + 1, now))
end

-- A store that does not know when it last released somebody: it is new or wiped, another server has
-- taken over, or nobody has talked to it for so long that its clock may have been set meanwhile.
local function begin_cold(run)
  set('version', VERSION)
  set('run', run)
  set('cold', now)
  set('good_until', 0)
  set('overtaken', math.max(value('overtaken'), value('reading')))
  set('reading', 0)
  set('failures', 0)
  next_generation()
  redis.call('DEL', BUCKETS)
  for _, holder in ipairs(redis.call('ZRANGE', LEASES, 0, -1)) do
    redis.call('ZADD', LEASES, digits(now + lease), holder)
  end
  for _, ticket in ipairs(redis.call('ZRANGE', STARTS, 0, -1)) do -- charged, but of unknown age
    redis.call('ZREM', STARTS, ticket)
    redis.call('ZADD', STARTS, digits(now), OLD .. string.gsub(ticket, '^' .. OLD, ''))
  end
  publish('changed')
end

do
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  local jump = math.abs(now - value('seen'))
  if state.run ~= run or jump > lease * 0.6 then
    begin_cold(run)
  elseif now < value('seen') then
    now = value('seen')
  end
  set('seen', now)
end

set('sequence:' .. process, sequence)
redis.call('ZADD', LEASES, digits(now + lease), process)
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', '(' .. digits(now))) do
  redis.call('ZREM', LEASES, dead)
  redis.call('HDEL', STATE, 'sequence:' .. dead)
end

if source ~= '0' and state.limited ~= '1' then
  set('limited', 1)
  set('concurrency', 1)
end

-- The line: members are bucket:arrival:ticket:shard, so that the order of bytes is that of arrival
-- within a bucket.

local function concurrency()
  return math.max(value('concurrency'), 1)
end

-- The remainder of a number of more digits than a Lua number holds.
local function bucket_of(shard)
  local remainder = 0
  for digit in string.gmatch(shard, '%d') do
    remainder = (remainder * 10 + tonumber(digit)) % concurrency()
  end
  return remainder
end

local function parse(member)
  local bucket, arrival, ticket, shard = string.match(member, '^(%d+):(%d+):([^:]+):(%d+)$')
  return { bucket = tonumber(bucket), arrival = arrival, ticket = ticket, shard = shard,
    process = string.match(ticket, '^[^.]+') }
end

local function head_of(bucket)
  local prefix = string.format('%05d', bucket)
  return redis.call('ZRANGEBYLEX', LINE, '[' .. prefix .. ':', '(' .. prefix .. ';', 'LIMIT', 0, 1)[1]
end

local function add(bucket, arrival, ticket, shard)
  local member = string.format('%05d:%s:%s:%s', bucket, arrival, ticket, shard)
  redis.call('ZADD', LINE, 0, member)
  redis.call('HSET', TICKETS, ticket, member)
end

local function remove(member)
  redis.call('ZREM', LINE, member)
  redis.call('HDEL', TICKETS, parse(member).ticket)
end

-- Returns the first in line of a process that has a lease, after those before it are dropped.
local function live_head(bucket)
  for _ = 1, MAX_DROPPED do
    local head = head_of(bucket)
    if not head or redis.call('ZSCORE', LEASES, parse(head).process) then
      return head
    end
    remove(head)
  end
  return head_of(bucket)
end

-- A bucket's last release, as moment:interval:number:ticket.
local function last_release(bucket)
  local last, spacing, count, ticket =
    string.match(redis.call('HGET', BUCKETS, bucket) or '', '^(%d+):(%d+):(%d+):(.*)$')
  return tonumber(last), tonumber(spacing), tonumber(count or '0'), ticket
end

local function set_last_release(bucket, last, spacing, count, ticket)
  redis.call('HSET', BUCKETS, bucket,
    table.concat({ digits(last), digits(spacing), digits(count), ticket }, ':'))
end

local function due(bucket)
  local last, spacing = last_release(bucket)
  local cold = value('cold') + start_delay
  return last and math.max(last + math.max(spacing, interval), cold) or cold
end

-- Tells everybody which ticket is first in line, when it is due, and the number of the last release.
local function tell(bucket)
  local head = live_head(bucket)
  local _, _, count = last_release(bucket)
  publish(table.concat({ 'head', state.generation, bucket, digits(count),
    head and parse(head).ticket or '-', digits(math.max(0, due(bucket) - now)) }, ' '))
end

-- How many starts may be used.
local function usable()
  local held_back = math.min(reserve, math.max(0, value('total') - 1))
  return value('remaining') - redis.call('ZCARD', STARTS) - held_back
end

-- Takes back the charge for a start that was not used, of whichever age.
local function give_back(ticket)
  local taken = redis.call('ZREM', STARTS, ticket, OLD .. ticket)
  if taken > 0 and state.limited == '1' and usable() > 0 and usable() - taken <= 0 then
    publish('changed') -- somebody may wait for the reset
  end
end

local function leave(ticket)
  local member = redis.call('HGET', TICKETS, ticket)
  if not member then
    give_back(ticket) -- released, but it will never be used
    return
  end
  local bucket = parse(member).bucket
  local was_head = head_of(bucket) == member
  remove(member)
  if was_head then
    tell(bucket)
  end
end

-- Removes a ticket that its process does not have any more: it left or was used, and a failover has
-- lost that.
local function stray(ticket)
  local member = redis.call('HGET', TICKETS, ticket)
  if member then
    leave(ticket)
  end
end

local function join(ticket, shard, arrival)
  local member = redis.call('HGET', TICKETS, ticket)
  if member then
    return parse(member).arrival
  end
  if redis.call('ZSCORE', STARTS, ticket) then -- told again, after it was released as the first in line
    return arrival == '0' and FRONT or arrival
  end
  if arrival == '0' then
    set('arrivals', math.max(value('arrivals') + 1, now))
    arrival = string.format('%016.0f', value('arrivals'))
  elseif tonumber(arrival) > value('arrivals') then
    set('arrivals', tonumber(arrival))
  end
  add(bucket_of(shard), arrival, ticket, shard)
  return arrival
end

-- A release that came too late to be used: the slot is spent, but not the start, and the ticket goes
-- next. Which release is meant tells its moment, as the ticket may have been released anew.
local function void(ticket, shard, arrival, moment)
  local released = redis.call('ZSCORE', STARTS, ticket)
  if not released or tonumber(released) == moment then
    give_back(ticket)
    join(ticket, shard, arrival)
  end
end

-- The budget follows LargeBotQueue's: a reading is good until the limit resets; starts that it may
-- have missed are subtracted from it, as are those made since.

local RESETLESS_GOOD = 60 * SECOND
local MAX_BACKOFF = 60 * SECOND
local MAX_READING = 60 * SECOND

local function shorten_if_uncertain()
  local left = usable()
  if left <= 0 and left + value('uncounted') > 0 and now + settling < value('good_until') then
    set('good_until', now + settling)
  end
end

local function retry_later()
  local failures = value('failures')
  local backoff = math.min(MAX_BACKOFF, SECOND * 2 ^ math.min(failures, 6))
  set('failures', failures + 1)
  set('retry', now + backoff - math.floor(random * backoff / 2))
end

-- Returns nil if a start may be had; otherwise the kind of answer, and a time or a reading's number.
local function refusal()
  if state.limited ~= '1' then
    return nil
  end
  if now < value('good_until') then
    if usable() > 0 then
      return nil
    end
    return EXHAUSTED, value('good_until') - now
  end
  if value('reading') > 0 and redis.call('ZSCORE', LEASES, state.reader or '') then
    if state.reader == process then -- it may not have heard that it is to read, or is still at it
      return READ, value('reading')
    end
    if now < value('reading') + MAX_READING then
      return NO_LIMIT, value('reading') + MAX_READING - now
    end
  end
  if value('failures') > 0 and now < value('retry') then
    return NO_LIMIT, value('retry') - now
  end
  if source ~= '1' then
    return NO_LIMIT, lease / 3
  end
  set('reading', math.max(now, value('reading') + 1))
  set('reader', process)
  return READ, value('reading')
end

local function greatest_common_divisor(a, b)
  while b > 0 do
    a, b = b, a % b
  end
  return a
end

-- A new bucket takes over the last release of all old ones that it has shards of.
local function resize(count)
  local old = concurrency()
  if count == old then
    return
  end
  local members = redis.call('ZRANGE', LINE, 0, -1)
  local common = greatest_common_divisor(count, old)
  local lasts = {}
  for bucket = 0, old - 1 do
    local last, spacing, released = last_release(bucket)
    if last then
      local known = lasts[bucket % common] or { last = 0, spacing = 0, count = 0 }
      known.last = math.max(known.last, last)
      known.spacing = math.max(known.spacing, spacing)
      known.count = math.max(known.count, released)
      lasts[bucket % common] = known
    end
  end
  redis.call('DEL', LINE, BUCKETS)
  set('concurrency', count)
  next_generation()
  for bucket = 0, count - 1 do
    local known = lasts[bucket % common]
    if known then
      set_last_release(bucket, known.last, known.spacing, known.count, '')
    end
  end
  for _, member in ipairs(members) do
    local ticket = parse(member)
    add(bucket_of(ticket.shard), ticket.arrival, ticket.ticket, ticket.shard)
  end
end

-- Whether a reading counts: the one under way does, and an older one that took its time, unless one
-- that was asked for later was there before it, or the store became cold and may have lost starts.
local function counts(asked)
  return asked == value('reading') or asked > value('overtaken') and asked >= value('cold')
end

local function accept(asked, total, remaining, reset_after, count)
  local reset, slack = value('reset'), value('slack')
  local next_reset = now + reset_after
  if state.resets == '1' and reset <= asked and next_reset - reset > slack then
    redis.call('ZREMRANGEBYSCORE', STARTS, '-inf', '(' .. digits(reset - slack))
  end
  redis.call('ZREMRANGEBYSCORE', STARTS, '-inf', '(' .. digits(asked - settling - lease * 0.6))
  resize(count)
  set('overtaken', math.max(value('overtaken'), asked))
  set('reading', 0)
  set('total', total)
  set('remaining', remaining)
  set('uncounted', math.min(redis.call('ZCARD', STARTS), remaining))
  set('resets', reset_after > 0 and 1 or 0)
  set('reset', next_reset)
  set('slack', math.max(slack, now - asked + math.min(reset_after / 10, settling)))
  set('good_until', next_reset)
  if reset_after > 0 then
    set('failures', 0)
  elseif usable() + redis.call('ZCARD', STARTS) > 0 then
    set('failures', 0)
    set('good_until', now + RESETLESS_GOOD)
  else
    retry_later() -- nothing left, and no moment to wait for
  end
  shorten_if_uncertain()
end

local function release(bucket, head)
  local _, _, count = last_release(bucket)
  remove(head)
  redis.call('ZADD', STARTS, digits(now), parse(head).ticket)
  set_last_release(bucket, now, interval, count + 1, parse(head).ticket)
  if state.limited == '1' then
    shorten_if_uncertain()
  else
    redis.call('ZREMRANGEBYSCORE', STARTS, '-inf', '(' .. digits(now - 60 * SECOND))
  end
  tell(bucket)
end

-- The answer to who asked for a ticket before, and got none.
local function answer_again(ticket, shard)
  local released = tonumber(redis.call('ZSCORE', STARTS, ticket) or '0')
  if released == 0 then
    return { UNKNOWN, 0 }
  end
  local _, _, count, last_ticket = last_release(bucket_of(shard))
  return { RELEASED, now - released, last_ticket == ticket and count or 0, released }
end

local function ask(ticket, shard)
  local member = redis.call('HGET', TICKETS, ticket)
  if not member then
    return answer_again(ticket, shard)
  end
  local bucket = parse(member).bucket
  local first = head_of(bucket)
  local head = live_head(bucket)
  if head ~= member then
    if head ~= first or now >= due(bucket) then -- its process may know nothing of it: see stray
      tell(bucket)
    end
    local holder = redis.call('ZSCORE', LEASES, parse(head).process)
    local owner, own_number = string.match(parse(head).ticket, '^([^.]+)%.(%d+)$')
    return { BEHIND, math.max(1, tonumber(holder or '0') - now),
      owner == process and tonumber(own_number) or 0 }
  end
  if now < due(bucket) then
    return { WAIT, due(bucket) - now }
  end
  local kind, detail = refusal()
  if kind then
    return { kind, detail }
  end
  local _, _, count = last_release(bucket)
  release(bucket, head)
  return { RELEASED, 0, count + 1, now }
end

-- What the process tells.

local joined, answers = {}, {}

for _ = 1, number() do
  stray(text())
end
for _ = 1, number() do
  local ticket, shard, arrival, moment = text(), text(), text(), number()
  void(ticket, shard, arrival, moment)
end
for _ = 1, number() do
  leave(text())
end
for i = 1, number() do
  local ticket, shard, arrival = text(), text(), text()
  joined[i] = join(ticket, shard, arrival)
end
do
  local reading = number()
  if reading > 0 then
    local total, remaining, reset_after, count = number(), number(), number(), number()
    if total >= 0 and counts(reading) then
      accept(reading, total, remaining, reset_after, count)
      publish('changed')
    elseif total < 0 and reading == value('reading') then
      retry_later()
      set('reading', 0)
      publish('changed')
    end
  end
end
for i = 1, number() do
  local ticket, shard = text(), text()
  answers[i] = ask(ticket, shard)
end
local reading_wanted = 0
local refresh = text() == '1' or redis.call('ZCARD', LINE) > 0 -- those in line may have no source
if refresh and source == '1' and now >= value('cold') + start_delay then
  local kind, detail = refusal()
  reading_wanted = kind == READ and detail or 0
end
if text() == '1' then -- it closes
  redis.call('ZREM', LEASES, process)
  redis.call('HDEL', STATE, 'sequence:' .. process)
  for bucket = 0, concurrency() - 1 do
    local head = head_of(bucket)
    if head and parse(head).process == process then
      tell(bucket)
    end
  end
end

-- The number of each bucket's last release, for who does not know that the buckets changed.
local counts = {}
if known_generation ~= state.generation then
  for bucket = 0, concurrency() - 1 do
    local _, _, count = last_release(bucket)
    if count > 0 then
      counts[#counts + 1] = bucket
      counts[#counts + 1] = count
    end
  end
end

local limit = {}
if state.limited == '1' and state.total then
  limit = { value('total'), math.max(0, value('remaining') - redis.call('ZCARD', STARTS)),
    math.max(0, value('reset') - now) }
end

return { value('generation'), value('cold'), concurrency(), counts, joined, answers, limit,
  reading_wanted, sequence }
