-- Who runs over this store, what each of them reads, and what is written.
--
-- KEYS  1 house, 2 replicas
-- ARGV  1 now µs  2 who asks  3 what it reads, a format; 0: it goes; -1: it only looks
--       4 its version  5 how long a sign of life counts ms  6 how long all must have been
--       able to ms  7 raise: 'no'; 'able', if all are for so long; 'now', if all are
-- Returns {format, able since ms (0: not all are), then of each: who, reads, since ms, version}
--
-- The format of the house is 1 if those who wrote it did not register here: they are not
-- seen, so nothing but an operator's 'now' raises it. 1 is 2 otherwise.

local now = clock(ARGV[1])
local me, reads, life, grace = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[6])
local house = tonumber(redis.call('HGET', KEYS[1], 'format') or '1')
local format = math.max(house, 2)

if reads == 0 then redis.call('HDEL', KEYS[2], me) end
if reads > 0 then
  local was = redis.call('HGET', KEYS[2], me)
  local since = was and from64(was, 9) or now
  redis.call('HSET', KEYS[2], me, u64(now) .. u64(math.min(since, now)) .. struct.pack('B', reads) .. ARGV[4])
end

local least, answer = nil, {}
local all, able = redis.call('HGETALL', KEYS[2]), nil
for i = 1, #all, 2 do
  local who, v = all[i], all[i + 1]
  if who == 'able' then
    able = { since = from64(v, 1), format = struct.unpack('B', v, 9) }
  elseif from64(v, 1) + life <= now then
    redis.call('HDEL', KEYS[2], who)
  else
    local theirs = struct.unpack('B', v, 17)
    least = math.min(least or theirs, theirs)
    for _, one in ipairs({ who, theirs, from64(v, 9), v:sub(18) }) do answer[#answer + 1] = one end
  end
end

if not least or least <= format then
  if able then redis.call('HDEL', KEYS[2], 'able') end
  able = { since = 0 }
elseif not able or able.format ~= least or able.since > now then
  able = { since = now, format = least }
  redis.call('HSET', KEYS[2], 'able', u64(now) .. struct.pack('B', least))
end

local ripe = ARGV[7] == 'able' and house > 1 and now - able.since >= grace
if able.since > 0 and (ripe or ARGV[7] == 'now') then
  redis.call('HSET', KEYS[1], 'format', int(least))
  redis.call('HDEL', KEYS[2], 'able')
  house, format, able.since = least, least, 0
end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], px(2 * life + grace)) end

table.insert(answer, 1, able.since)
table.insert(answer, 1, house)
return answer
