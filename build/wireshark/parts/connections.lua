-- What is known of connections. Packets are dissected in order at first, and later in any order: what is learnt is learnt
-- at first and kept, so that a packet reads the same ever after.
--
-- The two ends of a connection are its key, since a dissector is not told the number of the stream. Ports are used again:
-- a key has a list of connections, each from the packet on that began it.
local connections, lane_tokens = {}, {}
-- By packet and place in it.
local answered, answers_to = {}, {}
-- By packet: the frames that the end of a stream cut off.
local endings = {}
local open_beginnings = 0
-- Entries of manifests whose names are kept, in all: beyond it paths are not told.
local known_entries = 0
local most_known_entries = 1000000

function hexdrop.init()
  connections, lane_tokens, answered, answers_to, endings = {}, {}, {}, {}, {}
  open_beginnings, known_entries = 0, 0
end

local function key_of(pinfo)
  local one = tostring(pinfo.src) .. ":" .. pinfo.src_port
  local two = tostring(pinfo.dst) .. ":" .. pinfo.dst_port
  return one < two and one .. "|" .. two or two .. "|" .. one, one
end

local function begin_connection(pinfo)
  local key = key_of(pinfo)
  local list = connections[key] or {}
  connections[key] = list
  list[#list + 1] = { since = pinfo.number, waiting = {}, manifests = {}, beginnings = {} }
  return list[#list]
end

local function known_connection(pinfo)
  local list = connections[key_of(pinfo)] or {}
  for place = #list, 1, -1 do
    if list[place].since <= pinfo.number then return list[place] end
  end
  return nil
end

-- Whether this was known when the packet was dissected for the first time.
local function was_known(since, pinfo)
  return since ~= nil and since <= pinfo.number
end

-- Requests and their answers. Times count from the first packet: a double holds their nanoseconds.

local function track(connection, pinfo, key, number, id)
  local message = messages[number]
  if not message or pinfo.visited then return end
  local requests = connection.waiting[id]
  if requests then
    for request_number, request in pairs(requests) do
      if messages[request_number].answers[message.name] then
        answered[request.key] = pinfo.number
        answers_to[key] = { packet = request.packet, seconds = pinfo.rel_ts - request.at }
        requests[request_number] = nil
      end
    end
  end
  if message.asks then
    connection.waiting[id] = connection.waiting[id] or {}
    connection.waiting[id][number] = { key = key, packet = pinfo.number, at = pinfo.rel_ts }
  end
end

local function add_answers(tree, key)
  local to = answers_to[key]
  if to then
    tree:add(f_answer_to, to.packet):set_generated()
    local nanoseconds = math.floor(math.max(0, to.seconds) * 1e9 + 0.5)
    tree:add(f_answer_time, NSTime.new(math.floor(nanoseconds / 1e9), nanoseconds % 1e9)):set_generated()
  end
  local by = answered[key]
  if by then tree:add(f_answer_in, by):set_generated() end
end

-- Manifests: which file is number 7?

local function learn_entry(connection, id, index, parent, name)
  if known_entries >= most_known_entries then return end
  local manifest = connection.manifests[id] or {}
  connection.manifests[id] = manifest
  if not manifest[index] then known_entries = known_entries + 1 end
  manifest[index] = { name = name, parent = parent }
end

-- A lane brings files of a transfer whose manifest travels on the control connection.
local function learn_lane(connection, number, json)
  local name = messages[number].name
  local holder = name == "OFFER" and property_of(json, "lane") or name == "LANE" and json
  local token = property_of(holder or nil, "token")
  if not token or token.kind ~= "text" then return end
  if name == "OFFER" then lane_tokens[token.value] = connection else connection.control = lane_tokens[token.value] end
end

-- A function that tells the path of an entry of the transfer `id`, or nil when its manifest is not in reach.
local function paths_of(connection, id)
  local manifest = connection.manifests[id] or connection.control and connection.control.manifests[id]
  if not manifest then return nil end
  return function(index)
    local names, at = {}, index
    local entry = manifest[at]
    while entry and #names < 512 do
      table.insert(names, 1, entry.name)
      if entry.parent == no_index then return table.concat(names, "/") end
      if entry.parent >= at then return nil end
      at = entry.parent
      entry = manifest[at]
    end
    return nil
  end
end

-- Frames that have begun and wait for the rest of their bytes, by the side that sends them.

-- So much of each is kept, to be shown.
local beginning_bytes = 4096

local function forget_beginning(connection, sender)
  if connection.beginnings[sender] then open_beginnings = open_beginnings - 1 end
  connection.beginnings[sender] = nil
end

local function keep_beginning(connection, sender, raw)
  forget_beginning(connection, sender)
  open_beginnings = open_beginnings + 1
  connection.beginnings[sender] = raw
end
