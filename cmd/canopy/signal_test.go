package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/term"
)

// TestSignalsLeaveTheTerminal ends the dashboard as a shell and a session that closes do. All are ways to leave.
func TestSignalsLeaveTheTerminal(t *testing.T) {
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "termination": syscall.SIGTERM, "hang-up": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			screen := startTerminal(t, "demo")
			screen.shows("FIX FIRST")
			// While text is typed the cursor shows and a box lies over the screen.
			screen.press(":", "exp")
			screen.until("the palette", func(s string) bool { return strings.Contains(s, "explain") })
			// That it is set otherwise meanwhile is how one knows that left would see it.
			if now, err := term.GetState(int(screen.pty.Fd())); err != nil || *now == *screen.before || len(untidy(screen.raw())) == 0 {
				t.Errorf("the terminal is not set for a screen: %v, %v", untidy(screen.raw()), err)
			}
			if err := screen.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			screen.left(name)
		})
	}
}
