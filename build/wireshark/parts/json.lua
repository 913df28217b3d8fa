-- JSON with the places of its values. Works on the raw bytes; returns nil where the text ends early or is wrong.
local Json = {}
Json.__index = Json

function Json:space()
  self.at = self.raw:find("[^ \t\n\r]", self.at) or #self.raw + 1
end

local function utf8_of(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xc0 + math.floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then
    return string.char(0xe0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  end
  return string.char(0xf0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64,
    0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
end

local escapes = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- The text of what stands between two quotation marks; nil where JSON does not allow it.
local function unescape(raw)
  if raw:find("[^ -\255]") then return nil end
  local parts, at = {}, 1
  while true do
    local slash = raw:find("\\", at, true)
    if not slash then break end
    parts[#parts + 1] = raw:sub(at, slash - 1)
    local kind = raw:sub(slash + 1, slash + 1)
    if kind == "u" then
      local digits = raw:match("^%x%x%x%x", slash + 2)
      if not digits then return nil end
      local code = tonumber(digits, 16)
      at = slash + 6
      local low = code >= 0xd800 and code < 0xdc00 and raw:match("^\\u([dD][c-fC-F]%x%x)", at)
      if low then
        code = 0x10000 + (code - 0xd800) * 1024 + tonumber(low, 16) - 0xdc00
        at = at + 6
      end
      parts[#parts + 1] = utf8_of(code)
    else
      if not escapes[kind] then return nil end
      parts[#parts + 1] = escapes[kind]
      at = slash + 2
    end
  end
  return table.concat(parts) .. raw:sub(at)
end

function Json:string()
  local from = self.at
  local at = from + 1
  while true do
    local found = self.raw:find('["\\]', at)
    if not found then return nil end
    if self.raw:byte(found) == 34 then
      self.at = found + 1
      return unescape(self.raw:sub(from + 1, found - 1))
    end
    at = found + 2
  end
end

local function number_of(word)
  local whole, rest = word:match("^%-?(%d+)(.*)$")
  if not whole or #whole > 1 and whole:byte() == 48 then return nil end
  local exponent = rest:gsub("^%.%d+", "")
  if exponent ~= "" and not exponent:find("^[eE][%+%-]?%d+$") then return nil end
  return tonumber(word)
end

function Json:value(level)
  self:space()
  local from = self.at
  local first = self.raw:sub(from, from)
  if level > json_depth then self.is_too_deep = true end
  if self.is_too_deep or first == "" then return nil end
  if first == '"' then
    local value = self:string()
    return value and { kind = "text", from = from, to = self.at, value = value }
  end
  if first == "{" or first == "[" then return self:series(level, from, first == "{") end
  local word = self.raw:match("^[%-+%.%deE]+", from) or self.raw:match("^%a+", from)
  if not word then return nil end
  self.at = from + #word
  if word == "true" or word == "false" then return { kind = "truth", from = from, to = self.at, value = word == "true" } end
  if word == "null" then return { kind = "null", from = from, to = self.at, value = "null" } end
  local number = number_of(word)
  return number and { kind = "number", from = from, to = self.at, value = number, word = word }
end

function Json:series(level, from, is_object)
  local found = { kind = is_object and "object" or "list", from = from, children = {} }
  local close = is_object and "}" or "]"
  self.at = from + 1
  self:space()
  if self.raw:sub(self.at, self.at) == close then
    self.at = self.at + 1
    found.to = self.at
    return found
  end
  while true do
    self:space()
    local start, name = self.at, nil
    if is_object then
      if self.raw:sub(start, start) ~= '"' then return nil end
      name = self:string()
      if not name then return nil end
      self:space()
      if self.raw:sub(self.at, self.at) ~= ":" then return nil end
      self.at = self.at + 1
    end
    local value = self:value(level + 1)
    if not value then return nil end
    found.children[#found.children + 1] = { name = name, start = start, value = value }
    self:space()
    local byte = self.raw:sub(self.at, self.at)
    self.at = self.at + 1
    if byte == close then
      found.to = self.at
      return found
    end
    if byte ~= "," then return nil end
  end
end

-- The value of the property `name`: of several the last one counts.
local function property_of(value, name)
  local found
  for _, child in ipairs(value and value.kind == "object" and value.children or {}) do
    if child.name == name then found = child.value end
  end
  return found
end
