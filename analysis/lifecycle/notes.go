package lifecycle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// note is what is known of a vulnerability beside its rows: their sources have no field for it, or leave it empty, though what they
// describe says it. Rows that tell it themselves are left as they are.
type note struct {
	ID         string   `json:"id"`
	Systems    []string `json:"systems,omitempty"`
	Components []string `json:"components,omitempty"`
	// Lasting tells that it lies in what Kubernetes is, so that no version is to mend it.
	Lasting bool `json:"lasting,omitempty"`
	// URL is where it can be read, Says what stands there in short.
	URL  string `json:"url"`
	Says string `json:"says"`
}

const notesFile = "data/notes/vulnerabilities.json"

var remarks = sync.OnceValue(func() map[string]note {
	notes, err := loadNotes(files)
	if err != nil {
		panic(err)
	}
	return notes
})

func loadNotes(from fs.FS) (map[string]note, error) {
	data, err := fs.ReadFile(from, notesFile)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var all []note
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("%s: %w", notesFile, err)
	}
	notes := map[string]note{}
	for i, n := range all {
		v := Vulnerability{ID: n.ID, Systems: n.Systems, Components: n.Components, URL: n.URL, Summary: n.Says}
		err := v.check()
		if _, twice := notes[n.ID]; twice || err == nil && (n.URL == "" || n.Says == "" || len(n.Systems)+len(n.Components) == 0 && !n.Lasting) {
			err = errors.New("stands there twice, says nothing, or does not say where from")
		}
		if err := row(i, err); err != nil {
			return nil, fmt.Errorf("%s: %w", notesFile, err)
		}
		notes[n.ID] = n
	}
	return notes, nil
}

// noted gives a table with what the notes add to its rows, those that a file brings as well: a source that goes on saying nothing takes
// nothing back.
func noted(t *Table) *Table {
	notes := remarks()
	if !slices.ContainsFunc(t.Vulnerabilities, func(v Vulnerability) bool { _, ok := notes[v.ID]; return ok }) {
		return t
	}
	next := *t
	next.Vulnerabilities = slices.Clone(t.Vulnerabilities)
	for i := range next.Vulnerabilities {
		v := &next.Vulnerabilities[i]
		n := notes[v.ID]
		if len(v.Systems) == 0 {
			v.Systems = n.Systems
		}
		if len(v.Components) == 0 {
			v.Components = n.Components
		}
	}
	return &next
}

// agreed gives the systems that a vulnerability is of, where all sources that tell any tell the same; none, which is any, where they
// differ or none tells.
func agreed(all []told) []string {
	var systems []string
	for i := range all {
		if len(all[i].Systems) == 0 {
			continue
		}
		own := make([]string, 0, len(all[i].Systems))
		for _, s := range all[i].Systems {
			own = append(own, strings.ToLower(s))
		}
		slices.Sort(own)
		own = slices.Compact(own)
		if systems != nil && !slices.Equal(systems, own) {
			return nil
		}
		systems = own
	}
	return systems
}

// On tells whether a hit is one of nodes of a system, as nodes tell it: linux, windows.
func (h *Hit) On(system string) bool {
	return len(h.Systems) == 0 || slices.Contains(h.Systems, strings.ToLower(system))
}
