-- wrk script: one scenario per run, a fresh random key for every request.
-- args: mode seed rows base shape     (base: first api10 this run may insert; shape: whose paths and filters)
local mode, rows, base, n = "get", 1000000, 5000000000, 0
local FIRST = 4200000000
local wells, batch, above = "/wells", "/wells/batch", "oileur_gt="
local json = { ["Content-Type"] = "application/json" }
local counted = { ["Content-Type"] = "application/json", ["Prefer"] = "return=minimal" }

local function record(id)
  return string.format('{"api10":%d,"api14":%d,"wellname":"BENCH %d-1H","spuddate":"01/15/2024",' ..
    '"firstproddate":"03/20/2024","compldate":null,"oileur":125000.5,"gaseur":450000.75,"wellspacing":640.0}',
    id, id * 10000, id % 1000)
end

function init(args)
  mode = args[1] or mode
  math.randomseed(tonumber(args[2] or "1"))
  rows = tonumber(args[3] or rows)
  base = tonumber(args[4] or base)
  if args[5] == "weir" then
    wells, batch, above = "/api/v1/wells", "/api/v1/wells", "oileur=gt."
  end
end

function request()
  if mode == "get" then
    return wrk.format("GET", string.format("%s/%d", wells, FIRST + math.random(0, rows - 1)))
  elseif mode == "page" then
    return wrk.format("GET", string.format("%s?limit=100&%s%d.5", wells, above, math.random(0, 500000)))
  elseif mode == "post" then
    n = n + 1
    return wrk.format("POST", wells, json, record(base + n))
  elseif mode == "batch" then
    local t = {}
    for i = 1, 1000 do n = n + 1; t[i] = record(base + n) end
    return wrk.format("POST", batch, counted, "[" .. table.concat(t, ",") .. "]")
  elseif mode == "patch" then
    return wrk.format("PATCH", string.format("%s/%d", wells, FIRST + math.random(0, rows - 1)), json,
      string.format('{"oileur":%d.25,"gaseur":%d.5}', math.random(0, 1000000), math.random(0, 3000000)))
  elseif mode == "del" then -- every key once, from the top of the range downwards
    n = n + 1
    return wrk.format("DELETE", string.format("%s/%d", wells, FIRST + rows - (base % 1000000) - n))
  end
end

function done(s, lat, _)
  local e = s.errors
  io.write(string.format('RESULT {"requests":%d,"us":%d,"bytes":%d,"p50":%.1f,"p90":%.1f,"p99":%.1f,"max":%.1f,' ..
    '"e_connect":%d,"e_read":%d,"e_write":%d,"e_status":%d,"e_timeout":%d}\n',
    s.requests, s.duration, s.bytes, lat:percentile(50), lat:percentile(90), lat:percentile(99), lat.max,
    e.connect, e.read, e.write, e.status, e.timeout))
end
