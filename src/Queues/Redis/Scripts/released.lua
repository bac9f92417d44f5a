-- Shows what was given back and can be had again: parked entries that are due. Takes nothing.
-- KEYS: stream, parked set. ARGV: group, how many at most.
-- Returns: the entries: id, number of the next delivery and fields of each in turn.
local stream, parked, group = KEYS[1], KEYS[2], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local out = {}

for _, id in ipairs(redis.call('ZRANGEBYSCORE', parked, '-inf', now, 'LIMIT', 0, tonumber(ARGV[2]))) do
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  local entry = pending and redis.call('XRANGE', stream, id, id)[1]
  if entry then
    out[#out + 1] = id
    out[#out + 1] = pending[4] + 1
    out[#out + 1] = entry[2]
  end
end

return out
