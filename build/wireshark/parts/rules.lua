-- What is wrong with a payload, in words; nil where nothing is. The rules stand in the tables.

local most_whole = 9007199254740991

local function count_fault(count, least, most, what)
  if count >= (least or 0) and count <= (most or math.huge) then return nil end
  return count .. " " .. what .. ", allowed: " .. (least or 0) .. " to " .. most
end

local function text_fault(value, form)
  local characters = characters_of(value)
  if not characters then return "not well-formed text" end
  if form.component and (value == "." or value == ".." or value:find("/", 1, true) or value:find("\0", 1, true)) then
    return "unsafe: not one component of a path"
  end
  if form.one_of and not form.one_of[value] then return "none of the words that are allowed" end
  if form.hex and (#value ~= form.hex or value:find("[^0-9a-f]")) then return "allowed: " .. form.hex .. " lower-case hex digits" end
  if form.word and (#value > form.word or not value:find("^[a-z0-9][a-z0-9%-]*$")) then
    return 'allowed: a word of a-z, 0-9 and "-", at most ' .. form.word .. " characters"
  end
  return count_fault(characters, form.least, form.most or math.huge, "characters")
end

local function number_fault(value, form)
  if value ~= math.floor(value) then return "allowed: an integer" end
  if value < (form.from or -most_whole) or value > (form.to or most_whole) then
    return string.format("allowed: %.0f to %.0f", form.from or -most_whole, form.to or most_whole)
  end
  if form.multiple and value % form.multiple ~= 0 then return "allowed: a multiple of " .. form.multiple end
  return nil
end

local kinds = { text = "text", secret = "text", int = "number", signed = "number", truth = "truth", list = "list", tuple = "list", object = "object" }
local kind_words = { text = "text", number = "a number", truth = "true or false", list = "a list", object = "an object" }

-- Of one JSON value, not of what it holds.
local function json_fault(value, form)
  local kind = kinds[form.kind]
  if value.kind ~= kind then return "allowed: " .. kind_words[kind] end
  if kind == "text" then return text_fault(value.value, form) end
  if kind == "number" then return number_fault(value.value, form) end
  if form.kind == "list" then return count_fault(#value.children, form.least, form.most, "items") end
  if form.kind == "tuple" and #value.children < #form.items then return "allowed: " .. #form.items .. " items" end
  for _, name in ipairs(form.required or {}) do
    if not property_of(value, name) then return '"' .. name .. '" is missing' end
  end
  return nil
end

-- Rules between the properties of a payload. Its parts have their form by now, or the fault is theirs.
local fault_between = {}

function fault_between.OFFER(offer)
  local roots, count = property_of(offer, "roots"), property_of(offer, "rootCount")
  if not (roots and roots.children and count and count.kind == "number") then return nil end
  if #roots.children == math.min(count.value, @@OFFER_ROOTS@@) then return nil end
  return "allowed: as many roots as rootCount, or the first @@OFFER_ROOTS@@ of them"
end

-- The rule between the lists of a WANT.
function fault_between.WANT(want)
  local first, count = property_of(want, "first"), property_of(want, "count")
  if not (first and count and first.kind == "number" and count.kind == "number") then return nil end
  local stop = first.value + count.value
  local spans = {}
  local function ascend(list)
    local at = first.value
    for _, span in ipairs(list) do
      if span[1] < at then return false end
      at = span[1] + span[2]
    end
    return at <= stop
  end
  local is_sound = stop <= no_index
  for name, has_count in pairs({ skip = true, resume = false, resumeIf = false, unless = false, later = true }) do
    local list = {}
    for _, child in ipairs((property_of(want, name) or {}).children or {}) do
      local items = child.value.children or {}
      local entry, length = items[1] and items[1].value, has_count and items[2] and items[2].value
      if not entry or entry.kind ~= "number" then return nil end
      list[#list + 1] = { entry.value, length and length.kind == "number" and length.value or 1 }
      spans[#spans + 1] = list[#list]
    end
    is_sound = is_sound and ascend(list)
  end
  table.sort(spans, function(one, two) return one[1] < two[1] end)
  if is_sound and ascend(spans) then return nil end
  return "allowed: @@WANT_RULE@@"
end

-- Of one number of a binary payload.
local function field_fault(number, form)
  if form.is_index and number == no_index and not form.none then return "this index names no entry" end
  if form.value and number ~= form.value then return "allowed: " .. form.value end
  if form.choices and not form.choices[number] then return "none of the numbers that are allowed" end
  if form.bytes == 8 then return number_fault(number, form) end
  return nil
end
