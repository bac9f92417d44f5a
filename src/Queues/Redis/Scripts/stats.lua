-- Counts what is in a queue.
-- KEYS: stream, delayed set, parked set. ARGV: group, how many unread entries to count at most where the server keeps no count.
-- Returns: length, groups, unread (-1: no such group), pending, parked, parked and due, delayed, delayed and due, ms of the oldest
-- unread entry (-1: none), consumers, last delivered id.
local stream, delayed, parked = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length = redis.call('XLEN', stream)
local groups = redis.call('EXISTS', stream) == 1 and redis.call('XINFO', 'GROUPS', stream) or {}
local unread, pending, consumers, last = -1, 0, 0, '0-0'

for _, info in ipairs(groups) do
  local group = {}
  for i = 1, #info, 2 do
    group[info[i]] = info[i + 1]
  end
  if group.name == ARGV[1] then
    pending, consumers, last = group.pending, group.consumers, group['last-delivered-id']
    -- Redis 7 counts; 6.2 does not, nor 7 once entries in the middle were deleted.
    unread = group.lag or #redis.call('XRANGE', stream, '(' .. last, '+', 'COUNT', ARGV[2])
  end
end

local age = -1
local first = redis.call('XRANGE', stream, unread >= 0 and '(' .. last or '-', '+', 'COUNT', 1)[1]
if first then
  age = math.max(0, now - tonumber(string.match(first[1], '^(%d+)-')))
end

return {
  length, #groups, unread, pending,
  redis.call('ZCARD', parked), redis.call('ZCOUNT', parked, '-inf', now),
  redis.call('ZCARD', delayed), redis.call('ZCOUNT', delayed, '-inf', now),
  age, consumers, last,
}
