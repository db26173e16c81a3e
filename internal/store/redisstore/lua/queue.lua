-- The queue of one chat. Fields of its hash:
--   [t<when 12>]<priority 1><seq 12><end 12>[<collapse 8 bytes>]   a delivery
--   L   token 8, until 8, field of the delivery that is leased
--   N   nothing goes before this time (ms)
--   H   held: nothing goes before the chat writes
--   P   the queue is sent, not fetched: what has ended stays SLACK longer, to be settled
--   T   <tat µs> <every µs> <burst>: the pace
-- Numbers in names are hexadecimal. A delivery's value is its time of saving
-- (8 bytes) and record.EncodeDelivery without sequence, time and end.

local function parse(field)
  local base, when = field, 0
  if field:byte(1) == 116 then
    when, base = tonumber(field:sub(2, 13), 16), field:sub(14)
  end
  return {
    field = field, base = base, when = when, rank = base:sub(1, 13), person = base:byte(1) == 48,
    seq = tonumber(base:sub(2, 13), 16), ends = tonumber(base:sub(14, 25), 16), collapse = base:sub(26),
  }
end

-- open reads a queue. What is over is in gone, not in the list.
local function open(key, now)
  local q = { key = key, list = {}, gone = {}, top = 0, until_ = 0, go = 0, any = false }
  local all = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local first = field:byte(1)
    q.any = true
    if first == 116 or first < 58 then
      all[#all + 1] = parse(field)
    elseif field == 'P' then
      q.P = true
    else
      q[field] = redis.call('HGET', key, field)
    end
  end
  local slack = q.P and SLACK or 0
  for _, d in ipairs(all) do
    if d.ends + slack <= now then
      q.gone[#q.gone + 1] = d.field
    else
      q.list[#q.list + 1] = d
      if d.seq > q.top then q.top = d.seq end
    end
  end
  if q.L then
    q.token, q.until_, q.leased = q.L:sub(1, 8), from64(q.L, 9), q.L:sub(17)
  end
  q.N = tonumber(q.N or 0)
  if q.T then
    local tat, every, burst = q.T:match('^(%d+) (%d+) (%d+)$')
    q.tat, q.every, q.burst = tonumber(tat), tonumber(every), tonumber(burst)
    if q.every > 0 then q.go = math.ceil((q.tat - (q.burst - 1) * q.every) / 1000) end
  end
  return q
end

-- prune removes what is over.
local function prune(q)
  for _, field in ipairs(q.gone) do redis.call('HDEL', q.key, field) end
  q.gone = {}
end

local function empty(key)
  return { key = key, list = {}, gone = {}, top = 0, until_ = 0, go = 0, N = 0, any = false }
end

-- find returns the delivery of that base.
local function find(q, base)
  for _, d in ipairs(q.list) do
    if d.base == base then return d end
  end
end

local function byField(q, field)
  for _, d in ipairs(q.list) do
    if d.field == field then return d end
  end
end

local function drop(q, gone)
  redis.call('HDEL', q.key, gone.field)
  for i, d in ipairs(q.list) do
    if d == gone then return table.remove(q.list, i) end
  end
end

local function writePace(q)
  redis.call('HSET', q.key, 'T', string.format('%.0f %.0f %.0f', q.tat, q.every, q.burst))
end

-- bound says which pace holds from now on; 0: none.
local function bound(q, every, burst)
  if not q.tat or every == q.every and burst == q.burst then return end
  q.every, q.burst, q.go = every, burst, 0
  if every > 0 then q.go = math.ceil((q.tat - (burst - 1) * every) / 1000) end
  writePace(q)
end

-- spend counts one message against the pace.
local function spend(q, us, every, burst)
  if every == 0 then return end
  q.tat, q.every, q.burst = math.max(q.tat or 0, us) + every, every, burst
  q.go = math.ceil((q.tat - (burst - 1) * every) / 1000)
  writePace(q)
end

-- ready returns the delivery that may go at now, or nil and when one may;
-- twice nil if none is waiting.
local function ready(q, now)
  local best, soon
  for _, d in ipairs(q.list) do
    if d.when > now then
      if not soon or d.when < soon then soon = d.when end
    elseif not best or d.rank < best.rank then
      best = d
    end
  end
  local at = best and now or soon
  if not at then return nil, nil end
  at = math.max(at, q.N, q.go)
  if best and at <= now then return best, now end
  return nil, at
end

-- barred tells whether the guard of a stored delivery no longer holds.
local function barred(value, cases, now)
  local n = value:byte(23)
  if n == 0 then return 0 end
  local case = redis.call('HGET', cases, value:sub(24, 23 + n))
  if case and from64(case, 18) > now and case:sub(2, 9) == value:sub(24 + n, 31 + n) then return 0 end
  return 1
end

-- free ends the lease, if there is one.
local function free(q)
  if q.L then redis.call('HDEL', q.key, 'L') end
  q.L, q.token, q.leased, q.until_ = nil, nil, nil, 0
end

-- lapse ends a lease that ran out: its delivery may have been sent.
local function lapse(q)
  local d = q.leased and byField(q, q.leased)
  if d then
    local v = redis.call('HGET', q.key, d.field)
    local n = math.min(v:byte(20) + 1, 255)
    redis.call('HSET', q.key, d.field, v:sub(1, 19) .. string.char(n) .. v:sub(21))
  end
  free(q)
end

-- lease gives d to the holder of token: {field, value, barred}.
local function lease(q, d, token, due, name, cases, now)
  local ends = now + LEASE
  q.L, q.token, q.leased, q.until_ = true, token, d.field, ends
  redis.call('HSET', q.key, 'L', token .. u64(ends) .. d.field)
  redis.call('ZADD', due, ends, name)
  local value = redis.call('HGET', q.key, d.field)
  return { d.field, value, barred(value, cases, now) }
end

-- arm says when the queue is due, and removes its state when nothing waits in it.
local function arm(q, due, name, now, us)
  if #q.list == 0 then
    redis.call('ZREM', due, name)
    if not q.any then return end
    redis.call('DEL', q.key)
    if q.tat and q.tat > us then
      writePace(q)
      redis.call('PEXPIRE', q.key, px((q.tat - us) / 1000))
    end
    return
  end
  if q.H then
    redis.call('ZREM', due, name)
    return
  end
  if q.until_ > now then return end
  local d, at = ready(q, now)
  if d then
    at = now - (d.person and BOOST or 0)
    local old = tonumber(redis.call('ZSCORE', due, name) or at)
    at = math.min(at, old)
  end
  redis.call('ZADD', due, at, name)
  keep(due, redis.call('PTTL', q.key), DAY)
end

-- lastOf returns the last sequence given out in the chat's present life, or nil.
local function lastOf(key, now)
  local head = redis.call('GETRANGE', key, 0, 20)
  if #head < 21 then return nil end
  local n = struct.unpack('>I4', head, 18)
  local at = redis.call('GETRANGE', key, 17 + 12 * n, 20 + 12 * n)
  if n == 0 or struct.unpack('>I4', at) + KEEP_CHAT <= now / 1000 then return nil end
  return from64(head, 10)
end
