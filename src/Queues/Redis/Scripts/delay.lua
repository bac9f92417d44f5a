-- Holds back a send until it is due. The stream does not know it before.
-- KEYS: delayed set. ARGV: delay in ms, 16 bytes that make it unlike all others and keep those due at one time in order, then names and values.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = {}
for i = 3, #ARGV do
  fields[i - 2] = ARGV[i]
end
return redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[2] .. cmsgpack.pack(fields))
