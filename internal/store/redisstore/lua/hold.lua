-- Takes or renews a lease.
--
-- KEYS  1 lease, 2 house
-- ARGV  1 now µs  2 holder  3 for how long µs
-- Returns 1; 0 if somebody else has it; 'moved': the store is elsewhere.

local _, us = clock(ARGV[1])
local holder, ttl = ARGV[2], tonumber(ARGV[3])
if redis.call('HEXISTS', KEYS[2], 'moved') == 1 then return 'moved' end
local function write(ends, rest)
  redis.call('SET', KEYS[1], u64(ends) .. rest, 'PX', px((ends - us) / 1000))
end

local kept = redis.call('GET', KEYS[1])
if kept and kept:sub(17) ~= holder then
  local ends, latest = from64(kept, 1), us + from64(kept, 9)
  if ends > us then
    -- One that a clock ahead has left would shut everybody else out until then.
    if ends > latest then write(latest, kept:sub(9)) end
    return 0
  end
end
write(us + ttl, u64(ttl) .. holder)
return 1
