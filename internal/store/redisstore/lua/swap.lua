-- Replaces a value, if it is what the caller takes it for.
--
-- KEYS  1 value, 2 house
-- ARGV  1 mark of this swap  2 old  3 new, each '' for nothing  4 ms to remember the
--       mark where nothing is left
-- Returns 1; 0 if it is something else; 'moved': the store is elsewhere.

local mark, old, new = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', KEYS[2], 'moved') == 1 then return 'moved' end
local kept = redis.call('GET', KEYS[1]) or ''
if kept:sub(1, #mark) == mark then
  -- The answer to the first try was lost. A write, so that a WAIT behind this covers that one too.
  redis.call('SETRANGE', KEYS[1], 0, mark)
  return 1
end
if kept:sub(#mark + 1) ~= old then return 0 end
if new == '' then
  redis.call('SET', KEYS[1], mark, 'PX', px(ARGV[4]))
else
  redis.call('SET', KEYS[1], mark .. new)
end
return 1
