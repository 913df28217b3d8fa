-- The stream: where frames begin, and whose stream it is.

-- Whether a frame may begin here, as far as there are bytes; the header must be whole to be sure.
local function starts_magic(buffer, offset)
  local available = math.min(4, buffer:len() - offset)
  return buffer(offset, available):raw() == magic_bytes:sub(1, available)
end

local function is_plausible(buffer, offset)
  return buffer:len() - offset >= header_bytes and starts_magic(buffer, offset)
    and buffer(offset + 4, 4):uint() <= limit_of(buffer(offset + 8, 1):uint())
end

-- Where the next magic begins behind `offset`, or a beginning of one at the very end, else the end.
local function next_magic(buffer, offset)
  local raw = buffer(offset):raw()
  local found = raw:find(magic_bytes, 2, true)
  if found then return offset + found - 1 end
  for kept = math.min(3, #raw - 1), 1, -1 do
    if raw:sub(-kept) == magic_bytes:sub(1, kept) then return offset + #raw - kept end
  end
  return offset + #raw
end

-- TCP calls once for what it put together and once more for the rest of the segment, TLS for each record: all that is said
-- of one packet goes into one column.
local function say(pinfo, words)
  if pinfo.private.hexdrop then
    pinfo.cols.info:append(" | " .. words)
  else
    pinfo.cols.info:set(words)
    pinfo.private.hexdrop = "said"
  end
  pinfo.cols.info:fence()
end

local function sender_of(pinfo)
  local _, sender = key_of(pinfo)
  return sender
end

-- What stands here instead of a frame.
local function loose_words(buffer, offset, length)
  if is_plausible(buffer, offset) or length < 4 then return nil end
  if starts_magic(buffer, offset) and buffer:len() - offset >= header_bytes then
    local number = buffer(offset + 8, 1):uint()
    return string.format("%s announces %.0f bytes of payload, %d are allowed", type_label(number), buffer(offset + 4, 4):uint(), limit_of(number)), true
  end
  local seen = buffer(offset, 4):raw()
  return "it begins with " .. seen:gsub(".", function(byte) return string.format("%02x ", byte:byte()) end) .. "and not with 48 58 44 31", false
end

local function dissect_loose(buffer, pinfo, root, offset, is_over)
  local stop = next_magic(buffer, offset)
  local length = stop - offset
  local tree = root:add(hexdrop, buffer(offset, length), "Hexdrop, out of sync")
  tree:add(f_out_of_sync, buffer(offset, length))
  local words = loose_words(buffer, offset, length)
  local expert = is_over and e_over_limit or e_out_of_sync
  if words then tree:add_proto_expert_info(expert, words) else tree:add_proto_expert_info(expert) end
  say(pinfo, (is_over and "over the limit, " or "out of sync, ") .. length .. " bytes" .. (words and ": " .. words or ""))
  return stop
end

local function dissect_stream(buffer, pinfo, root)
  local captured = buffer:len()
  if captured == 0 then return 0 end
  local connection = known_connection(pinfo) or begin_connection(pinfo)
  local is_sliced = buffer:reported_len() > captured
  local can_wait = not is_sliced and pinfo.can_desegment > 0
  local sender = sender_of(pinfo)
  if not pinfo.visited then forget_beginning(connection, sender) end
  pinfo.cols.protocol = "Hexdrop"
  local offset = 0

  local function wait(missing)
    pinfo.desegment_offset = offset
    pinfo.desegment_len = missing
    if not pinfo.visited then keep_beginning(connection, sender, buffer(offset, math.min(captured - offset, beginning_bytes)):raw()) end
    return captured
  end

  while offset < captured do
    local remaining = captured - offset
    local is_frame = starts_magic(buffer, offset)
    if is_frame and remaining < header_bytes and can_wait then return wait(DESEGMENT_ONE_MORE_SEGMENT) end
    local is_over = is_frame and remaining >= header_bytes and not is_plausible(buffer, offset)
    if is_frame and not is_over then
      if remaining < header_bytes then
        local tree = root:add(hexdrop, buffer(offset), "Hexdrop, the beginning of a header")
        tree:add_proto_expert_info(e_cut)
        say(pinfo, "beginning of a header")
        break
      end
      local total = header_bytes + buffer(offset + 4, 4):uint()
      if remaining < total and can_wait then return wait(total - remaining) end
      local present = math.min(total, remaining)
      local words, tree = dissect_frame(buffer(offset, present):tvb(), pinfo, root, connection)
      if present < total then tree:add_proto_expert_info(e_cut) end
      say(pinfo, words)
      offset = offset + present
    else
      offset = dissect_loose(buffer, pinfo, root, offset, is_over)
    end
  end
  return captured
end

-- Whose stream is it? On the port of Hexdrop come its frames, TLS, and what went astray.

-- A TLS record (RFC 8446, 5.1), as far as there are bytes of its header.
local function starts_record(raw, at)
  local content, major, minor, high, low = raw:byte(at, at + 4)
  if not content or content < 20 or content > 24 then return false end
  if major and major ~= 3 or minor and minor > 4 then return false end
  return not low or high * 256 + low > 0 and high * 256 + low <= 16640
end

-- In the middle of an encrypted stream a record begins somewhere, and the next one right behind it.
local function holds_record(raw)
  local at = raw:find("\23\3\3", 1, true)
  while at do
    local high, low = raw:byte(at + 3, at + 4)
    if starts_record(raw, at) and (not low or at + 5 + high * 256 + low > #raw or starts_record(raw, at + 5 + high * 256 + low)) then return true end
    at = raw:find("\23\3\3", at + 1, true)
  end
  return false
end

local function is_client_hello(raw)
  return starts_record(raw, 1) and raw:byte(1) == 22 and raw:byte(6) == 1
end

-- Bits of what was seen of the connection, 1 and 2 of its handshake; Wireshark 3.6 and later.
local is_completeness_known, completeness = pcall(Field.new, "tcp.completeness")

local function began_here()
  if not is_completeness_known then return false end
  local seen = completeness()
  return seen ~= nil and seen.value % 4 > 0
end

-- The type of a first frame of a connection.
local begins_connection = { HELLO = true, LANE = true }

local function begin_anew(buffer, pinfo, connection)
  if pinfo.visited or not connection.framed then return connection end
  if not is_plausible(buffer, 0) or not begins_connection[type_label(buffer(8, 1):uint())] then return connection end
  return begin_connection(pinfo)
end

local function take(buffer, pinfo, root, connection)
  connection = begin_anew(buffer, pinfo, connection)
  connection.framed = connection.framed or pinfo.number
  return dissect_stream(buffer, pinfo, root)
end

-- On the port, over TCP or what TLS decrypted. Returns 0 for what belongs to others: Wireshark then asks them, TLS first.
function hexdrop.dissector(buffer, pinfo, root)
  if buffer:len() == 0 then return 0 end
  local connection = known_connection(pinfo) or begin_connection(pinfo)
  local first = buffer(0, math.min(buffer:len(), 6)):raw()
  if is_client_hello(first) then
    if not pinfo.visited and connection.framed then begin_connection(pinfo) end
    return 0
  end
  if was_known(connection.framed, pinfo) or starts_magic(buffer, 0) then return take(buffer, pinfo, root, connection) end
  if starts_record(first, 1) then return 0 end
  local later = next_magic(buffer, 0)
  if is_plausible(buffer, later) then return take(buffer, pinfo, root, connection) end
  if began_here() or holds_record(buffer():raw()) then return 0 end
  return dissect_stream(buffer, pinfo, root)
end

local registered
local function register()
  for _, name in ipairs({ "tcp.port", "tls.port" }) do
    local ports = DissectorTable.get(name)
    if registered then ports:remove(registered, hexdrop) end
    ports:add(hexdrop.prefs.port, hexdrop)
  end
  registered = hexdrop.prefs.port
end
function hexdrop.prefs_changed() register() end
register()

-- Any port: a stream that begins with a frame. TCP remembers whose it is, TLS asks anew for every record.
hexdrop:register_heuristic("tcp", function(buffer, pinfo, root)
  if not is_plausible(buffer, 0) then return false end
  pinfo.conversation = hexdrop
  take(buffer, pinfo, root, known_connection(pinfo) or begin_connection(pinfo))
  return true
end)
hexdrop:register_heuristic("tls", function(buffer, pinfo, root)
  local connection = known_connection(pinfo)
  if not is_plausible(buffer, 0) and not (connection and was_known(connection.framed, pinfo)) then return false end
  take(buffer, pinfo, root, connection or begin_connection(pinfo))
  return true
end)
