-- The tree of a payload.

local function fault(item, words)
  if words then item:add_proto_expert_info(e_payload, words) end
end

-- Fields of this name hold the index of a manifest entry.
local names_entry = { file = true, entry = true }

local function add_path(tree, range, paths, name, index)
  local path = names_entry[name] and paths and paths(index)
  if path then tree:add(f_path, range, path):set_generated() end
end

local add_json

local function add_children(tree, buffer, value, form, paths)
  local is_object = value.kind == "object"
  for position, child in ipairs(value.children) do
    if position > shown_entries then break end
    local inner, label
    if is_object then
      label = child.name
      -- A name that stands there twice: the last counts.
      if form and form.kind == "object" and property_of(value, child.name) == child.value then inner = form.properties[child.name] end
    else
      if form and form.kind == "list" then inner = form.items end
      if form and form.kind == "tuple" then inner, label = form.items[position], form.names[position] end
    end
    add_json(tree, buffer, label or "[" .. (position - 1) .. "]", child.start, child.value, inner, paths)
  end
end

-- `from` is where the node begins (the name of a property), the value may begin further on; both count from 1.
function add_json(tree, buffer, label, from, value, form, paths)
  local range = buffer(from - 1, value.to - from)
  local wrong = form and json_fault(value, form)
  if value.children then
    local count = #value.children
    local is_object = value.kind == "object"
    local size = count .. (is_object and (count == 1 and " property" or " properties") or (count == 1 and " item" or " items"))
    local node = tree:add(range, label .. ": " .. size)
    fault(node, wrong)
    add_children(node, buffer, value, form, paths)
    return
  end
  local kind = form and form.kind
  if kind == "secret" then fault(tree:add(form.field, range, "(secret)"), wrong)
  elseif not form or value.kind ~= kinds[kind] or wrong and value.kind == "number" then
    fault(tree:add(range, label .. ": " .. (value.word or tostring(value.value))), wrong)
  elseif kind == "int" then
    tree:add(form.field, range, to_uint64(value.value))
    add_path(tree, range, paths, label, value.value)
  elseif kind == "signed" then tree:add(form.field, range, to_int64(value.value))
  else fault(tree:add(form.field, range, value.value), wrong) end
end

local function summary_of_json(value)
  local parts = {}
  for _, child in ipairs(value.children or {}) do
    local inner = child.value
    if #parts >= 4 then break end
    if inner.kind == "text" and #inner.value <= 60 and child.name ~= "pin" and child.name ~= "token" then
      parts[#parts + 1] = shown(child.name .. "=" .. inner.value)
    elseif inner.kind == "number" then
      parts[#parts + 1] = shown(child.name) .. "=" .. string.format("%.0f", inner.value)
    end
  end
  return table.concat(parts, " ")
end

local function has_secret(properties)
  for _, property in pairs(properties) do
    if property.kind == "secret" then return true end
    if property.kind == "object" and has_secret(property.properties) then return true end
  end
  return false
end

local function dissect_json(tree, buffer, message, is_whole, paths)
  local raw = buffer():raw()
  local reader = setmetatable({ raw = raw, at = 1 }, Json)
  local value = reader:value(0)
  reader:space()
  local is_secret = has_secret(message.json.properties)
  local words = is_secret and "(secret)" or raw
  local item = is_secret and tree or tree:add(f_json, buffer(), raw)
  if not value or reader.at <= #raw then
    if is_whole and not reader.is_too_deep then fault(item, "not JSON") end
    return ""
  end
  fault(item, json_fault(value, message.json) or not characters_of(raw) and "not UTF-8"
    or fault_between[message.name] and fault_between[message.name](value))
  if not value.children then
    tree:add(buffer(value.from - 1, value.to - value.from), "value: " .. words)
    return ""
  end
  add_children(tree, buffer, value, message.json, paths)
  return summary_of_json(value), value
end

local dissect_fields

-- Records up to the end, or as many as were counted. Returns where they end, and how many there are.
local function dissect_records(tree, buffer, at, form, count, about)
  local length = buffer:len()
  local index = 0
  while index < (count or math.huge) and (count or at < length) do
    if at >= length then return nil, index end
    local before = at
    local item = index < shown_entries and tree:add(buffer(at, 0), "[" .. index .. "]") or nil
    local record = about.learn and {}
    at = dissect_fields(item or tree, buffer, at, form.of, {}, about, record)
    if not at then return nil, index end
    if item then item:set_len(at - before) end
    if record then about.learn(index, record) end
    index = index + 1
  end
  return at, index
end

-- Binary fields one after the other; returns where they end, or nil when the bytes do not hold them. `told` collects words
-- for the Info column; `record`, if there is one, the values by their names.
function dissect_fields(tree, buffer, at, fields_of_it, told, about, record)
  local measures = {}
  local length = buffer:len()
  for _, each in ipairs(fields_of_it) do
    if each.kind == "number" or each.kind == "time" then
      if at + each.bytes > length then return nil end
      local range = buffer(at, each.bytes)
      local item = tree:add(each.field, range)
      local number
      if each.kind == "time" then
        number = range:int64():tonumber()
        item:append_text(" (" .. time_text(number) .. ")")
      else
        number = each.bytes == 8 and range:uint64():tonumber() or range:uint()
        if each.none and number == no_index then item:append_text(" (none)") end
        if each.of then measures[each.of] = number end
        add_path(tree, range, about.paths, each.name, number)
        if #told < 3 and not each.of and not each.choices and each.name ~= "reserved" then
          told[#told + 1] = each.name .. "=" .. string.format("%.0f", number)
          local path = names_entry[each.name] and about.paths and about.paths(number)
          if path then told[#told] = told[#told] .. " (" .. shown(path) .. ")" end
        end
      end
      fault(item, field_fault(number, each))
      if record then record[each.name] = number end
      at = at + each.bytes
    elseif each.kind == "records" then
      local node = tree:add(buffer(math.min(at, length - 1), 0), each.name)
      local stop, count = dissect_records(node, buffer, at, each, each.measured and (measures[each.name] or 0), about)
      local amount = count .. (count == 1 and " entry" or " entries")
      node:set_text(each.name .. ": " .. amount)
      if not stop then return nil end
      node:set_len(stop - at)
      fault(node, count_fault(count, each.least, each.most, "entries"))
      if #told < 4 then told[#told + 1] = amount end
      at = stop
    else
      local size = each.bytes or (each.measured and (measures[each.name] or 0)) or (length - at)
      if at + size > length then return nil end
      local item = size > 0 and tree:add(each.field, buffer(at, size)) or tree
      local wrong = count_fault(size, each.least, each.most or math.huge, "bytes of " .. each.name)
      if each.kind == "utf8" then
        local raw = size > 0 and buffer(at, size):raw() or ""
        if record then record[each.name] = raw end
        wrong = wrong or text_fault(raw, { component = each.component })
      end
      fault(item, wrong)
      at = at + size
    end
  end
  return at
end

local function dissect_binary(tree, buffer, message, is_whole, about)
  local told, record = {}, about.learn and {}
  local learn = about.learn
  if learn then
    about.learn = function(index, entry) learn(record.first + index, entry.parent, entry.name) end
  end
  local ended = dissect_fields(tree, buffer, 0, message.fields, told, about, record)
  if is_whole and not ended then fault(tree, "it ends inside of a field") end
  if is_whole and ended and ended < buffer:len() then fault(tree, (buffer:len() - ended) .. " bytes behind the last field") end
  return table.concat(told, " ")
end
