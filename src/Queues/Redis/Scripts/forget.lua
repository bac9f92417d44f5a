-- Removes a consumer; what it holds is parked, due at once.
-- KEYS: stream, parked set, leases. ARGV: group, consumer, name of the parking consumer.
-- Returns: how many entries it held.
local stream, parked, leases, group, consumer, parking = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = 0
local from = '-'
repeat
  local page = redis.call('XPENDING', stream, group, from, '+', 1000, consumer)
  for _, pending in ipairs(page) do
    redis.call('XCLAIM', stream, group, parking, 0, pending[1], 'RETRYCOUNT', pending[4], 'JUSTID')
    redis.call('ZADD', parked, now, pending[1])
    from = '(' .. pending[1]
    held = held + 1
  end
until #page < 1000
redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer)
redis.call('HDEL', leases, consumer)
return held
