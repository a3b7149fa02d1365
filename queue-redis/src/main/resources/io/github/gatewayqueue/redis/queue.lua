#!lua flags=allow-oom
-- One step of a process's conversation with the store: docs/redis-protocol.md says what each part
-- is for. Every part may be told again after its answer was lost.

local STATE, HOLDS, USES, STARTS, LEASES, PROCESSES =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local PREFIX = string.match(KEYS[1], '^(.*)state$')
local VERSION = '3'
local SECOND = 1000000
local MAX_DROPPED = 500
local REMEMBERED = 3600 * SECOND
local NOBODY = '-' -- a member of no meaning: a key that has vanished is not taken for an empty one

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

local channel, process = text(), text()
local sequence, confirmed = number(), number()
local interval, start_delay, lease, settling, max_age, reserve =
  number(), number(), number(), number(), number(), number()
local brakes = text() == '1' -- whether a shard that starts again and again waits before it joins
local source = text() -- of the limit: 0 if it has none, 1 if it has one, 2 if that one is at it

local state, changed = {}, {}
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
  changed[name] = state[name]
end

local function is_limited()
  return state.limited == '1'
end

local function concurrency()
  return math.max(value('concurrency'), 1)
end

local function line_of(bucket)
  return PREFIX .. 'line:' .. bucket
end

local function publish(message)
  redis.call('PUBLISH', channel, message)
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * SECOND + tonumber(time[2])

-- Cold: the store cannot know what was released last.

local rejoin = false -- whether the process is to join with all its tickets once more
local begun -- the step with which its lease, or the lines, began
local seen_lines = {} -- buckets whose line is known not to have vanished

-- How many starts are held.
local function holds()
  return math.max(0, redis.call('HLEN', HOLDS) - 1)
end

-- How many starts there were, and are held, that the last reading may not know of.
local function charges()
  return math.max(0, redis.call('ZCARD', STARTS) - 1) + holds() + value('old')
end

local function forget_lines()
  for bucket = 0, concurrency() - 1 do
    redis.call('UNLINK', line_of(bucket))
  end
  redis.call('UNLINK', HOLDS, USES)
  redis.call('HSET', HOLDS, NOBODY, '')
  redis.call('HSET', USES, NOBODY, '')
  set('generation', math.max(value('generation') + 1, now))
  rejoin, begun = true, sequence
  seen_lines = {}
  publish('changed')
end

-- A process that gets none of its answers cannot use a start, but would never let go of one: it has
-- no lease once it has heard nothing for that long.
local heard, mute = now, false

local function renew_lease()
  redis.call('ZADD', LEASES, digits(mute and now - 1 or now + lease), process)
end

-- Some servers have no such command, or do not tell all with it.
local function info(section, field)
  local told = redis.pcall('INFO', section)
  if type(told) == 'table' and not string.find(told.err, 'Unknown', 1, true) then
    error(told)
  end
  return type(told) == 'string' and string.match(told, field .. ':(%w+)')
end

local function server()
  return info('server', 'run_id') or info('replication', 'master_replid') or 'unknown'
end

local function begin_cold()
  redis.call('HDEL', STATE, 'run') -- until all is written: a step that fails half-way is cold again
  if now < value('seen') then -- or nobody would ask until the clock has caught up
    set('not_before', math.max(0, value('not_before') - (value('seen') - now)))
  end
  set('run', server())
  set('version', VERSION)
  set('cold', now)
  set('quiet', now + start_delay)
  set('settled', now + start_delay)
  set('old', charges())
  set('good_until', 0)
  set('reading', 0)
  set('asked', 0)
  redis.call('UNLINK', STARTS, LEASES, PROCESSES)
  redis.call('ZADD', STARTS, '+inf', NOBODY)
  redis.call('ZADD', LEASES, '+inf', NOBODY)
  redis.call('HSET', PROCESSES, NOBODY, '')
  forget_lines()
  renew_lease()
end

