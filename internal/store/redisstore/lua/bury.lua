-- Removes a dead letter for good.
--
-- KEYS  1 d, 2 dd
-- ARGV  1 now µs  2 id
-- Returns 1, or 0 if there is no such dead letter.

local now = clock(ARGV[1])
local dead = redis.call('GETRANGE', KEYS[1], 0, 8)
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[2])
if #dead < 9 or from64(dead, 2) + KEEP_DEAD <= now then return 0 end
return 1
