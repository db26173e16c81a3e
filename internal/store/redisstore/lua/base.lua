-- Stands before every script. The constants above this line come from Go.
--
-- Times are Unix milliseconds, those ending in us microseconds. Numbers that
-- may pass 2^53 (revisions, epochs) stay strings of eight bytes.

local ZERO = string.rep('\0', 8)

-- clock returns now in ms and in µs: what the caller says, or, for 0, the server's.
local function clock(arg)
  local us = tonumber(arg)
  if us == 0 then
    local t = redis.call('TIME')
    us = t[1] * 1000000 + t[2]
  end
  return math.floor(us / 1000), us
end

local function u64(n) return struct.pack('>I8', n) end
local function from64(s, at) return (struct.unpack('>I8', s, at)) end
local function hex(n) return string.format('%012x', n) end
-- int spares Redis from printing a whole number as if it were none.
local function int(n) return string.format('%d', n) end

-- SPARE is 0 but in tests whose clock is moved by hand: what ends by that
-- clock must not be gone before.
local function px(ms) return int(math.max(math.ceil(ms), 1) + SPARE) end

-- keep lets key live for at least ms more, and slack on top if it must be armed.
local function keep(key, ms, slack)
  if redis.call('PTTL', key) < ms + SPARE then redis.call('PEXPIRE', key, px(ms + (slack or 0))) end
end