-- The last step of this process, the one that its lease began with, the generation then, and the
-- moment of the last one that it took having all answers.
local function last_step()
  local last, begun, generation, heard_then =
    string.match(redis.call('HGET', PROCESSES, process) or '', '^(%d+):(%d+):(%d+):(%d+)$')
  return tonumber(last), tonumber(begun), generation, tonumber(heard_then)
end

if state.version and state.version ~= VERSION then
  if #redis.call('ZRANGEBYSCORE', LEASES, digits(now), '(+inf', 'LIMIT', 0, 1) > 0 then
    return redis.error_reply('GATEWAYQUEUE there are processes of protocol version '
      .. state.version .. ', and those of version ' .. VERSION .. ' wait until they have gone')
  end
  redis.call('UNLINK', unpack(KEYS))
  state = {}
end

do
  local last = last_step()
  if last and sequence < last then -- it was given up, and is executed all the same
    return redis.error_reply('GATEWAYQUEUE a later step of this process was executed before')
  end
  local run = server()
  local jump = math.abs(now - value('seen'))
  if state.run ~= run or jump > lease * 0.6 or last and last < confirmed
    or redis.call('EXISTS', HOLDS, USES, STARTS, LEASES, PROCESSES) < 5 then
    begin_cold()
  elseif now < value('seen') then
    now = value('seen')
  end
  set('seen', now)
end

-- Steps that were given up may come long after a lease: their process is remembered for longer.
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf',
  '(' .. digits(now - REMEMBERED), 'LIMIT', 0, 100)) do
  redis.call('ZREM', LEASES, dead)
  redis.call('HDEL', PROCESSES, dead)
end

-- Returns for how long the lease of a process lasts, or nil.
local function lease_left(holder)
  local ends = tonumber(redis.call('ZSCORE', LEASES, holder) or '0')
  return ends >= now and math.max(1, ends - now) or nil
end

do
  local last, known, generation, heard_then = last_step()
  heard = last and confirmed < last and math.min(heard_then, now) or now
  mute = now - heard >= lease
  local lasts = last and not mute and lease_left(process) and generation == state.generation
  begun = lasts and known or sequence
  rejoin = rejoin or confirmed < begun
end
renew_lease()

if source ~= '0' and not is_limited() then
  set('limited', 1)
  set('concurrency', 1)
end

-- The lines: members are ticket:shard, scores are arrivals.

-- The remainder of a number of more digits than a Lua number holds.
local function bucket_of(shard)
  local remainder = 0
  for digit in string.gmatch(shard, '%d') do
    remainder = (remainder * 10 + tonumber(digit)) % concurrency()
  end
  return remainder
end

local function owner_of(member)
  return string.match(member, '^[^.]+')
end

-- Returns the key of a bucket's line, which there is from its first join on.
local function line(bucket)
  if not seen_lines[bucket] then
    seen_lines[bucket] = true
    if redis.call('HSETNX', USES, 'line:' .. bucket, '') == 1 then
      redis.call('UNLINK', line_of(bucket)) -- of more buckets than are known, if the state was lost
      redis.call('ZADD', line_of(bucket), '+inf', NOBODY)
    elseif redis.call('EXISTS', line_of(bucket)) == 0 then
      begin_cold()
      return line(bucket)
    end
  end
  return line_of(bucket)
end

local function head_of(bucket)
  local head = redis.call('ZRANGE', line(bucket), 0, 0)[1]
  return head ~= NOBODY and head or nil
end

-- A bucket's last start that was used: its moment, 0 for none, and the interval.
local function last_use(bucket)
  local moment, spacing = string.match(redis.call('HGET', USES, bucket) or '', '^(%d+):(%d+)')
  return tonumber(moment or '0'), tonumber(spacing or '0')
end

local function due(bucket)
  local last, spacing = last_use(bucket)
  return math.max(last + math.max(spacing, interval), value('quiet'))
end

-- A bucket's hold as member, and the moment, the interval and the arrival of its release; or nil.
local function hold_of(bucket)
  local moment, spacing, arrival, member =
    string.match(redis.call('HGET', HOLDS, bucket) or '', '^(%d+):(%d+):(%d+):(.+)$')
  return member, tonumber(moment), tonumber(spacing), arrival
