-- wrk: asks for each line of the file named first, by turns; prints what it saw as one line of JSON.
local targets = {}
local turn = 0

function init(args)
  for line in io.lines(args[1]) do targets[#targets + 1] = line end
  math.randomseed(os.time() + tonumber(tostring({}):sub(8)))
  turn = math.random(#targets)
end

function request()
  turn = turn % #targets + 1
  return wrk.format("GET", targets[turn], {["Accept-Encoding"] = "gzip"})
end

function done(summary, latency)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  print(string.format('{"requests": %d, "microseconds": %d, "bad": %d, "p50": %d, "p95": %d}',
    summary.requests, summary.duration, bad, latency:percentile(50), latency:percentile(95)))
end
