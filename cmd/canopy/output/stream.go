package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"canopy/analysis/manifest"
)

// errNoList tells of a mistake of our own: the list is the last field of what is written.
var errNoList = errors.New("a report without a list of what was found")

// mostPlaces is how many places of one finding a report lists: who writes one object of a megabyte chooses how many there are, in each
// of a dozen findings. How many more there are stands beside them.
const mostPlaces = 1000

// listed gives a finding with as many places as are written.
func (f *Finding) listed() *Finding {
	if len(f.Evidence) <= mostPlaces {
		return f
	}
	short := *f
	short.Evidence, short.EvidenceLeftOut = f.Evidence[:mostPlaces], len(f.Evidence)-mostPlaces
	return &short
}

// places counts where a finding shows.
func (f *Finding) places() int { return len(f.Evidence) + f.EvidenceLeftOut }

// bare is the report without its findings, which are written one by one.
func (r *Report) bare() *Report {
	head := *r
	head.Findings = []Finding{}
	return &head
}

func (r *Report) each() iter.Seq[any] {
	return func(yield func(any) bool) {
		for i := range r.Findings {
			if !yield(r.Findings[i].listed()) {
				return
			}
		}
	}
}

// writeListJSON writes what WriteJSON would, were the items in the last list of the document, which is empty and so deep. No more than
// one of them is encoded at a time: all at once take several times the room of what they are made from.
func writeListJSON(w io.Writer, document any, depth int, items iter.Seq[any]) error {
	g := &guard{w: w, escape: escapeJSON}
	var b bytes.Buffer
	encode := func(prefix string, v any) error {
		b.Reset()
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent(prefix, "  ")
		return e.Encode(v)
	}
	if err := encode("", document); err != nil {
		return err
	}
	text := b.String()
	at := strings.LastIndex(text, "[]")
	if at < 0 {
		return errNoList
	}
	head, tail := text[:at+1], text[at+1:]
	if _, err := io.WriteString(g, head); err != nil {
		return err
	}
	prefix, separator := strings.Repeat("  ", depth), "\n"
	for item := range items {
		if err := encode(prefix, item); err != nil {
			return err
		}
		if _, err := io.WriteString(g, separator+prefix); err != nil {
			return err
		}
		if _, err := g.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n"))); err != nil {
			return err
		}
		separator = ",\n"
	}
	if separator != "\n" {
		tail = "\n" + prefix[2:] + tail
	}
	_, err := io.WriteString(g, tail)
	return err
}

// writeReportYAML writes what WriteYAML would of the document of a report, one finding at a time.
func writeReportYAML(w io.Writer, r *Report) error {
	var b bytes.Buffer
	if err := WriteYAML(&b, Document{Report: r.bare()}); err != nil {
		return err
	}
	if len(r.Findings) == 0 {
		_, err := b.WriteTo(w)
		return err
	}
	head, ok := bytes.CutSuffix(b.Bytes(), []byte(" []\n"))
	if !ok {
		return errNoList
	}
	if _, err := w.Write(append(head, '\n')); err != nil {
		return err
	}
	for f := range r.each() {
		data, err := json.Marshal(map[string]any{"report": map[string]any{"findings": []any{f}}})
		if err != nil {
			return err
		}
		text, err := manifest.FromJSON(data)
		if err != nil {
			return err
		}
		text = bytes.TrimPrefix(text, []byte("report:\n  findings:\n"))
		if _, err := w.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// leftOut tells of the places that are not listed; "" where all are.
func (f *Finding) leftOut() string {
	if f.EvidenceLeftOut == 0 {
		return ""
	}
	return fmt.Sprintf("and %d more places", f.EvidenceLeftOut)
}
