-- Appends the messages of consecutive events of one producer, once: the position moves with them.
-- KEYS: positions, epoch, offsets, then per channel its stream and its last messages
-- ARGV: producer, expected position ('-' for none), new position, epoch if there is none, history length, now and the oldest time that is
--       kept (both Unix milliseconds), channel to tell of news, how many messages are told there at most, count of channels, channel names,
--       then per message: channel number (from 1), subject flag (0/1), subject, body, trace of its cause (may be empty)
local producer, expected, position = ARGV[1], ARGV[2], ARGV[3]
if (redis.call('HGET', KEYS[1], producer) or '-') ~= expected then
    return -1
end

redis.call('SET', KEYS[2], ARGV[4], 'NX')
local length, now, oldest, news, limit, channels = ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9]), tonumber(ARGV[10])

-- The id of the last of the first entries that are too old; nil where the first is not.
local function last_old(stream, count)
    local old
    for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+', 'COUNT', count)) do
        local fields, at = entry[2], 0
        for i = 1, #fields, 2 do
            if fields[i] == 'a' then at = tonumber(fields[i + 1]) end
        end
        if at >= oldest then break end
        old = entry[1]
    end
    return old
end

-- Drops what is too old, some at a time: an append must stay short. Mostly nothing is, which one entry says.
local function age(stream)
    if last_old(stream, 1) then
        redis.call('XTRIM', stream, 'MINID', (tonumber(string.match(last_old(stream, 100), '^%d+')) + 1) .. '-0')
    end
end

local at = 11 + channels
local appended = 0
local touched = {}
local told = { redis.call('GET', KEYS[2]) }
while at <= #ARGV do
    local channel = tonumber(ARGV[at])
    local stream, last = KEYS[2 + 2 * channel], KEYS[3 + 2 * channel]
    local subject, body = ARGV[at + 2], ARGV[at + 3]
    local name = ARGV[10 + channel]
    local offset = redis.call('HINCRBY', KEYS[3], name, 1)
    redis.call('XADD', stream, 'MAXLEN', length, offset .. '-0', 'a', now, 'k', ARGV[at + 1], 's', subject, 'b', body, 't', ARGV[at + 4])
    if ARGV[at + 1] == '1' then
        redis.call('HSET', last, subject, offset .. ' ' .. body)
    end

    touched[stream] = true
    appended = appended + 1
    if appended <= limit then
        for _, field in ipairs({ name, tostring(offset), now, ARGV[at + 1], subject, body, ARGV[at + 4] }) do
            told[#told + 1] = field
        end
    end

    at = at + 5
end

for stream in pairs(touched) do
    age(stream)
end

redis.call('HSET', KEYS[1], producer, position)
if appended > 0 then
    redis.call('PUBLISH', news, appended <= limit and cjson.encode(told) or '')
end

return appended
