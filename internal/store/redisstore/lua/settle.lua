-- Tells how the delivery of a lease ended; see delivery.Outbox and record.Result.
--
-- KEYS  1 q, 2 due of the lane, 3 k, 4 d, 5 dd, 6… m of each provider id
-- ARGV  1 now µs  2 name  3 token  4 base of the delivery's field  5 result:
--       s sent, p progressed, l later, u later and uncertain, h held, d dropped, f failed
--       6 reference to remember, or ''  7 after ms  8 parts sent  9 note
--       10 pace µs  11 burst  12 reason  13 id of the dead letter
-- Returns {field, value, barred} of the lease that goes on, or nothing.

local now, us = clock(ARGV[1])
local name, token, result = ARGV[2], ARGV[3], ARGV[5]
local every, burst = tonumber(ARGV[10]), tonumber(ARGV[11])
local queue = open(KEYS[1], now)
local d = find(queue, ARGV[4])
local ours = queue.token == token

if ours and queue.leased:sub(-#ARGV[4]) ~= ARGV[4] then
  -- This was settled before and its answer lost: the lease has gone on.
  d = byField(queue, queue.leased)
  if not d then return false end
  local value = redis.call('HGET', KEYS[1], d.field)
  return { d.field, value, barred(value, KEYS[3], now) }
end
if not ours and not (d and (result == 's' or result == 'f')) then return false end

if result == 's' or result == 'p' then
  if ARGV[6] ~= '' then
    for i = 6, #KEYS do redis.call('SET', KEYS[i], u64(now + KEEP_DEAD) .. ARGV[6], 'PX', px(KEEP_DEAD)) end
  end
  if d then spend(queue, us, every, burst) end
end

local again = false
if d then
  local v = redis.call('HGET', KEYS[1], d.field)
  if result == 'p' then
    local note = 24
    if v:byte(23) > 0 then note = note + v:byte(23) + 8 end
    local rest = note + 2 + struct.unpack('>I2', v, note)
    again = v:sub(1, 19) .. '\0' .. struct.pack('>I2', tonumber(ARGV[8])) .. v:sub(23, note - 1)
      .. struct.pack('>I2', #ARGV[9]) .. ARGV[9] .. v:sub(rest)
  elseif result == 'l' then
    again = v:sub(1, 17) .. struct.pack('>I2', math.min(struct.unpack('>I2', v, 18) + 1, 65535)) .. v:sub(20)
  elseif result == 'u' then
    again = v:sub(1, 19) .. string.char(math.min(v:byte(20) + 1, 255)) .. v:sub(21)
  elseif result ~= 'h' then
    if result == 'f' then
      redis.call('SET', KEYS[4], 'd' .. u64(now) .. string.char(#ARGV[12]) .. ARGV[12] .. string.char(#d.base) .. d.base .. v,
        'PX', px(KEEP_DEAD))
      redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
      redis.call('ZADD', KEYS[5], now + KEEP_DEAD, ARGV[13])
      keep(KEYS[5], KEEP_DEAD)
    end
    drop(queue, d)
  end
  if again then redis.call('HSET', KEYS[1], d.field, again) end
end

if not ours then
  arm(queue, KEYS[2], name, now, us)
  return false
end

local next = false
if result == 'l' or result == 'u' then
  queue.N = now + tonumber(ARGV[7])
  redis.call('HSET', KEYS[1], 'N', queue.N)
elseif result == 'h' then
  queue.H = '1'
  redis.call('HSET', KEYS[1], 'H', '1')
else
  if every > 0 then bound(queue, every, burst) end
  next = not queue.H and ready(queue, now)
  if result == 'p' and next and d then next = d end
end
if next then return lease(queue, next, token, KEYS[2], name, KEYS[3], now) end
free(queue)
redis.call('ZREM', KEYS[2], name) -- its score was the end of the lease
arm(queue, KEYS[2], name, now, us)
return false
