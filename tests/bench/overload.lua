-- SPDX-License-Identifier: Apache-2.0
-- wrk script: counts answers by what became of them, for as many whole seconds as its argument says, and prints one line. The
-- seconds before them are for connecting.
ok, busy, other = 0, 0, 0
warm = 5

function setup(thread)
  counter = thread
end

function init(args)
  counted = tonumber(args[1])
end

function response(status)
  local now = os.time()
  first = first or now
  if now <= first + warm or now > first + warm + counted then
    return
  end
  if status == 200 then
    ok = ok + 1
  elseif status == 503 then
    busy = busy + 1
  else
    other = other + 1
  end
end

function done(summary, latency)
  io.write(string.format("%d %d %d %.0f %.2f %.2f %.2f\n", counter:get("ok"), counter:get("busy"),
    counter:get("other") + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    counter:get("counted") * 1000, latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
