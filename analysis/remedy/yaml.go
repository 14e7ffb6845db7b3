package remedy

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"canopy/analysis/manifest"
	"canopy/model"
)

// longest is how many characters of one line of a comment are written.
const longest = 400

// WriteYAML writes the documents as one stream, each behind a comment that says what it closes, what it may break and how
// to use it. What is to be done by hand stands in comments at the end.
func (f *Fix) WriteYAML(w io.Writer) error {
	var b bytes.Buffer
	f.count(&b)
	x := f.index()
	for i := range f.Documents {
		d := &f.Documents[i]
		if i > 0 {
			b.WriteString("---\n")
		}
		comment(&b, "", fmt.Sprintf("%d of %d: %s %s", i+1, len(f.Documents), d.Step.Verb, d.Step.Ref))
		for _, r := range d.rules {
			line := "for " + r.ID + " " + r.Title
			if !slices.ContainsFunc(d.Closes, func(id string) bool { return strings.HasPrefix(id, r.ID+"/") }) {
				line += x.open(d, r)
			}
			comment(&b, "", line)
		}
		for _, id := range d.Closes {
			comment(&b, "", "closes "+id)
		}
		comment(&b, "", "breakage: "+d.Breakage)
		for _, e := range d.Evidence {
			comment(&b, "  - ", e)
		}
		commentSample(&b, d.Sample)
		if d.ManagedBy != "" {
			comment(&b, "", "managed by "+d.ManagedBy+", which may take a live change back: make it "+d.Source)
		}
		comment(&b, "", "file: "+d.File)
		comment(&b, "", "use: "+d.Command)
		b.Write(d.YAML)
	}
	if len(f.Notes) > 0 && len(f.Documents) > 0 {
		b.WriteString("---\n")
	}
	for _, n := range f.Notes {
		comment(&b, "", "by hand: "+n.Finding+": "+n.Reason)
		for i, s := range n.Steps {
			comment(&b, fmt.Sprintf("  %d. ", i+1), s)
		}
		commentSample(&b, n.Sample)
	}
	if len(f.Advice) > 0 {
		comment(&b, "", "how to come by the figures:")
		for i, s := range f.Advice {
			comment(&b, fmt.Sprintf("  %d. ", i+1), s)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// count says in the first line what is to be expected.
func (f *Fix) count(b *bytes.Buffer) {
	if len(f.Documents) == 0 {
		return
	}
	worst, check := 0, 0
	for i := range f.Documents {
		switch parseBreakage(f.Documents[i].Breakage) {
		case outage:
			worst++
		case needsEvidence:
			check++
		}
	}
	documents := "documents"
	if len(f.Documents) == 1 {
		documents = "document"
	}
	comment(b, "", fmt.Sprintf("%d %s; %d may cause an outage, %d need evidence: read their comments", len(f.Documents), documents, worst, check))
}

// closing finds documents by what they close.
type closing struct {
	ids map[string]bool
	on  map[model.Ref][]string
}

func (f *Fix) index() *closing {
	x := &closing{map[string]bool{}, map[model.Ref][]string{}}
	for i := range f.Documents {
		d := &f.Documents[i]
		x.on[d.Step.Ref] = append(x.on[d.Step.Ref], d.Closes...)
		for _, id := range d.Closes {
			x.ids[id] = true
		}
	}
	return x
}

// open says why a document does not end the finding that it is for; "" for what only another document uses, or makes needless.
func (x *closing) open(d *Document, r *model.Rule) string {
	elsewhere := slices.ContainsFunc(d.means, func(id string) bool { return x.ids[id] && strings.HasPrefix(id, r.ID+"/") })
	switch {
	case d.Edited:
		return " (edited: a preview tells whether it closes it)"
	case elsewhere:
		return " (together with others)"
	case r.ID == "PS26" && slices.ContainsFunc(x.on[d.Step.Ref], d.isFor):
		return " (the first stage: the next one closes it)"
	case r.ID == "PS26":
		return " (does not close it: warns only)"
	case d.Step.Verb == model.Create && (d.Step.Ref.Kind == "ServiceAccount" || d.Step.Ref.Group == model.GroupRBAC):
		return ""
	}
	return " (does not close it: see what is to be done by hand)"
}

// clean marks what could leave a comment or steer a terminal, so that no name looks like another: control and format
// characters, marks of direction, odd spaces, and bytes that are no UTF-8. Ends of lines become spaces.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return ' '
		case !manifest.Safe(r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
