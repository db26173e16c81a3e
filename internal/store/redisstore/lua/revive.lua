-- Queues a dead letter anew.
--
-- KEYS  1 d, 2 dd, of a message: 3 q, 4 c, 5 due of the lane; of a letter: 3 l, 4 work
-- ARGV  1 now µs  2 id  3 name, or the letter's id  4 the delivery's base  5 keep ms
-- Returns 1, or 0 if there is no such dead letter.

local now, us = clock(ARGV[1])
local dead = redis.call('GET', KEYS[1])
if not dead or from64(dead, 2) + KEEP_DEAD <= now then return 0 end
local rest = 11 + dead:byte(10)
local stored = dead:sub(rest + 1 + dead:byte(rest))
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[2])

if dead:sub(1, 1) == 'l' then
  redis.call('HSET', KEYS[3], ARGV[3], u64(now) .. '\0\0' .. stored:sub(11))
  redis.call('ZADD', KEYS[4], int(now), 'l' .. ARGV[3])
  keep(KEYS[3], KEEP_LETTERS, DAY)
  keep(KEYS[4], KEEP_LETTERS, DAY)
  return 1
end

local name, base = ARGV[3], ARGV[4]
local queue = open(KEYS[3], now)
local alive = lastOf(KEYS[4], now)
local last = math.max(queue.top, alive or 0)
if alive then redis.call('SETRANGE', KEYS[4], 9, u64(last + 1)) end
local ends = now + tonumber(ARGV[5])
local field = base:sub(1, 1) .. hex(last + 1) .. hex(ends) .. base:sub(26)
put(queue, 'P', '')
put(queue, field, u64(now) .. stored:sub(9, 17) .. '\0\0\0' .. stored:sub(21))
queue.list[#queue.list + 1] = parse(field)
arm(queue, KEYS[5], name, now, us, ends + SLACK - now)
return 1
