-- One step of one chat; see record.Save.
--
-- KEYS  1 c, 2 q, 3 k, 4 due of the lane, 5 gone; 6 work if there are letters,
--       cases or codes; 7 l if there are letters too, n of the day if there are counts; then
--       x of each case, then x of each code that Forget removes
-- ARGV  1 packed, numbers big endian: now µs 8 (0: the server's), name 16, mark 8,
--         revision 8, revision + 1 8, token 8, pace µs 8, burst 4, end of the counts ms 8, of the
--         window free ms 8, free messages 4, total ms 8 (0: nothing said), then
--         a byte each: forget, push, lease, inbound, wake; then how many of each of these, 2
--         bytes each: messages, cases, codes to forget, letters, counts
--       2 state
--       then for each message: <priority 1><tracked 1><after ms 8><keep ms 8><collapse>, value
--       for each case: <n, w or r: new, write, remove><due ms 8><end ms 8><code>, value
--       for each code to forget: code; for each letter: id, value; for each count: name
--       then the channel, if somebody is to be woken
-- Returns {outcome, revision, last sequence}, and with a lease {…, field, value, flags}, or
-- {…, i, now ms, flags} if it is that of the i-th message of this very step.
-- outcome: done, duplicate, conflict, taken; moved: the store is elsewhere; codes:
-- Forget met a code that was not named, ask again.

local asked, name, mark, expected, following, token, every, burst, countEnd, windowFree, windowMost, windowTotal, forget, push, wantsLease, inbound, wake,
  nOuts, nCases, nCodes, nLetters, nCounts = struct.unpack('>I8c16c8c8c8c8I8I4I8I8I4I8BBBBBI2I2I2I2I2', ARGV[1])
forget, push, wantsLease, inbound, wake = forget == 1, push == 1, wantsLease == 1, inbound == 1, wake == 1
local now, us = clock(asked)
local secs = math.floor(now / 1000)

local nextKey, nextArg = 6, 3
local function key(wanted)
  if not wanted then return nil end
  nextKey = nextKey + 1
  return KEYS[nextKey - 1]
end
local workKey = key(nLetters + nCases + nCodes > 0)
local lettersKey, countsKey = key(nLetters > 0), key(nCounts > 0)
local caseArgs, caseKeys = nextArg + 2 * nOuts, nextKey
local codeArgs, codeKeys = caseArgs + 2 * nCases, caseKeys + nCases
local letterArgs = codeArgs + nCodes
local countArgs = letterArgs + 2 * nLetters

local outs, cases = {}, {}
for i = 1, nOuts do
  local meta = ARGV[nextArg + 2 * i - 2]
  local priority, tracked, after, stay = struct.unpack('>BBI8I8', meta)
  outs[i] = {
    priority = priority, tracked = tracked == 1, after = after, stay = stay, collapse = meta:sub(19), value = ARGV[nextArg + 2 * i - 1],
  }
end
for i = 1, nCases do
  local meta = ARGV[caseArgs + 2 * i - 2]
  local op, due, ends = struct.unpack('>c1I8I8', meta)
  local code = meta:sub(18)
  cases[i] = { op = op, due = due, ends = ends, code = code, x = KEYS[caseKeys + i - 1], value = ARGV[caseArgs + 2 * i - 1] }
end

if redis.call('EXISTS', KEYS[5]) == 1 then return { 'moved' } end

-- What is stored, and whether this step may be done.

local chat, revision, last, marks = redis.call('GET', KEYS[1]), ZERO, 0, ''
if chat then
  local n = struct.unpack('>I4', chat, 18)
  marks = chat:sub(22, 21 + 12 * n)
  if n == 0 or struct.unpack('>I4', marks, 12 * n - 3) + KEEP_CHAT <= now / 1000 then
    marks = ''
  else
    revision, last = chat:sub(2, 9), from64(chat, 10)
  end
end

local cut = secs - KEEP_SEEN
local function taken()
  local from = 1
  while true do
    local i = marks:find(mark, from, true)
    if not i then return false end
    if (i - 1) % 12 == 0 and struct.unpack('>I4', marks, i + 8) > cut then return true end
    from = i + 1
  end
end

local queue = open(KEYS[2], now)

if taken() then
  redis.call('SETRANGE', KEYS[1], 0, chat:sub(1, 1)) -- a write, so that a WAIT behind this covers the first one too
  local answer = { 'duplicate', revision, u64(last) }
  local d = queue.token == token and byField(queue, queue.leased)
  if d then -- the answer to the first try was lost
    local given = told(queue, d, KEYS[3], now)
    answer[4], answer[5], answer[6] = given[1], given[2], given[3]
  end
  return answer
end
if revision ~= expected then return { 'conflict', revision, u64(last) } end
for _, c in ipairs(cases) do
  local owner = redis.call('GET', c.x)
  if c.op ~= 'r' and owner and owner:sub(1, 16) ~= name and from64(owner, 17) > now then
    return { 'taken', revision, u64(last) }
  end
end
if forget then
  local known = {}
  for i = 1, nCodes do known[ARGV[codeArgs + i - 1]] = true end
  for _, code in ipairs(redis.call('HKEYS', KEYS[3])) do
    if not known[code] then return { 'codes' } end
  end
end

-- From here on everything is written.

local base = math.max(last, queue.top)
if forget then
  for i = 1, nCodes do
    local x = KEYS[codeKeys + i - 1]
    local owner = redis.call('GET', x)
    if owner and owner:sub(1, 16) == name then redis.call('DEL', x) end
    redis.call('ZREM', workKey, 'k' .. name .. ARGV[codeArgs + i - 1])
  end
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('ZREM', KEYS[4], name)
  queue = empty(KEYS[2])
end

-- The chat: marks too old are left out, those from a clock ahead pulled back.
local first, behind = 1, #marks
while first <= #marks and struct.unpack('>I4', marks, first + 8) <= cut do first = first + 12 end
while behind > first and struct.unpack('>I4', marks, behind - 3) > secs do behind = behind - 12 end
local ahead = {}
for i = math.max(behind, first - 1) + 1, #marks, 12 do ahead[#ahead + 1] = marks:sub(i, i + 7) .. struct.pack('>I4', secs) end
marks = marks:sub(first, behind) .. table.concat(ahead) .. mark .. struct.pack('>I4', secs)
if #marks > 12 * SEEN_LIMIT then marks = marks:sub(-12 * SEEN_LIMIT) end
redis.call('SET', KEYS[1],
  FORMAT .. following .. u64(base + nOuts) .. struct.pack('>I4', #marks / 12) .. marks .. ARGV[2],
  'PX', px((secs + KEEP_CHAT) * 1000 - now))

-- The queue.
for _, o in ipairs(outs) do
  if o.collapse ~= '' then
    for i = #queue.list, 1, -1 do
      local d = queue.list[i]
      if d.collapse == o.collapse and d.field ~= queue.leased then drop(queue, d) end
    end
  end
end
local latest = 0
for i, o in ipairs(outs) do
  local ends = now + o.after + o.stay
  local rank = o.priority .. hex(base + i)
  local d = {
    base = rank .. hex(ends) .. (o.tracked and 'k' or '') .. o.collapse, rank = rank, when = 0, ends = ends, person = o.priority == 0,
    tracked = o.tracked, seq = base + i, collapse = o.collapse, fresh = i,
  }
  d.field = d.base
  if o.after > 0 then
    d.when = now + o.after
    d.field = 't' .. hex(d.when) .. d.base
  end
  put(queue, d.field, u64(now) .. o.value)
  queue.list[#queue.list + 1] = d
  latest = math.max(latest, ends)
end
if nOuts > 0 and push and not queue.P then put(queue, 'P', '') end
local life = nOuts > 0 and latest + (push and SLACK or 0) - now or nil

-- Cases. Those that have ended go when one is written.
if nCases > 0 then
  local all = redis.call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    if from64(all[i + 1], 18) <= now then
      redis.call('HDEL', KEYS[3], all[i])
      redis.call('ZREM', workKey, 'k' .. name .. all[i])
    end
  end
end
for _, c in ipairs(cases) do
  local member = 'k' .. name .. c.code
  redis.call('ZREM', workKey, member)
  if c.op == 'r' then
    local owner = redis.call('GET', c.x)
    if owner and owner:sub(1, 16) == name then redis.call('DEL', c.x) end
    redis.call('HDEL', KEYS[3], c.code)
  else
    redis.call('HSET', KEYS[3], c.code, c.value)
    redis.call('SET', c.x, name .. u64(c.ends), 'PX', px(c.ends - now))
    if c.due > 0 then
      redis.call('ZADD', workKey, int(c.due), member)
      keep(workKey, c.ends - now, DAY)
    end
  end
end
if nCases > 0 then
  local all, last = redis.call('HVALS', KEYS[3]), 0
  for _, v in ipairs(all) do last = math.max(last, from64(v, 18)) end
  if #all > 0 then redis.call('PEXPIRE', KEYS[3], px(last - now)) end
end

-- Letters.
for i = 1, nLetters do
  post(lettersKey, workKey, ARGV[letterArgs + 2 * i - 2], ARGV[letterArgs + 2 * i - 1], now)
end
if nLetters > 0 then posted(lettersKey, workKey) end

-- Counts.
if countEnd > now then
  for i = 1, nCounts do redis.call('HINCRBY', countsKey, ARGV[countArgs + i - 1], '1') end
  if nCounts > 0 then keep(countsKey, countEnd - now) end
end

-- Who sends, and when.
local answer = { 'done', following, u64(base + nOuts) }
if push then
  window(queue, windowFree, windowMost, windowTotal)
  if inbound then
    wrote(queue, now)
    if queue.W then life = math.max(life or 0, queue.total) end
  end
  bound(queue, every, burst)
  local d = ready(queue, now)
  if d and wantsLease and queue.until_ <= now then
    lapse(queue)
    lease(queue, d, token, KEYS[4], name, now)
    local given = told(queue, d, KEYS[3], now)
    if d.fresh then given[1], given[2] = d.fresh, now end -- the asker has all of it
    answer[4], answer[5], answer[6] = given[1], given[2], given[3]
    flush(queue, life)
    keep(KEYS[4], life or redis.call('PTTL', KEYS[2]), DAY)
  elseif queue.any or queue.W or nOuts > 0 then
    arm(queue, KEYS[4], name, now, us, life)
  end
elseif queue.any and #queue.list == 0 then
  arm(queue, KEYS[4], name, now, us)
else
  flush(queue, life)
end
if wake then redis.pcall('PUBLISH', ARGV[#ARGV], name) end
return answer
