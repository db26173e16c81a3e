-- Takes permits of a bucket that is refilled at a pace.
--
-- KEYS  1 p
-- ARGV  1 now µs  2 one permit in so many µs  3 burst  4 permits wanted
-- Returns {permits given, µs until there is one if none was}.

local now, us = clock(ARGV[1])
local every, burst, want = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), us)
-- What a clock ahead, or another pace before, has put further off than an empty bucket.
full = math.min(full, us + every * burst)
local got = math.min(want, math.floor((us + every * burst - full) / every))
if got < 1 then return { 0, full - (burst - 1) * every - us } end
full = full + got * every
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', px((full - us) / 1000))
return { got, 0 }
