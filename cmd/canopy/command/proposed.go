package command

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"canopy/analysis/proposal"
)

// texts are files that would be applied, one after the other.
type texts []proposedText

// proposedText is one of them; line is the first of it among all.
type proposedText struct {
	name string
	data []byte
	line int
}

// readTexts reads them.
func (r *run) readTexts(names []string) (texts, error) {
	var list texts
	line, whole := 1, 0
	for _, name := range names {
		data, err := r.readText(name)
		if err != nil {
			return nil, err
		}
		// All files together are one text to the reader of proposals.
		if whole += len(data) + len(between); whole-len(between) > proposal.MaxText {
			return nil, fmt.Errorf("%s: with it the text is over %d MiB: name fewer files at once", name, proposal.MaxText>>20)
		}
		list = append(list, proposedText{name, data, line})
		line += bytes.Count(data, []byte("\n")) + 2
	}
	return list, nil
}

func (r *run) readText(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(r.streams.In, proposal.MaxText+1))
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, proposal.MaxText+1))
}

// between stands between two texts.
const between = "\n---\n"

// joined gives all as one text, a document mark between two of them.
func (t texts) joined() []byte {
	var b bytes.Buffer
	for i := range t {
		if i > 0 {
			b.WriteString(between)
		}
		b.Write(t[i].data)
	}
	return b.Bytes()
}

// problem tells in which file a problem is.
func (t texts) problem(p proposal.Problem) Problem {
	told := Problem{Document: p.Document, Line: p.Line, Message: p.Text, File: t[0].name}
	for i := range t {
		if p.Line >= t[i].line {
			told.File, told.Line = t[i].name, p.Line-t[i].line+1
		}
	}
	if p.Line == 0 && len(t) > 1 {
		told.File = fmt.Sprintf("%d files together", len(t))
	}
	return told
}
