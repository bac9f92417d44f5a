-- Trims a stream, but never what a group has still to read or to settle; a stream that no group reads is left as it is.
-- KEYS: stream. ARGV: the length to keep (-1: any), the lowest id to keep ('': any), how many entries to remove at most, '~' or '='.
-- Returns: how many were removed.
local stream, keep, budget = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[3])
local length = redis.call('XLEN', stream)
if length == 0 then
  return 0
end

local function split(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local function before(a, b)
  local aMs, aSeq = split(a)
  local bMs, bSeq = split(b)
  return aMs < bMs or (aMs == bMs and aSeq < bSeq)
end

-- What the length and the id ask for: the lowest id that stays.
local over = keep < 0 and 0 or math.min(budget, length - keep)
local floor = ARGV[2] ~= '' and ARGV[2] or nil
if over > 0 then
  local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', over + 1)
  local id = first[over + 1] and first[over + 1][1]
  if not id then
    -- All are to go: the id after the last.
    local ms, seq = string.match(first[#first][1], '^(%d+)-(%d+)$')
    id = ms .. '-' .. string.format('%.0f', seq + 1)
  end
  if not floor or before(floor, id) then
    floor = id
  end
end
if not floor then
  return 0
end

-- What the groups still need.
local groups = redis.call('XINFO', 'GROUPS', stream)
if #groups == 0 then
  return 0
end
for _, info in ipairs(groups) do
  local group = {}
  for i = 1, #info, 2 do
    group[info[i]] = info[i + 1]
  end
  local needed
  if group.pending > 0 then
    needed = redis.call('XPENDING', stream, group.name)[2]
  else
    local ms, seq = string.match(group['last-delivered-id'], '^(%d+)-(%d+)$')
    needed = ms .. '-' .. string.format('%.0f', seq + 1)
  end
  if before(needed, floor) then
    floor = needed
  end
end

if ARGV[4] == '~' then
  return redis.call('XTRIM', stream, 'MINID', '~', floor)
end
return redis.call('XTRIM', stream, 'MINID', floor)
