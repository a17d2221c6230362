// Measures how long an event loop was held by its own work: the time between two turns, or the processor time that its
// process took meanwhile if that is less. Waiting for a processor that others have is no hold.

/** Milliseconds of processor time of this process so far. */
function workedMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Looks every millisecond until `stop`, which gives the longest hold in milliseconds. */
export function watchLoop() {
  let longestMs = 0
  let last = { at: performance.now(), worked: workedMs() }
  const look = () => {
    const next = { at: performance.now(), worked: workedMs() }
    longestMs = Math.max(longestMs, Math.min(next.at - last.at, next.worked - last.worked))
    last = next
  }
  const timer = setInterval(look, 1)
  return {
    stop() {
      look()
      clearInterval(timer)
      return longestMs
    },
  }
}
