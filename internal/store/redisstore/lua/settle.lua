-- Tells how the delivery of a lease ended; see delivery.Outbox and record.Result.
--
-- KEYS  1 q, 2 due of the lane, 3 k; if it failed: 4 d, 5 dd; else 4… m of each
--       provider id for which there is something to remember
-- ARGV  1 packed, numbers big endian: now µs 8, name 16, token 8, result 1, after ms 8, parts
--         sent 2, pace µs 8, burst 4, then the base of the delivery's field. Result: s sent,
--         p progressed, l later, u later and uncertain, h held, d dropped, f failed
--       2 sent: reference to remember; progressed: that and 3 note; failed: id of the dead
--         letter and 3 reason
-- Returns {field, value, barred} of the lease that goes on, or nothing.

local asked, name, token, result, after, parts, every, burst = struct.unpack('>I8c16c8c1I8I2I8I4', ARGV[1])
local base = ARGV[1]:sub(56)
local now, us = clock(asked)
local queue = open(KEYS[1], now)
local d = find(queue, base)
local ours = queue.token == token

if ours and queue.leased:sub(-#base) ~= base then
  -- This was settled before and its answer lost: the lease has gone on.
  d = byField(queue, queue.leased)
  return d and told(queue, d, KEYS[3], now)
end
if not ours and not (d and (result == 's' or result == 'f')) then return false end

if result == 's' or result == 'p' then
  for i = 4, #KEYS do redis.call('SET', KEYS[i], u64(now + KEEP_DEAD) .. ARGV[2], 'PX', px(KEEP_DEAD)) end
  if d then spend(queue, us, every, burst) end
end

if d then
  local v = result ~= 's' and result ~= 'd' and value(queue, d.field)
  local again
  if result == 'p' then
    local note = 24
    if v:byte(23) > 0 then note = note + v:byte(23) + 8 end
    local rest = note + 2 + struct.unpack('>I2', v, note)
    again = v:sub(1, 19) .. '\0' .. struct.pack('>I2', parts) .. v:sub(23, note - 1)
      .. struct.pack('>I2', #ARGV[3]) .. ARGV[3] .. v:sub(rest)
  elseif result == 'l' then
    again = v:sub(1, 17) .. struct.pack('>I2', math.min(struct.unpack('>I2', v, 18) + 1, 65535)) .. v:sub(20)
  elseif result == 'u' then
    again = v:sub(1, 19) .. string.char(math.min(v:byte(20) + 1, 255)) .. v:sub(21)
  elseif result ~= 'h' then
    if result == 'f' then
      redis.call('SET', KEYS[4], 'd' .. u64(now) .. string.char(#ARGV[3]) .. ARGV[3] .. string.char(#d.base) .. d.base .. v,
        'PX', px(KEEP_DEAD))
      redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
      redis.call('ZADD', KEYS[5], int(now + KEEP_DEAD), ARGV[2])
      keep(KEYS[5], KEEP_DEAD)
    end
    drop(queue, d)
  end
  if again then put(queue, d.field, again) end
end

if not ours then
  arm(queue, KEYS[2], name, now, us)
  return false
end

local next = false
if result == 'l' or result == 'u' then
  queue.N = now + after
  put(queue, 'N', int(queue.N))
elseif result == 'h' then
  queue.H = '1'
  put(queue, 'H', '1')
else
  if every > 0 then bound(queue, every, burst) end
  next = not queue.H and ready(queue, now)
  if result == 'p' and next and d then next = d end
end
if next then
  lease(queue, next, token, KEYS[2], name, now)
  local answer = told(queue, next, KEYS[3], now)
  flush(queue)
  return answer
end
free(queue)
redis.call('ZREM', KEYS[2], name) -- its score was the end of the lease
arm(queue, KEYS[2], name, now, us)
return false
