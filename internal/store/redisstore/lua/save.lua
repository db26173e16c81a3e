-- One step of one chat; see record.Save.
--
-- KEYS  1 c, 2 q, 3 k, 4 due of the lane, 5 l, 6 work, 7 n of the day, 8 gone,
--       9… x of each case, then x of each code that Forget removes
-- ARGV  1 now µs (0: the server's)  2 name  3 mark  4 revision  5 revision + 1  6 state
--       7 flags: f forget, p push, l lease, i inbound  8 pace µs  9 burst
--       10 token  11 channel to wake, or ''
--       12 number of messages, each: priority, after ms, keep ms, collapse, value
--       then number of cases, each: n, w or r (new, write, remove), code, due ms, end ms, value
--       then number of codes to forget, each: code
--       then number of letters, each: id, value
--       then end of the day's counts ms, number of counters, each: name, by
-- Returns {outcome, revision, last sequence, field, value, barred}, the last three
-- with a lease only. outcome: done, duplicate, conflict, taken; moved: the store
-- is elsewhere; codes: Forget met a code that was not named, ask again.

local now, us = clock(ARGV[1])
local secs = math.floor(now / 1000)
local name, mark, flags, token = ARGV[2], ARGV[3], ARGV[7], ARGV[10]
local every, burst = tonumber(ARGV[8]), tonumber(ARGV[9])
local forget, push = flags:find('f', 1, true), flags:find('p', 1, true)

local at = 11
local function take()
  at = at + 1
  return ARGV[at]
end
local function list(width)
  local all = {}
  for i = 1, tonumber(take()) do
    local one = {}
    for j = 1, width do one[j] = take() end
    all[i] = one
  end
  return all
end
local outs, cases, codes, letters = list(5), list(5), list(1), list(2)
local countEnd = tonumber(take())
local counters = list(2)

if redis.call('EXISTS', KEYS[8]) == 1 then return { 'moved' } end

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
    answer[4], answer[5] = d.field, redis.call('HGET', KEYS[2], d.field)
    answer[6] = barred(answer[5], KEYS[3], now)
  end
  return answer
end
if revision ~= ARGV[4] then return { 'conflict', revision, u64(last) } end
for i, c in ipairs(cases) do
  local owner = redis.call('GET', KEYS[8 + i])
  if c[1] ~= 'r' and owner and owner:sub(1, 16) ~= name and from64(owner, 17) > now then
    return { 'taken', revision, u64(last) }
  end
end
if forget then
  local known = {}
  for _, c in ipairs(codes) do known[c[1]] = true end
  for _, code in ipairs(redis.call('HKEYS', KEYS[3])) do
    if not known[code] then return { 'codes' } end
  end
end

-- From here on everything is written.

local base = math.max(last, queue.top)
if forget then
  for i, c in ipairs(codes) do
    local key = KEYS[8 + #cases + i]
    local owner = redis.call('GET', key)
    if owner and owner:sub(1, 16) == name then redis.call('DEL', key) end
    redis.call('ZREM', KEYS[6], 'k' .. name .. c[1])
  end
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('ZREM', KEYS[4], name)
  queue = empty(KEYS[2])
end
prune(queue)

-- The chat: marks too old are left out, those from a clock ahead pulled back.
local first, behind = 1, #marks
while first <= #marks and struct.unpack('>I4', marks, first + 8) <= cut do first = first + 12 end
while behind > first and struct.unpack('>I4', marks, behind - 3) > secs do behind = behind - 12 end
local ahead = {}
for i = math.max(behind, first - 1) + 1, #marks, 12 do ahead[#ahead + 1] = marks:sub(i, i + 7) .. struct.pack('>I4', secs) end
marks = marks:sub(first, behind) .. table.concat(ahead) .. mark .. struct.pack('>I4', secs)
if #marks > 12 * SEEN_LIMIT then marks = marks:sub(-12 * SEEN_LIMIT) end
redis.call('SET', KEYS[1],
  VERSION .. ARGV[5] .. u64(base + #outs) .. struct.pack('>I4', #marks / 12) .. marks .. ARGV[6],
  'PX', px((secs + KEEP_CHAT) * 1000 - now))

-- The queue.
for _, o in ipairs(outs) do
  if o[4] ~= '' then
    for i = #queue.list, 1, -1 do
      local d = queue.list[i]
      if d.collapse == o[4] and d.field ~= queue.leased then drop(queue, d) end
    end
  end
end
local latest, fresh = 0, {}
for i, o in ipairs(outs) do
  local after = tonumber(o[2])
  local ends = now + after + tonumber(o[3])
  local field = o[1] .. hex(base + i) .. hex(ends) .. o[4]
  if after > 0 then field = 't' .. hex(now + after) .. field end
  fresh[#fresh + 1] = field
  fresh[#fresh + 1] = u64(now) .. o[5]
  queue.list[#queue.list + 1] = parse(field)
  latest = math.max(latest, ends)
end
for i = 1, #fresh, 2 do redis.call('HSET', KEYS[2], fresh[i], fresh[i + 1]) end
if #outs > 0 then
  queue.any = true
  if push and not queue.P then redis.call('HSET', KEYS[2], 'P', '') end
  keep(KEYS[2], latest + (push and SLACK or 0) - now)
end

-- Cases.
local caseEnd = 0
if #cases > 0 then
  local all = redis.call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    if from64(all[i + 1], 18) <= now then
      redis.call('HDEL', KEYS[3], all[i])
      redis.call('ZREM', KEYS[6], 'k' .. name .. all[i])
    end
  end
end
for i, c in ipairs(cases) do
  local member = 'k' .. name .. c[2]
  redis.call('ZREM', KEYS[6], member)
  if c[1] == 'r' then
    local owner = redis.call('GET', KEYS[8 + i])
    if owner and owner:sub(1, 16) == name then redis.call('DEL', KEYS[8 + i]) end
    redis.call('HDEL', KEYS[3], c[2])
  else
    local due, ends = tonumber(c[3]), tonumber(c[4])
    redis.call('HSET', KEYS[3], c[2], c[5])
    redis.call('SET', KEYS[8 + i], name .. u64(ends), 'PX', px(ends - now))
    if due > 0 then
      redis.call('ZADD', KEYS[6], due, member)
      keep(KEYS[6], ends - now, DAY)
    end
  end
end
if #cases > 0 then
  local all = redis.call('HVALS', KEYS[3])
  for _, v in ipairs(all) do caseEnd = math.max(caseEnd, from64(v, 18)) end
  if #all > 0 then redis.call('PEXPIRE', KEYS[3], px(caseEnd - now)) end
end

-- Letters.
for _, l in ipairs(letters) do
  redis.call('HSET', KEYS[5], l[1], u64(now) .. '\0\0' .. l[2])
  redis.call('ZADD', KEYS[6], now, 'l' .. l[1])
end
if #letters > 0 then
  keep(KEYS[5], KEEP_LETTERS, DAY)
  keep(KEYS[6], KEEP_LETTERS, DAY)
end

-- Counts.
if #counters > 0 and countEnd > now then
  for _, c in ipairs(counters) do redis.call('HINCRBY', KEYS[7], c[1], c[2]) end
  keep(KEYS[7], countEnd - now)
end

-- Who sends, and when.
local answer = { 'done', ARGV[5], u64(base + #outs) }
if push then
  if flags:find('i', 1, true) and queue.H then
    redis.call('HDEL', KEYS[2], 'H')
    queue.H = nil
  end
  bound(queue, every, burst)
  local d = ready(queue, now)
  if d and flags:find('l', 1, true) and not queue.H and queue.until_ <= now then
    lapse(queue)
    local given = lease(queue, d, token, KEYS[4], name, KEYS[3], now)
    answer[4], answer[5], answer[6] = given[1], given[2], given[3]
    keep(KEYS[4], redis.call('PTTL', KEYS[2]), DAY)
  else
    arm(queue, KEYS[4], name, now, us)
  end
elseif queue.any and #queue.list == 0 then
  arm(queue, KEYS[4], name, now, us)
end
if ARGV[11] ~= '' then redis.pcall('PUBLISH', ARGV[11], name) end
return answer
