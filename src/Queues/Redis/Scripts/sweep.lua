-- Brings back what is due: delayed sends into the stream, parked entries and entries whose lease ran out to the consumer that asks.
-- KEYS: stream, delayed set, parked set, leases.
-- ARGV: group, consumer, its lease in ms, room for entries, name of the parking consumer, whether to look for lost leases (0/1),
--       how many delayed sends to move at most, after how many idle ms a consumer of ours without entries is forgotten.
-- Returns: ms until something else is due (-1: nothing known), delayed sends moved, entries found deleted, an error or '', whether
--          there was no room for all, then the entries: id, delivery count and fields of each in turn.
local stream, delayed, parked, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, me, lease, room, parking = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local expiry = tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local out, delivered, gone, moved, failure, more = {}, 0, 0, 0, '', 0

-- Fails where the group is missing, before anything has changed.
redis.call('XPENDING', stream, group)

local function deliver(id, count)
  local entry = redis.call('XCLAIM', stream, group, me, 0, id, 'RETRYCOUNT', count)[1]
  if entry and entry[2] then
    out[#out + 1] = id
    out[#out + 1] = count
    out[#out + 1] = entry[2]
    delivered = delivered + 1
  else
    -- Deleted from the stream: nothing is left to deliver. From Redis 7 on XCLAIM has forgotten it already.
    redis.call('XACK', stream, group, id)
    gone = gone + 1
  end
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, tonumber(ARGV[7]))) do
  -- Added first, then removed: where there is no memory to add, the send stays delayed.
  local added = redis.pcall('XADD', stream, '*', unpack(cmsgpack.unpack(string.sub(member, 17))))
  if type(added) == 'table' and added.err then
    failure = added.err
    break
  end
  redis.call('ZREM', delayed, member)
  moved = moved + 1
end

-- In the order of the stream: what was given back together is due at the same time, and the set orders such by text ('1-10' before '1-9').
local function before(a, b)
  local aMs, aSeq = string.match(a, '^(%d+)-(%d+)$')
  local bMs, bSeq = string.match(b, '^(%d+)-(%d+)$')
  if aMs ~= bMs then
    return tonumber(aMs) < tonumber(bMs)
  end
  return tonumber(aSeq) < tonumber(bSeq)
end

local ready = redis.call('ZRANGEBYSCORE', parked, '-inf', now, 'LIMIT', 0, math.max(room, 1000))
table.sort(ready, before)
for i = 1, math.min(#ready, room) do
  local id = ready[i]
  local pending = redis.call('XPENDING', stream, group, id, id, 1)[1]
  redis.call('ZREM', parked, id)
  if pending and pending[2] == parking then
    deliver(id, pending[4] + 1)
  end
end

if ARGV[6] == '1' then
  if redis.call('HGET', leases, me) ~= ARGV[3] then
    -- On a full server this fails; until it succeeds, others take their own lease for ours.
    redis.pcall('HSET', leases, me, ARGV[3])
  end
  for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local consumer = {}
    for i = 1, #info, 2 do
      consumer[info[i]] = info[i + 1]
    end
    if consumer.name == parking then
      -- Parked entries without a due time (the set was lost or evicted): due now.
      if consumer.pending > redis.call('ZCARD', parked) then
        local from = '-'
        repeat
          local page = redis.call('XPENDING', stream, group, from, '+', 1000, parking)
          for _, pending in ipairs(page) do
            redis.call('ZADD', parked, 'NX', now, pending[1])
            from = '(' .. pending[1]
          end
        until #page < 1000
      end
    elseif consumer.pending > 0 then
      -- A consumer's lease is written down; of a foreign one nothing is known, so ours holds for it too.
      local idle = tonumber(redis.call('HGET', leases, consumer.name) or lease)
      if delivered < room then
        for _, pending in ipairs(redis.call('XPENDING', stream, group, 'IDLE', idle, '-', '+', room - delivered, consumer.name)) do
          deliver(pending[1], pending[4] + 1)
        end
      end
      if delivered >= room then
        more = 1
      end
    elseif consumer.idle > expiry and consumer.name ~= me and redis.call('HEXISTS', leases, consumer.name) == 1 then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name)
      redis.call('HDEL', leases, consumer.name)
    end
  end
end

local due = -1
for _, set in ipairs({ delayed, parked }) do
  local first = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')
  if first[2] then
    local wait = math.max(0, tonumber(first[2]) - now)
    if due < 0 or wait < due then
      due = wait
    end
  end
end

return { due, moved, gone, failure, more, out }
