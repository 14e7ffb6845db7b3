package command

import "runtime/debug"

// tuneMemory trades processor time for memory where Canopy stays for long. A dashboard is idle nearly always, so that
// collecting at half the usual growth costs next to nothing and keeps a third less. One-off commands keep the default:
// they are over before it matters.
func tuneMemory() { debug.SetGCPercent(50) }

// releaseMemory gives back what the first lists needed and nobody will need again.
func releaseMemory() { debug.FreeOSMemory() }
