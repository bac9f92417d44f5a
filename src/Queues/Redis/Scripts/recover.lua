-- Finds entries that the server gave to a consumer by a read whose reply was lost with its connection: those beyond the last id that
-- arrived, delivered once.
-- KEYS: stream. ARGV: group, consumer, the last id that arrived, how many at most.
-- Returns: the entries: id, delivery count and fields of each in turn.
local stream, group, me = KEYS[1], ARGV[1], ARGV[2]
local out = {}

for _, pending in ipairs(redis.call('XPENDING', stream, group, '(' .. ARGV[3], '+', ARGV[4], me)) do
  if pending[4] == 1 then
    local entry = redis.call('XCLAIM', stream, group, me, 0, pending[1], 'RETRYCOUNT', 1)[1]
    if entry and entry[2] then
      out[#out + 1] = pending[1]
      out[#out + 1] = 1
      out[#out + 1] = entry[2]
    end
  end
end

return out
