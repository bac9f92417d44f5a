-- Parks entries until they are due: they stay pending, owned by a consumer that reads nothing, so that trimming, deletion and other
-- groups see them as what they are, not yet settled; their id and delivery count stay as they are.
-- KEYS: stream, parked set.
-- ARGV: group, name of the parking consumer, then id, consumer, delivery count, delay in ms and new delivery count of each.
-- Returns: the places, from 0, of those that belong to someone else by now or are gone.
local stream, parked, group, parking = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lost = {}

for i = 3, #ARGV, 5 do
  local id = ARGV[i]
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if pending and pending[2] == ARGV[i + 1] and pending[4] == tonumber(ARGV[i + 2])
    and #redis.call('XCLAIM', stream, group, parking, 0, id, 'RETRYCOUNT', ARGV[i + 4], 'JUSTID') == 1 then
    redis.call('ZADD', parked, now + tonumber(ARGV[i + 3]), id)
  else
    lost[#lost + 1] = (i - 3) / 5
  end
end

return lost
