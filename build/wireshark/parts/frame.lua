-- One frame.

local function header_fault(number, flags, channel, id)
  local message = messages[number]
  if flags > 3 then return "flags that this version does not define" end
  if flags >= 2 and message and not message.last then return "LAST has no meaning for this type" end
  if not message then return flags % 2 == 0 and "a type that is not known, and not marked OPTIONAL" or nil end
  if message.id == "zero" and id ~= 0 then return "this type carries id 0" end
  if message.id == "request" and id == 0 then return "this type carries the id of a request" end
  if channel > most_lanes then return "allowed as channel: 0 to " .. most_lanes end
  return nil
end

-- A packet may hold many frames: a frame is known by its packet and its number in it.
local function key_of_frame(pinfo)
  local count = tonumber(pinfo.private.hexdrop_frames or "0") + 1
  pinfo.private.hexdrop_frames = tostring(count)
  return pinfo.number .. "/" .. count
end

-- One frame from its first byte on; `buffer` may end before the frame does. Returns the words for the Info column.
local function dissect_frame(buffer, pinfo, root, connection)
  local length = buffer(4, 4):uint()
  local number = buffer(8, 1):uint()
  local flags = buffer(9, 1):uint()
  local channel = buffer(10, 2):uint()
  local id = buffer(12, 4):uint()
  local message = messages[number]
  local total = header_bytes + length
  local captured = buffer:len()
  local is_whole = captured == total
  local label = type_label(number)

  local tree = root:add(hexdrop, buffer(), "Hexdrop " .. label .. ", " .. total .. " bytes")
  tree:add(f_magic, buffer(0, 4))
  tree:add(f_length, buffer(4, 4))
  tree:add(f_type, buffer(8, 1), label)
  tree:add(f_type_number, buffer(8, 1)):set_hidden()
  local flags_tree = tree:add(f_flags, buffer(9, 1))
  flags_tree:add(f_optional, buffer(9, 1))
  flags_tree:add(f_last, buffer(9, 1))
  tree:add(f_channel, buffer(10, 2))
  tree:add(f_id, buffer(12, 4))
  local wrong = header_fault(number, flags, channel, id)
  if wrong then tree:add_proto_expert_info(e_header, wrong) end
  local key = key_of_frame(pinfo)
  track(connection, pinfo, key, number, id)
  add_answers(tree, key)

  local words = ""
  if not message then tree:add_proto_expert_info(e_unknown) end
  if warns[label] then tree:add_proto_expert_info(warns[label]) end
  if captured > header_bytes then
    local payload = buffer(header_bytes):tvb()
    local node = tree:add(f_payload, buffer(header_bytes))
    node:set_text("payload: " .. length .. " bytes")
    local paths = paths_of(connection, id)
    if message and message.json then
      local json
      words, json = dissect_json(node, payload, message, is_whole, paths)
      if json and not pinfo.visited then learn_lane(connection, number, json) end
    elseif message then
      local learn = message.name == "MANIFEST" and not pinfo.visited
        and function(index, parent, name) learn_entry(connection, id, index, parent, name) end
      words = dissect_binary(node, payload, message, is_whole, { paths = paths, learn = learn or nil })
    end
  elseif is_whole and message then
    fault(tree, "there is no payload")
  end
  if not is_whole then tree:append_text(" (" .. captured .. " captured)") end
  local marks = (flags % 4 >= 2 and " LAST" or "") .. (id > 0 and " #" .. id or "")
  return label .. marks .. (words ~= "" and " " .. words or ""), tree, total
end