end

-- Tells everybody of the last use, how long ago it was by its process, and who is next or holds.
local function tell(bucket, age)
  publish(table.concat({ 'head', state.generation, bucket, digits((last_use(bucket))),
    digits(age), hold_of(bucket) or head_of(bucket) or NOBODY,
    digits(math.max(0, due(bucket) - now)) }, ' '))
end

-- The brake: of each shard how many starts are remembered, how many of them had to wait, for how many
-- that was told, the moments of the last ones, the ticket that was told last, and when the pause ends
-- that has begun since the last start. The numbers are LargeBotQueue's.

local BRAKE = PREFIX .. 'brake'
local LOOP, WITHIN = 5, 600 * SECOND
local FIRST_PAUSE, LONGEST_PAUSE = 5 * SECOND, 900 * SECOND
local FORGOTTEN = 3600 * SECOND

local function starts_of(shard)
  local count, waited, told, moments, teller, joins =
    string.match(redis.call('HGET', BRAKE, shard) or '',
      '^(%d+):(%d+):(%d+):([%d,]+):?([^:]*):?(%d*)$')
  local starts = { count = tonumber(count), waited = tonumber(waited), told = tonumber(told),
    teller = teller, joins = tonumber(joins) }
  for moment in string.gmatch(moments or '', '%d+') do
    starts[#starts + 1] = tonumber(moment)
  end
  local last = starts[#starts]
  if not last or last > now or now - last >= FORGOTTEN then
    starts = { count = 0, waited = 0, told = 0 }
  end
  starts.loops = starts.waited > 0 or #starts == LOOP - 1 and now - starts[1] < WITHIN
  return starts
end

local function remember(shard, starts)
  local moments = {}
  for i, moment in ipairs(starts) do
    moments[i] = digits(moment)
  end
  redis.call('HSET', BRAKE, shard,
    table.concat({ starts.count, starts.waited, starts.told, table.concat(moments, ','),
      starts.teller or '', starts.joins and digits(starts.joins) or '' }, ':'))
  redis.call('PEXPIRE', BRAKE, FORGOTTEN / 1000) -- or what nobody wants to know any more would stay
end

local function note_start(shard)
  local starts = starts_of(shard)
  starts.waited = starts.waited + (starts.loops and 1 or 0)
  starts.count = starts.count + 1
  starts[#starts + 1] = now
  if #starts == LOOP then
    table.remove(starts, 1)
  end
  starts.joins = nil
  remember(shard, starts)
end

local pauses = {} -- of each that waits: which join, how long, how many starts, and whether that is new

-- Has a shard wait before it joins, if it starts again and again. Returns whether it does. The first
-- ticket since its last start fixes when the pause ends: a process that gives up and asks again would
-- never get through if each ticket waited anew. One that repeats its join has lost the answer, and the
-- news with it.
local function pause(index, ticket, shard)
  local starts = starts_of(shard)
  if not starts.loops then
    return false
  end
  local step = starts.waited + 1
  local whole = math.min(FIRST_PAUSE * 2 ^ (step - 1), LONGEST_PAUSE)
  local is_first, is_news = not starts.joins, step > starts.told or starts.teller == ticket
  starts.joins = starts.joins or now + whole
  if is_news then
    starts.told, starts.teller = step, ticket
  end
  if is_first or is_news then
    remember(shard, starts)
  end
  local left = math.min(whole, starts.joins - now) -- the clock may have been set back
  if left <= 0 then
    return false
  end
  pauses[#pauses + 1] = { index - 1, left, starts.count, is_news and 1 or 0 }
  return true
end

local function charge(member)
  local ticket, shard = string.match(member, '^([^:]+):(.+)$')
  if redis.call('ZADD', STARTS, digits(now), ticket) == 1 and brakes then
    note_start(shard)
  end
end

local function use(bucket, member, moment, spacing, age)
  redis.call('HSET', USES, bucket, digits(moment) .. ':' .. digits(spacing))
  charge(member)
  tell(bucket, age)
end

-- The process died, or cannot say anything: the start may just have been used.
local function end_lost_hold(bucket)
  local member, _, spacing = hold_of(bucket)
  if member and not lease_left(owner_of(member)) then
    redis.call('HDEL', HOLDS, bucket)
    use(bucket, member, now, spacing, 0)
  end
end

local changed_heads = {} -- buckets of which everybody is to be told

-- Takes a ticket out of the line.
local function leave(bucket, member)
  changed_heads[bucket] = changed_heads[bucket] or head_of(bucket) == member
  redis.call('ZREM', line(bucket), member)
end

-- Tells everybody once more: who is waited for may know nothing of it.
local function remind(bucket)
  local told = tonumber(redis.call('HGET', USES, 'told:' .. bucket) or '0')
  if now >= told + lease / 3 then
    redis.call('HSET', USES, 'told:' .. bucket, digits(now))
    tell(bucket, 0)
  end
end

-- Returns the moment of the use, or 0 if the hold was lost.
local function used(ticket, shard, age)
  local bucket, member = bucket_of(shard), ticket .. ':' .. shard
  local holder, released, spacing = hold_of(bucket)
  local last, last_spacing = last_use(bucket)
  local held, moment = holder == member, now - age
  if held then
    moment = math.max(released, moment)
    redis.call('HDEL', HOLDS, bucket)
  else
    leave(bucket, member)
    spacing = interval
  end
  if last > moment then -- of one that had lost its hold, and said so late
    moment, spacing, age, held = last, math.max(last_spacing, spacing), 0, false
  end
  use(bucket, member, moment, spacing, age)
  return held and moment or 0
end

-- How many starts are never used.
local function held_back()
  return math.min(reserve, math.max(0, value('total') - 1))
end

-- How many starts may be used.
local function usable()
  return value('remaining') - charges() - value('missed') - held_back()
end

local function unused(ticket, shard)
  local bucket, member = bucket_of(shard), ticket .. ':' .. shard
  if hold_of(bucket) ~= member then
    leave(bucket, member)
    return
  end
  redis.call('HDEL', HOLDS, bucket)
  tell(bucket, 0)
  if is_limited() and usable() == 1 then
    publish('changed') -- somebody may wait for the reset
  end
end

-- A ticket that its process does not have any more: it was used or given up, and that was lost.
local function stray(ticket, shard)
  if hold_of(bucket_of(shard)) == ticket .. ':' .. shard then
    used(ticket, shard, 0)
  else
    unused(ticket, shard)
  end
end

local held_back_now = {} -- who was to join by this step, and has to wait first

local function join(index, ticket, shard, arrival)
  local bucket, member = bucket_of(shard), ticket .. ':' .. shard
  local place = redis.call('ZSCORE', line(bucket), member)
  if place then
    return digits(tonumber(place))
  end
  local holder, _, _, held_arrival = hold_of(bucket)
  if holder == member then
    return held_arrival
  end
  if arrival == '-1' then -- it is new, and may be held back once
    if pause(index, ticket, shard) then
      held_back_now[member] = true
      return '0'
    end
    arrival = '0'
  end
  if arrival == '0' then
    arrival = digits(math.max(value('arrivals') + 1, now))
  end
  set('arrivals', math.max(value('arrivals'), tonumber(arrival)))
  redis.call('ZADD', line(bucket), arrival, member)
  return arrival
end

-- Returns the first in line of a process that has a lease, after those before it are dropped; or nil
-- if there is none, or too many are to be dropped for one step.
local dropped = 0
local function live_head(bucket)
  while dropped < MAX_DROPPED do
    local head = head_of(bucket)
    if not head or lease_left(owner_of(head)) then
      return head
    end
    redis.call('ZREM', line(bucket), head)
    dropped = dropped + 1
  end
  return nil
end

-- The budget follows LargeBotQueue's: a reading is good until the limit resets; starts that it may
-- have missed are subtracted from it, as are those made since, and those that are held.

-- How many starts of a bucket Discord may not have counted when the store is cold: one a second.
local PREDECESSOR_STARTS = 10
local RESETLESS_GOOD = 60 * SECOND
local MAX_READING = 60 * SECOND
local LONGEST_RENEWAL = 30 * SECOND
local YOUNG = math.min(max_age, 30 * SECOND) -- so old a reading is not made again, but for tests

-- How many starts the last reading may or may not have counted.
local function uncertain()
  return value('uncounted') + value('missed')
end

-- If what the last reading may have counted leaves no start, it is good for as long as Discord may
-- need to count. A start that is held need not be over by then: if only those make the difference,
-- the reading is good until it is no longer young.
local function shorten_if_uncertain(uncertain_holds)
  local left = usable()
  if left > 0 or left + uncertain() <= 0 then
    return
  end
  local good_until = now + settling
  if left + value('missed') > 0 then -- the starts of others, which are known a moment after this
    good_until = math.max(now, value('cold') + settling + SECOND)
  elseif left + uncertain() <= uncertain_holds then
    good_until = math.max(good_until, value('asked') + YOUNG)
  end
  if good_until < value('good_until') then
    set('good_until', good_until)
  end
end

-- Returns how long ago the last reading was asked for.
local function reading_age()
  return now - value('asked')
end

-- Returns whether the last reading tells whether there are starts. If Discord had some then, and
-- all were charged since, it does so while it is young: not all charges become starts.
local function is_good()
  local doubtful = usable() <= 0 and value('remaining') > held_back() and reading_age() >= YOUNG
  return now < value('good_until') and not doubtful
end

-- Returns for how long no start is left, or nil.
local function exhausted()
  if is_limited() and is_good() and usable() <= 0 then
    return value('good_until') - now
  end
  return nil
end

-- Has this process read the limit, unless another one does, or Discord asks to be left alone.
-- Returns the reading's number; or nil, and after what time it is worth asking again.
local function begin_reading()
  if value('reading') > 0 and now < value('reading_until') and lease_left(state.reader) then
    if state.reader == process then -- it may not have heard that it is to read, or is still at it
      return value('reading')
    end
    return nil, value('reading_until') - now
  end
  if now < value('not_before') then
    return nil, value('not_before') - now
  end
  if source ~= '1' then
    if now >= value('wanted') then
      publish('changed') -- for one that has a source
    end
    set('wanted', now + lease)
    return nil, lease / 3
  end
  set('reading', math.max(now, value('reading') + 1))
  set('reading_until', now + MAX_READING)
  set('reader', process)
  return value('reading')
end

-- Nobody has asked for so long that others may have used many starts since the last reading: the
-- next one is waited for. Returns nil if it need not be, or hangs or fails.
local function renewal()
  if reading_age() < 2 * max_age then
    return nil
  end
  local number_of_reading = begin_reading()
  local wait = value('reading_until') - MAX_READING + LONGEST_RENEWAL - now
  if value('reading') == 0 or wait <= 0 then
    return nil
  end
  return number_of_reading and READ or NO_LIMIT, number_of_reading or wait
end

-- Returns nil if a start may be had; otherwise the kind of answer, and a time or a reading's number.
local function refusal()
  if not is_limited() then
    return nil
  end
  if is_good() then
    local wait = exhausted()
    if wait then
      return EXHAUSTED, wait
    end
    return renewal()
  end
  local number_of_reading, wait = begin_reading()
  return number_of_reading and READ or NO_LIMIT, number_of_reading or wait
end

-- Other buckets: all join again, for which there are 0.4 leases. For so long, too, who holds a start
-- may use it without hearing that it is lost.
local function resize(count)
  if count == concurrency() then
    return
  end
  local last, quiet = 0, now + lease * 0.4
  for bucket = 0, concurrency() - 1 do
    local member = hold_of(bucket)
    if member then
      charge(member)
      last = quiet
    end
    last = math.max(last, (last_use(bucket)))
  end
  forget_lines()
  set('quiet', math.max(value('quiet'), quiet))
  set('concurrency', count)
  for bucket = 0, last > 0 and count - 1 or -1 do
    redis.call('HSET', USES, bucket, digits(last) .. ':' .. digits(interval))
  end
end

local function accept(asked, total, remaining, reset_after, count)
  for bucket = 0, concurrency() - 1 do
    end_lost_hold(bucket) -- or it would be charged for as long as nobody asks there
  end
  local reset, slack = value('reset'), value('slack')
  local next_reset = now + reset_after
  local counted = asked - settling - lease * 0.6 -- it knows of all before
  if state.resets == '1' and reset <= asked and next_reset - reset > slack then
    counted = math.max(counted, reset - slack)
  elseif state.resets == '1' and asked < reset - slack and value('asked') > 0
    and value('total') == total then -- what has become less was used, here or elsewhere
    local left = value('remaining') - charges() - value('missed')
    set('elsewhere', value('elsewhere') + math.max(0, left - remaining))
  end
  redis.call('ZREMRANGEBYSCORE', STARTS, '-inf', '(' .. digits(math.max(0, counted)))
  if counted > value('cold') then
    set('old', 0)
  end
  resize(count)
  set('asked', asked)
  set('reading', 0)
  set('wanted', 0)
  set('total', total)
  set('remaining', remaining)
  set('uncounted', charges())
  set('missed', asked < value('cold') + settling and PREDECESSOR_STARTS * count or 0)
  set('resets', reset_after > 0 and 1 or 0)
  set('reset', next_reset)
  set('slack', math.max(slack, now - asked + math.min(reset_after / 10, settling)))
  set('good_until', reset_after > 0 and next_reset or now + RESETLESS_GOOD)
  if asked < value('settled') then -- it may miss starts that this store does not know of
    set('good_until', math.min(value('good_until'), math.max(now, value('settled'))))
  end
  shorten_if_uncertain(holds())
end

local function release(bucket, head)
  local arrival = redis.call('ZSCORE', line(bucket), head)
  redis.call('ZREM', line(bucket), head)
  redis.call('HSET', HOLDS, bucket,
    table.concat({ digits(now), digits(interval), digits(tonumber(arrival)), head }, ':'))
  if is_limited() then
    shorten_if_uncertain(0)
  else
    local missed = math.max(60 * SECOND, settling + lease * 0.6) -- by a reading that comes now
    redis.call('ZREMRANGEBYSCORE', STARTS, '-inf', '(' .. digits(now - missed))
  end
end

-- An answer that somebody else is waited for; by name if that is another ticket of the process.
local function behind(member)
  local owner = owner_of(member)
  return BEHIND, lease_left(owner) or 1, owner == process and member or ''
end

local reading_wanted = 0

-- Returns the kind of answer; a time or a reading's number, if it has one; and whom it is behind.
local function ask(ticket, shard)
  local bucket, member = bucket_of(shard), ticket .. ':' .. shard
  end_lost_hold(bucket)
  local holder = hold_of(bucket)
  if holder == member then
    return RELEASED
  end
  if not redis.call('ZSCORE', line(bucket), member) then
    if not rejoin and not held_back_now[member] then
      begin_cold()
    end
    return UNKNOWN
  end
  if holder then
    remind(bucket)
    return behind(holder)
  end
  local head = live_head(bucket)
  if not head then -- this process has no lease itself, or the next step drops more
    return WAIT
  end
  if head ~= member then
    if now >= due(bucket) then
      remind(bucket)
    end
    return behind(head)
  end
  local kind, detail = refusal()
  if now < due(bucket) then
    reading_wanted = kind == READ and detail or reading_wanted
    return WAIT, due(bucket) - now
  end
  if not kind then
    release(bucket, head)
  end
  return kind or RELEASED, detail
end

-- What the process tells.

local used_moments, joined, answers, held = {}, {}, {}, {}

for i = 1, number() do
  local ticket, shard, age = text(), text(), number()
  used_moments[i] = used(ticket, shard, age)
end
for _ = 1, number() do
  local ticket, shard = text(), text()
  unused(ticket, shard)
end
for _ = 1, number() do
  local ticket, shard = text(), text()
  stray(ticket, shard)
end
for i = 1, number() do
  local ticket, shard, arrival = text(), text(), text()
  joined[i] = join(i, ticket, shard, arrival)
end
do
  local asked = number()
  if asked > 0 then
    local total, remaining, reset_after, count = number(), number(), number(), number()
    if asked > value('asked') and asked >= value('cold') and asked <= now then
      accept(asked, total, remaining, reset_after, count)
      publish('changed')
    end
  end
end
do
  local retry_after = number()
  if retry_after > 0 then -- Discord asks to be left alone, by all processes
    set('not_before', math.max(value('not_before'), now + retry_after))
    if state.reader == process then
      set('reading', 0)
    end
  end
end
local asks = number()
for i = 1, asks do
  local ticket, shard = text(), text()
  local kind, detail, other = ask(ticket, shard)
  answers[i] = { kind, detail or 0, (last_use(bucket_of(shard))), other or '' }
end
for i = 1, number() do
  local ticket, shard = text(), text()
  end_lost_hold(bucket_of(shard))
  held[i] = hold_of(bucket_of(shard)) == ticket .. ':' .. shard and 1 or 0
end
do -- in the background, as long as the last reading is good
  local refresh = text() -- 0, 1 if the limit is not known, 2 if it is not young
  local oldest = asks > 0 and (value('missed') > 0 and YOUNG or max_age) or nil
  if refresh == '2' or source == '1' and now < value('wanted') then
    oldest = YOUNG
  end
  local old = oldest and reading_age() >= oldest
  if is_limited() and (old or (refresh == '1' or oldest == YOUNG) and not is_good()) then
    reading_wanted = begin_reading() or reading_wanted
  end
end
if text() == '1' then -- it closes
  redis.call('ZADD', LEASES, digits(now - 1), process)
  for bucket = 0, concurrency() - 1 do
    end_lost_hold(bucket)
    local head = redis.call('HEXISTS', USES, 'line:' .. bucket) == 1 and head_of(bucket)
    if head and owner_of(head) == process then
      tell(bucket, 0)
    end
  end
end
redis.call('HSET', PROCESSES, process,
  table.concat({ digits(sequence), digits(begun), state.generation, digits(heard) }, ':'))
for bucket, has_changed in pairs(changed_heads) do
  if has_changed then
    tell(bucket, 0)
  end
end

do
  local fields = {}
  for name, whole in pairs(changed) do
    fields[#fields + 1] = name
    fields[#fields + 1] = whole
  end
  redis.call('HSET', STATE, unpack(fields))
end

-- Each bucket's last use, for who does not know of them.
local uses = {}
if rejoin then
  for bucket = 0, concurrency() - 1 do
    local last = last_use(bucket)
    if last > 0 then
      uses[#uses + 1] = bucket
      uses[#uses + 1] = last
    end
  end
end

local limit = {}
if is_limited() and state.total then
  limit = { value('total'), math.max(0, value('remaining') - charges()),
    math.max(0, value('reset') - now) }
end

-- For how long all starts are used up: not while it is uncertain whether they are.
local used_up = state.resets == '1' and value('good_until') == value('reset') and exhausted() or 0

-- What a process has to know that wants so many starts: how many may be used, and how many more may
-- be after all; how old the reading is, or -1; for how long none is made; and what others used.
local budget = { usable(), uncertain(),
  is_limited() and now < value('good_until') and reading_age() or -1,
  math.max(0, value('not_before') - now), value('elsewhere') }

return { value('generation'), value('cold'), concurrency(), rejoin and 1 or 0, uses, used_moments, joined,
  answers, held, limit, used_up, reading_wanted, budget, pauses,
  sequence }
