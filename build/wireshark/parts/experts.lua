-- Notes, preferences, and what the tables say of a type.

local function expert_info(abbreviation, text, group, severity)
  return ProtoExpert.new("hexdrop.expert." .. abbreviation, text, expert.group[group], expert.severity[severity])
end
local e_out_of_sync = expert_info("out_of_sync", "Bytes that are no frame; found the next one by its magic", "SEQUENCE", "WARN")
local e_over_limit = expert_info("over_limit", "A frame announces more payload than its type may carry", "PROTOCOL", "ERROR")
local e_cut = expert_info("cut", "The capture holds only a part of this frame", "UNDECODED", "NOTE")
local e_ended = expert_info("ended", "The stream ends inside of this frame", "SEQUENCE", "WARN")
local e_unknown = expert_info("unknown_type", "A type that this version does not know", "UNDECODED", "NOTE")
local e_header = expert_info("bad_header", "The header breaks a rule", "MALFORMED", "ERROR")
local e_payload = expert_info("bad_payload", "The payload does not have the form of its type", "MALFORMED", "ERROR")
local e_error = expert_info("error", "The peer reports an error", "RESPONSE_CODE", "WARN")
local e_refused = expert_info("refused", "Declined, cancelled or failed", "RESPONSE_CODE", "NOTE")
hexdrop.experts = { e_out_of_sync, e_over_limit, e_cut, e_ended, e_unknown, e_header, e_payload, e_error, e_refused }

local warns = { ERROR = e_error, CANCEL = e_refused, DECLINE = e_refused, FAULT = e_refused }

hexdrop.prefs.port = Pref.uint("Port", default_port, "The TCP port that Hexdrop listens on. Other ports are recognised by the magic.")

local function limit_of(number)
  local message = messages[number]
  return message and message.limit or unknown_limit
end

local function type_label(number)
  local message = messages[number]
  return message and message.name or string.format("type 0x%02x", number)
end
