package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// part is what stands for itself in an answer: a Grid or a note.
type part interface {
	Write(w io.Writer, style Style) error
}

// note is lines of text.
type note []string

// Write writes the lines.
func (n note) Write(w io.Writer, style Style) error {
	for _, line := range n {
		if _, err := fmt.Fprintln(w, style.Charset.Cut(line, maxLine)); err != nil {
			return err
		}
	}
	return nil
}

// writeParts writes parts one below the other, with a line between.
func writeParts(w io.Writer, style Style, parts ...part) error {
	for i, p := range parts {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := p.Write(w, style); err != nil {
			return err
		}
	}
	return nil
}

// Write writes exposures and Secrets for people.
func (d *Secrets) Write(w io.Writer, style Style) error {
	var parts []part
	if d.narrow {
		for i := range d.Secrets {
			s := &d.Secrets[i]
			parts = append(parts, s.sheet(d.Inspected != nil), s.readerPart(style), s.usePart(style))
		}
	} else {
		parts = append(parts, d.exposurePart(style), d.inventoryGrid(style))
	}
	below := []*Grid{d.readGrid(style), d.certificateGrid()}
	if d.narrow && len(d.Exposures) > 0 {
		below = append(below, d.exposureGrid(style))
	}
	for _, g := range below {
		if len(g.Rows) > 0 {
			parts = append(parts, g)
		}
	}
	if len(d.Unseen) > 0 {
		parts = append(parts, note(d.Unseen))
	}
	return writeParts(w, style, parts...)
}

func (d *Secrets) certificateGrid() *Grid {
	g := &Grid{Titles: []string{"CERTIFICATE OF", "SUBJECT", "UNTIL", "WHERE", "KNOWN BY"}}
	for i := range d.Certificates {
		c := &d.Certificates[i]
		g.Add(c.Object.String(), cmp.Or(c.Subject, "-"), dash(c.Until), cmp.Or(c.Path, "-"), c.From)
	}
	return g
}

func (d *Secrets) exposurePart(style Style) part {
	if g := d.exposureGrid(style); len(g.Rows) > 0 {
		return g
	}
	return note{"no credentials were found where they should not be, in what was looked at"}
}

func (d *Secrets) exposureGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"SEVERITY", "RULE", "OBJECT", "WHAT", "WHERE"}, Fold: style.Width > 0 && !style.Wide}
	places := 0
	worst := slices.SortedStableFunc(slices.Values(d.Exposures), func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Rule, b.Rule), a.Object.Compare(b.Object))
	})
	for i := range worst {
		f := &worst[i]
		for _, e := range f.Evidence {
			places++
			what := cmp.Or(e.Value, f.Title)
			if f.Rule == "SE04" {
				what = "copy of the Secret"
			}
			if e.Same > 0 {
				what += fmt.Sprintf(", value %d", e.Same)
			}
			where := e.Path
			if e.Object != f.Object {
				where = Word(e.Object.String()) + " " + where
			}
			if e.File != "" {
				where += fmt.Sprintf(" (%s:%d)", e.File, e.Line)
			}
			g.Add(f.Severity.String(), f.Rule, f.Object.String(), what, where)
		}
	}
	g.Above = []string{fmt.Sprintf("%s where they should not be, in %s; the number of a value is the same where the value is", count(places, "credential"), count(len(d.Exposures), "object"))}
	if places == 1 {
		g.Above[0] = "1 credential where it should not be"
	}
	return g
}

func (d *Secrets) inventoryGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"SECRET", "TYPE", "KEYS", "AGE", "READERS", "MOUNTED BY", "EXPIRES", "FINDINGS"}}
	if style.Wide {
		g.Titles = append(g.Titles, "CHANGED", "MANAGER", "NOTES")
	}
	missing, split := 0, false
	for i := range d.Secrets {
		s := &d.Secrets[i]
		if s.Missing {
			missing++
		}
		split = split || s.Readers != nil && *s.MayGet < *s.Readers
		row := []string{
			s.Ref.Namespace + "/" + s.Ref.Name, s.kind(), numeral(s.Keys), cmp.Or(s.Age, "-"), s.readers(), cmp.Or(strings.Join(s.mounted(), " "), "-"), dash(s.Expires),
			cmp.Or(strings.Join(ruleIDs(s.Findings), " "), "-"),
		}
		if style.Wide {
			row = append(row, dash(s.Changed), cmp.Or(s.Manager, "-"), s.notes())
		}
		g.Add(row...)
	}
	g.Above = []string{count(len(d.Secrets)-missing, "Secret") + ", " + d.howRead()}
	if missing > 0 {
		g.Above[0] += "; " + strconv.Itoa(missing) + " more named and not there"
	}
	if split {
		g.Below = append(g.Below, "READERS 7+2: 7 may get, 2 list or watch only, and see the values by that; canopy secrets NAMESPACE/NAME names them")
	}
	return g
}

