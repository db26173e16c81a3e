-- The queue of one chat. Fields of its hash:
--   [t<when 12>]<priority 1><seq 12><end 12>[<collapse 8 bytes>]   a delivery
--   L   token 8, until 8, field of the delivery that is leased
--   N   nothing goes before this time (ms)
--   H   held: nothing goes before the chat writes
--   P   the queue is sent, not fetched: what has ended stays SLACK longer, to be settled
--   T   <tat µs> <every µs> <burst>: the pace
-- Numbers in names are hexadecimal. A delivery's value is its time of saving
-- (8 bytes) and record.EncodeDelivery without sequence, time and end.
--
-- What is written to a queue is gathered in it and sent by flush: most queues
-- hold one message, and a script costs what it calls.

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

local function empty(key)
  return { key = key, list = {}, gone = {}, puts = {}, put = 0, top = 0, until_ = 0, go = 0, N = 0, any = false }
end

-- open reads a queue. What is over is in gone, not in the list.
local function open(key, now)
  local q, all = empty(key), {}
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
  q.N = tonumber(q.N)
  if q.T then
    local tat, every, burst = q.T:match('^(%d+) (%d+) (%d+)$')
    q.tat, q.every, q.burst = tonumber(tat), tonumber(every), tonumber(burst)
    if q.every > 0 then q.go = math.ceil((q.tat - (q.burst - 1) * q.every) / 1000) end
  end
  return q
end

local function put(q, field, value)
  if not q.puts[field] then q.put = q.put + 1 end
  q.puts[field] = value
end

local function remove(q, field)
  if q.puts[field] then
    q.puts[field] = nil
    q.put = q.put - 1
  end
  q.gone[#q.gone + 1] = field
end

local function value(q, field) return q.puts[field] or redis.call('HGET', q.key, field) end

-- chunks calls a command with a long list of words, some at a time.
local function chunks(command, key, words)
  for i = 1, #words, 1000 do
    redis.call(command, key, unpack(words, i, math.min(i + 999, #words)))
  end
end

-- flush writes what was gathered; ms, if given, is how long the queue must live.
local function flush(q, ms)
  if #q.gone > 0 then chunks('HDEL', q.key, q.gone) end
  if q.put > 0 then
    local words = {}
    for field, v in pairs(q.puts) do
      words[#words + 1] = field
      words[#words + 1] = v
    end
    chunks('HSET', q.key, words)
  end
  q.gone, q.puts, q.put = {}, {}, 0
  if ms and q.any then
    keep(q.key, ms)
  elseif ms then
    redis.call('PEXPIRE', q.key, px(ms))
  end
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
  remove(q, gone.field)
  for i, d in ipairs(q.list) do
    if d == gone then return table.remove(q.list, i) end
  end
end

local function putPace(q) put(q, 'T', string.format('%.0f %.0f %.0f', q.tat, q.every, q.burst)) end

-- bound says which pace holds from now on; 0: none.
local function bound(q, every, burst)
  if not q.tat or every == q.every and burst == q.burst then return end
  q.every, q.burst, q.go = every, burst, 0
  if every > 0 then q.go = math.ceil((q.tat - (burst - 1) * every) / 1000) end
  putPace(q)
end

-- spend counts one message against the pace.
local function spend(q, us, every, burst)
  if every == 0 then return end
  q.tat, q.every, q.burst = math.max(q.tat or 0, us) + every, every, burst
  q.go = math.ceil((q.tat - (burst - 1) * every) / 1000)
  putPace(q)
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
local function barred(v, cases, now)
  local n = v:byte(23)
  if n == 0 then return 0 end
  local case = redis.call('HGET', cases, v:sub(24, 23 + n))
  if case and from64(case, 18) > now and case:sub(2, 9) == v:sub(24 + n, 31 + n) then return 0 end
  return 1
end

-- told is what the holder of a lease is told: {field, value, barred}.
local function told(q, d, cases, now)
  local v = value(q, d.field)
  return { d.field, v, barred(v, cases, now) }
end

-- free ends the lease, if there is one.
local function free(q)
  if q.L then remove(q, 'L') end
  q.L, q.token, q.leased, q.until_ = nil, nil, nil, 0
end

-- lapse ends a lease that ran out: its delivery may have been sent.
local function lapse(q)
  local d = q.leased and byField(q, q.leased)
  if d then
    local v = value(q, d.field)
    put(q, d.field, v:sub(1, 19) .. string.char(math.min(v:byte(20) + 1, 255)) .. v:sub(21))
  end
  free(q)
end

-- lease gives d to the holder of token; the caller has not flushed yet.
local function lease(q, d, token, due, name, now)
  for i, field in ipairs(q.gone) do -- the one before has just been freed
    if field == 'L' then table.remove(q.gone, i) break end
  end
  q.L, q.token, q.leased, q.until_ = true, token, d.field, now + LEASE
  put(q, 'L', token .. u64(q.until_) .. d.field)
  redis.call('ZADD', due, int(q.until_), name)
end

-- arm says when the queue is due. It flushes: ms is as there.
local function arm(q, due, name, now, us, ms)
  if #q.list == 0 then
    redis.call('ZREM', due, name)
    if q.any then redis.call('DEL', q.key) end
    if q.tat and q.tat > us then
      redis.call('HSET', q.key, 'T', string.format('%.0f %.0f %.0f', q.tat, q.every, q.burst))
      redis.call('PEXPIRE', q.key, px((q.tat - us) / 1000))
    end
    return
  end
  flush(q, ms)
  if q.H then
    redis.call('ZREM', due, name)
    return
  end
  if q.until_ > now then return end
  local d, at = ready(q, now)
  if d then
    at = now - (d.person and BOOST or 0)
    at = math.min(at, tonumber(redis.call('ZSCORE', due, name) or at))
  end
  redis.call('ZADD', due, int(at), name)
  keep(due, ms or redis.call('PTTL', q.key), DAY)
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
