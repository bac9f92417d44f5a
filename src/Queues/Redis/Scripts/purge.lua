-- Empties a queue: all that its group has still to read, to settle or to get back, and the delayed sends. The entries themselves go
-- where no other group reads the stream.
-- KEYS: stream, delayed set, parked set. ARGV: group.
-- Returns: how many messages were removed, or -1 where the server cannot tell.
local stream, delayed, parked, name = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local removed = redis.call('ZCARD', delayed)
redis.call('DEL', delayed, parked)
if redis.call('EXISTS', stream) == 0 then
  return removed
end

local groups = redis.call('XINFO', 'GROUPS', stream)
local found
for _, info in ipairs(groups) do
  local group = {}
  for i = 1, #info, 2 do
    group[info[i]] = info[i + 1]
  end
  if group.name == name then
    found = group
  end
end

if not found then
  return #groups == 0 and removed + redis.call('XTRIM', stream, 'MAXLEN', 0) or removed
end

if #groups == 1 and not found.lag then
  -- Without a count kept by the server: all entries that are unread or pending, not those settled and kept.
  found.lag = #redis.call('XRANGE', stream, '(' .. found['last-delivered-id'], '+')
end
removed = found.lag and removed + found.pending + found.lag or -1

redis.call('XGROUP', 'SETID', stream, name, '$')
repeat
  local page = redis.call('XPENDING', stream, name, '-', '+', 1000)
  for _, pending in ipairs(page) do
    redis.call('XACK', stream, name, pending[1])
  end
until #page < 1000

if #groups == 1 then
  redis.call('XTRIM', stream, 'MAXLEN', 0)
end
return removed
