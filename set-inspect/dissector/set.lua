-- A Wireshark dissector for SET 1.0: the wrapper, its header and the name of the message.
--
--   tshark -X lua_script:set.lua -r traffic.pcapng -Y set1 -O set1
--   wireshark -X lua_script:set.lua traffic.pcapng
--
-- SET over TCP is looked for at port 257, which it has by assignment, and at the ports of the
-- preference "TCP ports" (-o set1.ports:2570-2573). Over HTTP it is known by its media types.
-- What is inside of the messages is for set-inspect: there are keys to be had, here not.

local set1 = Proto("set1", "Secure Electronic Transaction")

set1.prefs.ports = Pref.range("TCP ports", "257", "Where SET over TCP is looked for", 65535)

local message_field = ProtoField.string("set1.message", "Message")
local tag_field = ProtoField.uint32("set1.message.tag", "Tag")
local length_field = ProtoField.uint32("set1.length", "Octets")
local version_field = ProtoField.string("set1.version", "Version")
local date_field = ProtoField.string("set1.date", "Date")
local rrpid_field = ProtoField.bytes("set1.rrpid", "RRPID")
local lid_c_field = ProtoField.bytes("set1.lid_c", "lid-C")
local lid_m_field = ProtoField.bytes("set1.lid_m", "lid-M")
local xid_field = ProtoField.bytes("set1.xid", "XID")
local program_field = ProtoField.string("set1.sw_ident", "swIdent")

set1.fields = {
  message_field, tag_field, length_field, version_field, date_field, rrpid_field,
  lid_c_field, lid_m_field, xid_field, program_field,
}

local malformed = ProtoExpert.new("set1.malformed", "Not a MessageWrapper",
  expert.group.MALFORMED, expert.severity.ERROR)
set1.experts = { malformed }

-- Message ::= CHOICE, by its tags.
local NAMES = {
  [0] = "PInitReq", [1] = "PInitRes", [2] = "PReq", [3] = "PRes", [4] = "InqReq",
  [5] = "InqRes", [6] = "AuthReq", [7] = "AuthRes", [8] = "AuthRevReq", [9] = "AuthRevRes",
  [10] = "CapReq", [11] = "CapRes", [12] = "CapRevReq", [13] = "CapRevRes", [14] = "CredReq",
  [15] = "CredRes", [16] = "CredRevReq", [17] = "CredRevRes", [18] = "PCertReq",
  [19] = "PCertRes", [20] = "BatchAdminReq", [21] = "BatchAdminRes", [22] = "CardCInitReq",
  [23] = "CardCInitRes", [24] = "Me-AqCInitReq", [25] = "Me-AqCInitRes", [26] = "RegFormReq",
  [27] = "RegFormRes", [28] = "CertReq", [29] = "CertRes", [30] = "CertInqReq",
  [31] = "CertInqRes", [999] = "Error",
}

-- The DER element at an offset, which must end by `limit`; nil when there is none.
local function element(tvb, at, limit)
  if at + 2 > limit then return nil end
  local identifier = tvb(at, 1):uint()
  local number = identifier % 32
  local next_octet = at + 1
  if number == 31 then
    number = 0
    repeat
      if next_octet >= limit or number > 0xffffff then return nil end
      local octet = tvb(next_octet, 1):uint()
      number = number * 128 + octet % 128
      next_octet = next_octet + 1
    until octet < 128
  end
  if next_octet >= limit then return nil end
  local length = tvb(next_octet, 1):uint()
  next_octet = next_octet + 1
  if length == 128 or length > 132 then return nil end
  if length > 128 then
    local count = length - 128
    if next_octet + count > limit then return nil end
    length = tvb(next_octet, count):uint()
    next_octet = next_octet + count
  end
  if next_octet + length > limit then return nil end
  return {
    identifier = identifier, number = number, start = at, content = next_octet,
    length = length, stop = next_octet + length,
  }
end

