-- Appends the messages of consecutive events of one producer, once: the position moves with them.
-- KEYS: positions, epoch, offsets, then per channel its stream and its last messages
-- ARGV: producer, expected position ('-' for none), new position, epoch if there is none, history length, count of channels, channel names,
--       then per message: channel number (from 1), subject flag (0/1), subject, body
local producer, expected, position = ARGV[1], ARGV[2], ARGV[3]
if (redis.call('HGET', KEYS[1], producer) or '-') ~= expected then
    return -1
end

redis.call('SET', KEYS[2], ARGV[4], 'NX')
local length, channels = ARGV[5], tonumber(ARGV[6])
local at = 7 + channels
local appended = 0
while at <= #ARGV do
    local channel = tonumber(ARGV[at])
    local stream, last = KEYS[2 + 2 * channel], KEYS[3 + 2 * channel]
    local subject, body = ARGV[at + 2], ARGV[at + 3]
    local offset = redis.call('HINCRBY', KEYS[3], ARGV[6 + channel], 1)
    redis.call('XADD', stream, 'MAXLEN', length, offset .. '-0', 'k', ARGV[at + 1], 's', subject, 'b', body)
    if ARGV[at + 1] == '1' then
        redis.call('HSET', last, subject, offset .. ' ' .. body)
    end

    appended = appended + 1
    at = at + 4
end

redis.call('HSET', KEYS[1], producer, position)
return appended
