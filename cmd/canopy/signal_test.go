package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestSignalsLeaveTheTerminal ends the dashboard as a shell and a session that closes do. Both are ways to leave.
func TestSignalsLeaveTheTerminal(t *testing.T) {
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "termination": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			screen := startTerminal(t, "demo")
			screen.shows("FIX FIRST")
			// While text is typed the cursor shows and a box lies over the screen.
			screen.press(":", "exp")
			screen.until("the palette", func(s string) bool { return strings.Contains(s, "explain") })
			if err := screen.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			screen.left(name)
		})
	}
}
