package command

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy/output"
	"canopy/ui/text"
)

// bindFormat declares -o for a command.
func bindFormat(c *cobra.Command, format *string, allowed []output.Format) {
	names := make([]string, len(allowed))
	for i, f := range allowed {
		names[i] = string(f)
	}
	c.Flags().StringVarP(format, "output", "o", "table", "The format: "+strings.Join(names, ", "))
	// The error is of a flag that does not exist, and it was declared one line above.
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// style says how text for people is drawn.
func (r *run) style(format output.Format) output.Style {
	s := output.Style{Width: r.streams.Width, Wide: format == output.Wide}
	if r.ascii {
		s.Charset = text.ASCII
	}
	return s
}

// print writes a document in one of the common formats: as a grid for people, as itself for machines.
func (r *run) print(format string, document any, grid func() *output.Grid) error {
	return r.printAs(format, document, func(w io.Writer, style output.Style) error { return grid().Write(w, style) })
}

// printAs does the same for a document that people get in a form of its own.
func (r *run) printAs(format string, document any, people func(io.Writer, output.Style) error) error {
	f, err := output.Parse(format, output.Common())
	if err != nil {
		return err
	}
	return r.write("", func(w io.Writer) error {
		switch f {
		case output.JSON:
			return output.WriteJSON(w, document)
		case output.YAML:
			return output.WriteYAML(w, document)
		}
		return people(w, r.style(f))
	})
}

// write lets f write to a file, or to standard output where path is empty. What is only half written is an error.
func (r *run) write(path string, f func(io.Writer) error) error {
	if path == "" {
		b := bufio.NewWriter(r.streams.Out)
		return cmp.Or(f(b), b.Flush())
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	// A file is looked at in a terminal too.
	b := bufio.NewWriter(output.Guard(file))
	err = cmp.Or(f(b), b.Flush())
	return cmp.Or(err, file.Close())
}

// maxWarning is the most cells that a line on standard error takes: it may quote a capture.
const maxWarning = 1000

// warn tells something on standard error, on one clean line.
func (r *run) warn(message string) {
	if r.streams.Progress {
		r.tell(eraseLine)
	}
	r.tell(text.Cut(message, maxWarning) + "\n")
}

// ask writes a question on standard error; the answer stands behind it.
func (r *run) ask(question string) { r.tell(text.Cut(question, maxWarning)) }

// eraseLine takes a line of progress off a terminal.
const eraseLine = "\r\x1b[K"

// tell writes to standard error as it is. Where that fails there is nobody left to tell.
func (r *run) tell(s string) { _, _ = io.WriteString(r.streams.Err, s) }