local function ids(tvb, tree, outer)
  local fields = { [0x80] = lid_c_field, [0x81] = lid_m_field, [0x82] = xid_field }
  local at = outer.content
  while at < outer.stop do
    local one = element(tvb, at, outer.stop)
    if not one then return end
    local field = fields[one.identifier]
    if field and one.length > 0 then tree:add(field, tvb(one.content, one.length)) end
    at = one.stop
  end
end

-- MessageHeader ::= SEQUENCE { version, revision DEFAULT 0, date, messageIDs [0], rrpid [1], swIdent }
local function header(tvb, tree, outer)
  local integers = {}
  local at = outer.content
  while at < outer.stop do
    local one = element(tvb, at, outer.stop)
    if not one then return end
    if one.length > 0 then
      local content = tvb(one.content, one.length)
      if one.identifier == 0x02 and one.length <= 4 then
        integers[#integers + 1] = content:uint()
      elseif one.identifier == 0x18 then
        tree:add(date_field, content)
      elseif one.identifier == 0xa0 then
        ids(tvb, tree, one)
      elseif one.identifier == 0x81 then
        tree:add(rrpid_field, content)
      elseif one.identifier == 0x1a then
        tree:add(program_field, content)
      end
    end
    at = one.stop
  end
  tree:add(version_field, tvb(outer.start, 1),
    string.format("%d.%d", integers[1] or 0, integers[2] or 0))
end

-- One MessageWrapper that fills `tvb`.
local function wrapper(tvb, pinfo, root)
  local tree = root:add(set1, tvb())
  pinfo.cols.protocol = "SET"
  local limit = tvb:len()
  local outer = element(tvb, 0, limit)
  local head = outer and element(tvb, outer.content, outer.stop)
  local choice = head and element(tvb, head.stop, outer.stop)
  local alternative = choice and element(tvb, choice.content, choice.stop)
  if not alternative or outer.identifier ~= 0x30 or choice.identifier ~= 0xa0 then
    tree:add_proto_expert_info(malformed)
    pinfo.cols.info:append(" SET? ")
    return limit
  end
  tree:add(length_field, tvb(), outer.stop - outer.start)
  header(tvb, tree, head)
  local name = NAMES[alternative.number] or string.format("unknown message %d", alternative.number)
  local range = tvb(alternative.start, alternative.stop - alternative.start)
  tree:add(message_field, range, name)
  tree:add(tag_field, range, alternative.number)
  tree:append_text(", " .. name)
  pinfo.cols.info:append(" " .. name .. " ")
  return limit
end

-- How many octets the wrapper at `offset` has: what its DER length says.
local function length_of(tvb, _, offset)
  local first = tvb(offset + 1, 1):uint()
  if tvb(offset, 1):uint() ~= 0x30 or first == 128 or first > 132 then
    return tvb:len() - offset
  end
  if first < 128 then return 2 + first end
  return 2 + first - 128 + tvb(offset + 2, first - 128):uint()
end

-- Octets of the longest header of a wrapper, which always has more.
local LONGEST_HEADER = 6

function set1.dissector(tvb, pinfo, root)
  -- HTTP hands over a whole body; TCP what there is.
  if pinfo.match_string and pinfo.match_string:find("set%-") then
    return wrapper(tvb, pinfo, root)
  end
  pinfo.cols.info = ""
  dissect_tcp_pdus(tvb, root, LONGEST_HEADER, length_of, wrapper)
  return tvb:len()
end

local tcp_ports = DissectorTable.get("tcp.port")
local current = set1.prefs.ports
tcp_ports:add(current, set1)

function set1.prefs_changed()
  if current ~= set1.prefs.ports then
    tcp_ports:remove(current, set1)
    current = set1.prefs.ports
    tcp_ports:add(current, set1)
  end
end

local media_types = DissectorTable.get("media_type")
media_types:add("application/set-payment", set1)
media_types:add("application/set-registration", set1)
