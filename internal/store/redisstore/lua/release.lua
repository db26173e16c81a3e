-- Gives a lease back: the queue is due again.
--
-- KEYS  1 q, 2 due of the lane
-- ARGV  1 now µs  2 name  3 token
-- Returns 1, or 0 if the lease is no longer this one.

local now, us = clock(ARGV[1])
local queue = open(KEYS[1], now)
if queue.token ~= ARGV[3] then return 0 end
free(queue)
redis.call('ZREM', KEYS[2], ARGV[2])
arm(queue, KEYS[2], ARGV[2], now, us)
return 1
