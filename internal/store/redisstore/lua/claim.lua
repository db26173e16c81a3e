-- Leases the queue of one chat, if it is due and its first message may go.
--
-- KEYS  1 q, 2 due of the lane, 3 k
-- ARGV  1 now µs  2 name  3 token
-- Returns {field, value, flags}, or nothing.

local now, us = clock(ARGV[1])
local name, token = ARGV[2], ARGV[3]
local score = tonumber(redis.call('ZSCORE', KEYS[2], name) or 'inf')
local queue = open(KEYS[1], now)
if score > now then
  local d = queue.token == token and byField(queue, queue.leased)
  if not d then return false end -- somebody else was faster
  return told(queue, d, KEYS[3], now) -- the answer to the first try was lost
end
local d = ready(queue, now)
if not d then
  redis.call('ZREM', KEYS[2], name)
  arm(queue, KEYS[2], name, now, us)
  return false
end
if queue.L then lapse(queue) end
lease(queue, d, token, KEYS[2], name, now)
local answer = told(queue, d, KEYS[3], now)
flush(queue)
return answer
