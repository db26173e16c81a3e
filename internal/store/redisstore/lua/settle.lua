-- Tells how the delivery of a lease ended; see delivery.Outbox and record.Result.
--
-- KEYS  1 q, 2 due of the lane, 3 k; if it failed: d, dd; else m of each provider id for which there is
--       something to remember; m of the card, if one is shown; l and work, if somebody is told
-- ARGV  1 packed, numbers big endian: now µs 8, name 16, token 8, result 1, after ms 8, parts
--         sent 2, pace µs 8, burst 4, provider's messages 4, free messages left 4 (all ones: not
--         said), how many m of provider ids 2, card 1, told 1, then the base of the delivery's
--         field. Result: s sent, p progressed, l later, u later and uncertain, h held, w it alone
--         waits for the chat to write, d dropped, f failed
--       2 sent and progressed: reference to remember; failed: id of the dead letter
--       3 progressed: note; failed: reason
--       4 id of the message that shows the card  5 id of the letter that tells  6 letter
-- Returns {field, value, flags} of the lease that goes on, or nothing.

local asked, name, token, result, after, parts, every, burst, messages, left, nRefs, card, tell =
  struct.unpack('>I8c16c8c1I8I2I8I4I4I4I2BB', ARGV[1])
local base = ARGV[1]:sub(68)
if left == 4294967295 then left = nil end
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

local waits = result == 'h' or result == 'w'
if result == 'w' and not (d and shut(queue, d, now)) then waits, tell = false, 0 end -- the chat wrote meanwhile

if result == 's' or result == 'p' then
  for i = 4, 3 + nRefs do redis.call('SET', KEYS[i], u64(now + KEEP_DEAD) .. ARGV[2], 'PX', px(KEEP_DEAD)) end
  if d then
    spend(queue, us, every, burst)
    use(queue, messages, left)
    if card == 1 then redis.call('SET', KEYS[4 + nRefs], u64(now + KEEP_DEAD) .. ARGV[4], 'PX', px(KEEP_DEAD)) end
  end
end
if tell == 1 and d then
  post(KEYS[#KEYS - 1], KEYS[#KEYS], ARGV[5], ARGV[6], now)
  posted(KEYS[#KEYS - 1], KEYS[#KEYS])
end

if d then
  local v = result ~= 's' and result ~= 'd' and result ~= 'w' and value(queue, d.field)
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
  elseif waits then
    if d.tracked and d.when ~= d.ends then delay(queue, d, d.ends) end
  elseif result ~= 'w' then
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
  next = ready(queue, now)
  if result == 'p' and next and d then next = opens(queue, d, now) <= now and d end -- the same one goes on
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
