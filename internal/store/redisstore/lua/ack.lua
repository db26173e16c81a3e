-- Removes what a chat has fetched.
--
-- KEYS  1 q, 2 c, 3 due of the lane, 4 l, 5 work
-- ARGV  1 now µs  2 name  3 up to this sequence, decimal; then of each tracked message that goes
--       with it: sequence, id of the letter that tells of it, letter
-- Returns the number of messages removed; 0 also for a sequence never given out. A list of fields
-- and values are the tracked messages that go: one was not named, ask again.

local now, us = clock(ARGV[1])
local upTo = tonumber(ARGV[3])
local queue = open(KEYS[1], now)
if upTo > math.max(queue.top, lastOf(KEYS[2], now) or 0) then return 0 end
local named, tracked = {}, {}
for i = 4, #ARGV, 3 do named[tonumber(ARGV[i])] = i end
local complete = true
for _, d in ipairs(queue.list) do
  if d.seq <= upTo and d.tracked then
    tracked[#tracked + 1] = d.field
    tracked[#tracked + 1] = value(queue, d.field)
    complete = complete and named[d.seq]
  end
end
if not complete then return tracked end
local n = 0
for i = #queue.list, 1, -1 do
  if queue.list[i].seq <= upTo then
    local at = queue.list[i].tracked and named[queue.list[i].seq]
    if at then post(KEYS[4], KEYS[5], ARGV[at + 1], ARGV[at + 2], now) end
    drop(queue, queue.list[i])
    n = n + 1
  end
end
if n == 0 then return 0 end
if #tracked > 0 then posted(KEYS[4], KEYS[5]) end
if #queue.list == 0 or redis.call('ZSCORE', KEYS[3], ARGV[2]) then
  arm(queue, KEYS[3], ARGV[2], now, us)
else
  flush(queue)
end
return n
