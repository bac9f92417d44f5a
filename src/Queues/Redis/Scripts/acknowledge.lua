-- Acknowledges entries, those that still belong to the delivery that asks.
-- KEYS: stream.
-- ARGV: group, whether to look who owns them (0/1), whether to delete them too (0/1), then id, consumer and delivery count of each.
-- Returns: the places, from 0, of those that belong to someone else by now or are gone.
local stream, group, verify, delete = KEYS[1], ARGV[1], ARGV[2] == '1', ARGV[3] == '1'
local lost, done = {}, {}

for i = 4, #ARGV, 3 do
  local id = ARGV[i]
  local ours = true
  if verify then
    local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
    ours = pending and pending[2] == ARGV[i + 1] and pending[4] == tonumber(ARGV[i + 2])
  end
  if ours and redis.call('XACK', stream, group, id) == 1 then
    done[#done + 1] = id
  else
    lost[#lost + 1] = (i - 4) / 3
  end
end

if delete and #done > 0 then
  local function split(id)
    local ms, seq = string.match(id, '^(%d+)-(%d+)$')
    return tonumber(ms), tonumber(seq)
  end
  local others = {}
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local found = {}
    for i = 1, #info, 2 do
      found[info[i]] = info[i + 1]
    end
    if found.name ~= group then
      others[#others + 1] = found
    end
  end
  for _, id in ipairs(done) do
    -- Another group may have it still to read or to settle.
    local free = true
    local ms, seq = split(id)
    for _, other in ipairs(others) do
      local lastMs, lastSeq = split(other['last-delivered-id'])
      if ms > lastMs or (ms == lastMs and seq > lastSeq)
        or (other.pending > 0 and redis.call('XPENDING', stream, other.name, id, id, 1)[1]) then
        free = false
        break
      end
    end
    if free then
      redis.call('XDEL', stream, id)
    end
  end
end

return lost
