-- Removes what a chat has fetched.
--
-- KEYS  1 q, 2 c, 3 due of the lane
-- ARGV  1 now µs  2 name  3 up to this sequence, decimal
-- Returns the number of messages removed; 0 also for a sequence never given out.

local now, us = clock(ARGV[1])
local upTo = tonumber(ARGV[3])
local queue = open(KEYS[1], now)
if upTo > math.max(queue.top, lastOf(KEYS[2], now) or 0) then return 0 end
local n = 0
for i = #queue.list, 1, -1 do
  if queue.list[i].seq <= upTo then
    drop(queue, queue.list[i])
    n = n + 1
  end
end
if n == 0 then return 0 end
if #queue.list == 0 or redis.call('ZSCORE', KEYS[3], ARGV[2]) then
  arm(queue, KEYS[3], ARGV[2], now, us)
else
  flush(queue)
end
return n
