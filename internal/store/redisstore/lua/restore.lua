-- Puts back one thing from a backup.
--
-- KEYS  chat, ref: 1 the key; case: 1 k, 2 x, 3 work; dead: 1 d, 2 dd; count: 1 n; window: 1 q
-- ARGV  1 now µs  2 kind  3 end ms  4 value
--       case: 5 code, 6 name, 7 due ms; dead: 5 id; count: 4 number, 5 counter; window: 5 field
-- Returns 1, or 0 for what has ended.

local now = clock(ARGV[1])
local kind, ends, value = ARGV[2], tonumber(ARGV[3]), ARGV[4]
if ends <= now then return 0 end
local left = ends - now
if kind == 'chat' or kind == 'ref' then
  redis.call('SET', KEYS[1], value, 'PX', px(left))
elseif kind == 'case' then
  redis.call('HSET', KEYS[1], ARGV[5], value)
  keep(KEYS[1], left)
  redis.call('SET', KEYS[2], ARGV[6] .. u64(ends), 'PX', px(left))
  if tonumber(ARGV[7]) > 0 then
    redis.call('ZADD', KEYS[3], ARGV[7], 'k' .. ARGV[6] .. ARGV[5])
    keep(KEYS[3], left, DAY)
  end
elseif kind == 'dead' then
  redis.call('SET', KEYS[1], value, 'PX', px(left))
  redis.call('ZADD', KEYS[2], int(ends), ARGV[5])
  keep(KEYS[2], left)
else
  redis.call('HSET', KEYS[1], ARGV[5], value)
  keep(KEYS[1], left)
end
return 1
