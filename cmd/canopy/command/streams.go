package command

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Streams is where a command reads and writes, so that tests can run one in their own process.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Width is the number of cells of a line where Out is a terminal, else 0.
	Width int
	// Screen tells that In and Out are a terminal, on which a screen can be drawn.
	Screen bool
	// Ask tells that In and Err are a terminal, on which somebody can be asked.
	Ask bool
	// Progress tells that Err is a terminal, on which a line can be drawn over.
	Progress bool
	// Logs takes what client libraries and Canopy log.
	Logs *Logs
}

// System gives the streams of the process.
func System(logs *Logs) Streams {
	s := Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Logs: logs}
	s.Progress = term.IsTerminal(int(os.Stderr.Fd()))
	s.Ask = s.Progress && term.IsTerminal(int(os.Stdin.Fd()))
	if term.IsTerminal(int(os.Stdout.Fd())) {
		s.Screen = term.IsTerminal(int(os.Stdin.Fd()))
		if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			s.Width = width
		}
	}
	return s
}
