-- A frame that waits for its end when the stream is over. Nobody calls a dissector for a packet without payload, so this
-- one looks at every packet, and at none as long as no frame waits.

local ending = Proto("hexdrop_end", "Hexdrop, end of a stream")
local tcp_fin, tcp_reset = Field.new("tcp.flags.fin"), Field.new("tcp.flags.reset")

local function is_set(flag)
  local info = flag()
  return info ~= nil and info.value
end

local function show(pinfo, root, connection, raw)
  local buffer = ByteArray.new(raw, true):tvb("Beginning of a frame")
  local words, tree = "beginning of a header", nil
  if buffer:len() < header_bytes then
    tree = root:add(hexdrop, buffer(), "Hexdrop, the beginning of a header")
  else
    words, tree = dissect_frame(buffer, pinfo, root, connection)
  end
  tree:add_proto_expert_info(e_ended)
  pinfo.cols.protocol = "Hexdrop"
  pinfo.cols.info:append(" | " .. words .. ", cut off by the end of the stream")
end

function ending.dissector(_, pinfo, root)
  if not pinfo.visited and open_beginnings > 0 and (is_set(tcp_fin) or is_set(tcp_reset)) then
    local connection = known_connection(pinfo)
    local sender = sender_of(pinfo)
    for side, raw in pairs(connection and connection.beginnings or {}) do
      if side == sender or is_set(tcp_reset) then
        endings[pinfo.number] = endings[pinfo.number] or { connection = connection }
        table.insert(endings[pinfo.number], raw)
        forget_beginning(connection, side)
      end
    end
  end
  for _, raw in ipairs(endings[pinfo.number] or {}) do show(pinfo, root, endings[pinfo.number].connection, raw) end
end
register_postdissector(ending)
