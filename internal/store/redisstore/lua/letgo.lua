-- Gives a lease back, if it is the holder's.
--
-- KEYS  1 lease, 2 house
-- ARGV  1 holder
-- Returns 1; 0 if it is not; 'moved': the store is elsewhere.

if redis.call('HEXISTS', KEYS[2], 'moved') == 1 then return 'moved' end
local kept = redis.call('GET', KEYS[1])
if not kept or kept:sub(17) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
