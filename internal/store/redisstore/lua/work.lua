-- Leases one piece of work, if it is due.
--
-- KEYS  1 work, 2 l or k
-- ARGV  1 now µs  2 member  3 field in the hash: id of the letter or code of the case
-- Returns the stored letter or case, or nothing.

local now = clock(ARGV[1])
local score = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[2]) or 'inf')
if score > now then return false end
local value = redis.call('HGET', KEYS[2], ARGV[3])
if value and ARGV[2]:sub(1, 1) == 'k' and (from64(value, 18) <= now or from64(value, 10) == 0) then value = false end
if not value then
  redis.call('ZREM', KEYS[1], ARGV[2])
  return false
end
redis.call('ZADD', KEYS[1], int(now + LEASE), ARGV[2])
return value
