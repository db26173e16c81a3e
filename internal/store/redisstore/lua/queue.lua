-- The queue of one chat. Fields of its hash:
--   [t<when 12>]<priority 1><seq 12><end 12>[k][<collapse 8 bytes>]   a delivery; k: somebody is told how it ends
--   L   token 8, until 8, field of the delivery that is leased
--   N   nothing goes before this time (ms)
--   H   held: nothing goes before the chat writes
--   W   the window, record.Window: format 1, since 8, sent 4, free 8, free messages 4, total 8
--   P   the queue is sent, not fetched: what has ended stays SLACK longer, to be settled
--   T   <tat µs> <every µs> <burst>: the pace
-- A delivery that was told that it waits until the chat writes is put off until its end.
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
  local tracked = #base % 8 == 2
  return {
    field = field, base = base, when = when, rank = base:sub(1, 13), person = base:byte(1) == 48, tracked = tracked,
    seq = tonumber(base:sub(2, 13), 16), ends = tonumber(base:sub(14, 25), 16), collapse = base:sub(tracked and 27 or 26),
  }
end

local function empty(key)
  return { key = key, list = {}, gone = {}, puts = {}, put = 0, top = 0, until_ = 0, go = 0, N = 0, any = false }
end

-- knows tells whether it is known of a queue with a window when the chat wrote.
local function knows(q, now) return q.W and q.since > 0 and q.since + q.total > now end

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
  if q.W then
    q.since, q.sent, q.free, q.most, q.total = struct.unpack('>I8I4I8I4I8', q.W, 2)
    if #q.list == 0 and not knows(q, now) then
      q.W = nil
      q.gone[#q.gone + 1] = 'W'
    end
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

local function packWindow(q) return FORMAT .. struct.pack('>I8I4I8I4I8', q.since, q.sent, q.free, q.most, q.total) end

local function putWindow(q)
  q.W = packWindow(q)
  put(q, 'W', q.W)
end

-- window says what the channel lets through from now on; a total of 0 says nothing.
local function window(q, free, most, total)
  if total == 0 or q.W and q.free == free and q.most == most and q.total == total then return end
  if not q.W then q.since, q.sent = 0, 0 end
  q.free, q.most, q.total = free, most, total
  putWindow(q)
end

-- use counts messages that were sent since the chat wrote; left, if any, is how many are free yet.
local function use(q, messages, left)
  if not q.W or q.since == 0 or messages == 0 and not left then return end
  q.sent = math.min(q.sent + messages, 2147483647)
  if left and q.most > 0 then q.sent = math.max(0, q.most - left) end
  putWindow(q)
end

-- shut tells whether a delivery is not to be sent at that time before the chat writes.
local function shut(q, d, at)
  if q.H then return true end
  if not q.W then return false end
  if q.since == 0 or at >= q.since + q.total then return true end
  return not d.person and (at >= q.since + q.free or q.most > 0 and q.sent >= q.most)
end

-- delay puts a delivery off until then; 0: not any longer.
local function delay(q, d, when)
  local v = value(q, d.field)
  remove(q, d.field)
  d.when, d.field = when, (when > 0 and 't' .. hex(when) or '') .. d.base
  put(q, d.field, v)
end

-- wrote notes that the chat itself wrote: all that waited for that may go.
local function wrote(q, now)
  if q.H then
    remove(q, 'H')
    q.H = nil
  end
  if q.W then
    q.since, q.sent = now, 0
    putWindow(q)
  end
  for _, d in ipairs(q.list) do
    if d.when == d.ends and d.field ~= q.leased then delay(q, d, 0) end
  end
end

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

-- opens tells from when on a delivery may be leased: to be sent, to tell that it waits until the
-- chat writes, or when its end has come.
local function opens(q, d, now)
  if d.when < d.ends and not d.tracked and shut(q, d, math.max(now, d.when)) then return d.ends end
  return d.when
end

-- ready returns the delivery that may be leased at now, or nil and when one may;
-- twice nil if none is waiting.
local function ready(q, now)
  local best, soon
  for _, d in ipairs(q.list) do
    local from = opens(q, d, now)
    if from > now then
      if not soon or from < soon then soon = from end
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

-- told is what the holder of a lease is told: {field, value, flags}; the flags are 1: barred,
-- 2: over, 4: shut.
local function told(q, d, cases, now)
  local v = value(q, d.field)
  local flags = barred(v, cases, now)
  if d.ends <= now then
    flags = flags + 2
  elseif shut(q, d, now) then
    flags = flags + 4
  end
  return { d.field, v, flags }
end

-- post writes a letter, due at once.
local function post(letters, work, id, letter, now)
  redis.call('HSET', letters, id, u64(now) .. '\0\0' .. letter)
  redis.call('ZADD', work, int(now), 'l' .. id)
end

-- posted keeps letters and their index for as long as they are tried.
local function posted(letters, work)
  keep(letters, KEEP_LETTERS, DAY)
  keep(work, KEEP_LETTERS, DAY)
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
    local left = 0
    if q.tat and q.tat > us then
      redis.call('HSET', q.key, 'T', string.format('%.0f %.0f %.0f', q.tat, q.every, q.burst))
      left = (q.tat - us) / 1000
    end
    if knows(q, now) then
      redis.call('HSET', q.key, 'W', packWindow(q))
      left = math.max(left, q.since + q.total - now)
    end
    if left > 0 then redis.call('PEXPIRE', q.key, px(left)) end
    return
  end
  flush(q, ms)
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
