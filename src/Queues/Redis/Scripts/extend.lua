-- Renews leases: an entry's idle time starts anew, its delivery count stays. Only entries that still belong to the delivery that asks:
-- XCLAIM by itself would take them back from whoever has them now.
-- KEYS: stream, leases.
-- ARGV: group, consumer that stands for the new lease, the lease in ms, then id, consumer and delivery count of each.
-- Returns: the places, from 0, of those that belong to someone else by now or are gone.
local stream, leases, group, me = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local lost = {}

if redis.call('HGET', leases, me) ~= ARGV[3] then
  -- On a full server this fails; the entries' idle time must start anew all the same.
  redis.pcall('HSET', leases, me, ARGV[3])
end

for i = 4, #ARGV, 3 do
  local id = ARGV[i]
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  if not (pending and pending[2] == ARGV[i + 1] and pending[4] == tonumber(ARGV[i + 2])
    and #redis.call('XCLAIM', stream, group, me, 0, id, 'JUSTID') == 1) then
    lost[#lost + 1] = (i - 4) / 3
  end
end

return lost