// howRead says whether values were read.
func (d *Secrets) howRead() string {
	switch n := d.Inspected; {
	case n == nil:
		return "metadata only: no value was read"
	case n.Read == n.Of:
		return "each read once for facts; no value is kept"
	default:
		return fmt.Sprintf("of which %d could be read for facts; no value is kept", n.Read)
	}
}

// numeral writes a number that may be unknown.
func numeral(n *int) string {
	if n == nil {
		return "-"
	}
	return strconv.Itoa(*n)
}

func (s *Secret) kind() string {
	if s.Missing {
		return "missing"
	}
	return cmp.Or(s.Type, "-")
}

// readers counts who can read it: those that may get it, and after a plus those that list or watch only.
func (s *Secret) readers() string {
	if s.Readers == nil || *s.MayGet == *s.Readers {
		return numeral(s.Readers)
	}
	return fmt.Sprintf("%d+%d", *s.MayGet, *s.Readers-*s.MayGet)
}

func (s *Secret) mounted() []string {
	list := make([]string, len(s.MountedBy))
	for i, ref := range s.MountedBy {
		list[i] = ref.Kind + "/" + ref.Name
	}
	return list
}

// readGrid says what reading the values has shown: what is amiss in each Secret, and what could not be read.
func (d *Secrets) readGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"SECRET", "READING IT HAS SHOWN", "WHERE"}, Fold: style.Width > 0 && !style.Wide}
	for i := range d.Secrets {
		s := &d.Secrets[i]
		for _, fact := range s.shown() {
			g.Add(s.Ref.Namespace+"/"+s.Ref.Name, fact[0], fact[1])
		}
	}
	return g
}

// shown lists what reading it has shown, each with the place of it.
func (s *Secret) shown() (list [][2]string) {
	if f := s.Facts; f != nil {
		if f.Failed != "" {
			list = append(list, [2]string{"could not be read", f.Failed})
		}
		for _, weak := range f.WeakKeys {
			list = append(list, [2]string{"weak key", weak})
		}
		if len(f.Registries) > 0 {
			list = append(list, [2]string{"credentials of registries", strings.Join(f.Registries, " ")})
		}
	}
	for _, e := range s.Copies {
		what := "a value in plain text"
		if e.Same > 0 {
			what += fmt.Sprintf(", value %d", e.Same)
		}
		list = append(list, [2]string{what, Word(e.Object.String()) + " " + e.Path})
	}
	return list
}

// ruleIDs takes the rules out of ids of findings.
func ruleIDs(ids []string) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i], _, _ = strings.Cut(id, "/")
	}
	return list
}

func (s *Secret) notes() string {
	var notes []string
	if s.LastApplied {
		notes = append(notes, "a copy of it stands in its annotation")
	}
	if s.LastUsed != "" {
		notes = append(notes, "token last used "+s.LastUsed)
	}
	if f := s.Facts; f != nil {
		notes = append(notes, f.WeakKeys...)
		if len(f.Registries) > 0 {
			notes = append(notes, "credentials of "+strings.Join(f.Registries, " "))
		}
		if f.Failed != "" {
			notes = append(notes, "not read: "+f.Failed)
		}
	}
	if n := len(s.Copies); n > 0 {
		notes = append(notes, "in plain text in "+count(n, "place"))
	}
	return strings.Join(notes, "; ")
}

// dash is the day of a moment.
func dash(t *string) string {
	if t == nil {
		return "-"
	}
	return (*t)[:len("2026-11-23")]
}
