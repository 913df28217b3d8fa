-- Numbers, times and texts between Lua and Wireshark.

-- Numbers of JSON are doubles; those of the protocol are whole and within 2^53.
local function to_uint64(value)
  value = math.max(0, math.floor(value))
  return UInt64.new(value % 4294967296, math.floor(value / 4294967296))
end
local function to_int64(value)
  local whole = math.floor(math.abs(value))
  local made = Int64.new(whole % 4294967296, math.floor(whole / 4294967296))
  return value < 0 and -made or made
end

-- Microseconds since the epoch, as UTC.
local function time_text(microseconds)
  local seconds = math.floor(microseconds / 1000000)
  if math.abs(microseconds) > 2 ^ 59 then return "beyond the calendar" end
  local days = math.floor(seconds / 86400)
  local rest = seconds - days * 86400
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local day = doy - math.floor((153 * mp + 2) / 5) + 1
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  local form = year >= 0 and year <= 9999 and "%04d" or "%+07d"
  return string.format(form .. "-%02d-%02dT%02d:%02d:%02d.%06dZ", year, month, day, math.floor(rest / 3600),
    math.floor(rest / 60) % 60, rest % 60, microseconds - seconds * 1000000)
end

-- How many characters a UTF-8 text has; nil where it is none. Surrogates and overlong forms are none.
local function characters_of(value)
  if not value:find("[\128-\255]") then return #value end
  local count, at = 0, 1
  while at <= #value do
    local first, second = value:byte(at, at + 1)
    local size = first < 0x80 and 1 or first < 0xc2 and 0 or first < 0xe0 and 2 or first < 0xf0 and 3 or first < 0xf5 and 4 or 0
    if size == 0 or at + size - 1 > #value then return nil end
    for place = at + 1, at + size - 1 do
      local byte = value:byte(place)
      if byte < 0x80 or byte > 0xbf then return nil end
    end
    if first == 0xe0 and second < 0xa0 or first == 0xed and second > 0x9f then return nil end
    if first == 0xf0 and second < 0x90 or first == 0xf4 and second > 0x8f then return nil end
    count, at = count + 1, at + size
  end
  return count
end

local function is_hidden(code)
  local low, high = 1, #hidden
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local pair = hidden[middle]
    if code < pair[1] then high = middle - 1
    elseif code > pair[2] then low = middle + 1
    else return true end
  end
  return false
end

local function escaped(character)
  local code = character:byte()
  if code >= 0xf0 then code = code - 0xf0 elseif code >= 0xe0 then code = code - 0xe0 elseif code >= 0xc0 then code = code - 0xc0 end
  for place = 2, #character do code = code * 64 + character:byte(place) - 0x80 end
  return is_hidden(code) and string.format("\\u{%04x}", code) or nil
end

-- A text of a peer as the Info column shows it: nothing in it can steer the line, reverse it or hide.
local function shown(value)
  if not value:find("[^ -~]") then return value end
  if not characters_of(value) then return (value:gsub("[^ -~]", function(byte) return string.format("\\x%02x", byte:byte()) end)) end
  return (value:gsub("%c", escaped):gsub("[\194-\244][\128-\191]+", escaped))
end
