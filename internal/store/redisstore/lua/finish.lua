-- Ends a piece of work; see exchange.Worklist.
--
-- KEYS  1 work, 2 l or k, 3 d, 4 dd
-- ARGV  1 now µs  2 member  3 field in the hash  4 result: s, l, f
--       5 after ms  6 due ms of the case as it was leased  7 reason  8 id of the dead letter
-- Returns 1, or 0 if it was finished before.

local now = clock(ARGV[1])
local member, field, result = ARGV[2], ARGV[3], ARGV[4]
local value = redis.call('HGET', KEYS[2], field)
if not value or not redis.call('ZSCORE', KEYS[1], member) then
  redis.call('ZREM', KEYS[1], member)
  return 0
end
local later = now + tonumber(ARGV[5])

if member:sub(1, 1) == 'k' then
  local due = value:sub(10, 17)
  if due ~= u64(tonumber(ARGV[6])) then -- somebody has set another time meanwhile
    if due == ZERO then
      redis.call('ZREM', KEYS[1], member)
    else
      redis.call('ZADD', KEYS[1], int(from64(due)), member)
    end
  elseif result == 'l' then
    redis.call('ZADD', KEYS[1], int(later), member)
  else
    redis.call('ZREM', KEYS[1], member)
    if result == 'f' then redis.call('HSET', KEYS[2], field, value:sub(1, 9) .. ZERO .. value:sub(18)) end
  end
  return 1
end

if result == 'l' then
  local n = math.min(struct.unpack('>I2', value, 9) + 1, 65535)
  redis.call('HSET', KEYS[2], field, value:sub(1, 8) .. struct.pack('>I2', n) .. value:sub(11))
  redis.call('ZADD', KEYS[1], int(later), member)
  return 1
end
if result == 'f' then
  redis.call('SET', KEYS[3], 'l' .. u64(now) .. string.char(#ARGV[7]) .. ARGV[7] .. '\0' .. value, 'PX', px(KEEP_DEAD))
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
  redis.call('ZADD', KEYS[4], int(now + KEEP_DEAD), ARGV[8])
  keep(KEYS[4], KEEP_DEAD)
end
redis.call('HDEL', KEYS[2], field)
redis.call('ZREM', KEYS[1], member)
return 1
