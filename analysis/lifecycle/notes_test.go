package lifecycle

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var ofWindows = []string{
	"CVE-2018-1002101", "CVE-2021-25749", "CVE-2023-3676", "CVE-2023-3955", "CVE-2023-5528", "CVE-2024-5321", "CVE-2024-9042", "CVE-2026-76654",
}

// everyHit are those that any version of a kubelet has, by id.
func everyHit(tables *Tables, component string) map[string]Hit {
	all := map[string]Hit{}
	for _, version := range everyPatch() {
		for _, h := range tables.Affecting(component, version) {
			all[h.ID] = h
		}
	}
	return all
}

// TestSystems keeps to Windows what is of Windows alone, whatever words the others have.
func TestSystems(t *testing.T) {
	hits := everyHit(Default(), Kubelet)
	for id, h := range hits {
		if of := slices.Contains(ofWindows, id); of == h.On("linux") || !h.On("windows") || of != slices.Equal(h.Systems, []string{"windows"}) {
			t.Errorf("%s is on %q", id, h.Systems)
		}
	}
	for _, id := range ofWindows {
		if _, ok := hits[id]; !ok {
			t.Errorf("no kubelet has %s", id)
		}
	}
	// The rows say it as well, so that a file of them carries it on.
	for _, table := range Default().Export().Tables {
		for _, v := range table.Vulnerabilities {
			if of := slices.Contains(ofWindows, v.ID); of != slices.Equal(v.Systems, []string{"windows"}) {
				t.Errorf("%s: %s is on %q", table.Source.Name, v.ID, v.Systems)
			}
		}
	}
}

// brought gives the tables with a file of one vulnerability by a source.
func brought(t *testing.T, base *Tables, source string, v Vulnerability) *Tables {
	t.Helper()
	v.Ranges = []Range{{Fixed: "1.99.0"}}
	asOf := at20261120(t)
	next, err := base.With(&Update{Tables: []Table{{Kind: Vulnerabilities, Source: Source{Name: source, AsOf: asOf}, Part: true, Vulnerabilities: []Vulnerability{v}}}})
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// TestSystemsOfFiles lets a file that says nothing of systems take nothing back, and one that says something else have its word.
func TestSystemsOfFiles(t *testing.T) {
	for _, c := range []struct {
		source, id string
		systems    []string
		linux      bool
	}{
		{"mine", "CVE-2024-9042", nil, false},
		{"mine", "CVE-2024-9042", []string{"Windows"}, false},
		{"mine", "CVE-2024-9042", []string{"windows", "linux"}, true},
		{"mine", "CVE-2024-9042", []string{"linux"}, true},
		// The same sources, newer, with a row that has no systems as they publish it.
		{"cve-feed-osv", "CVE-2024-5321", nil, false},
		{"kubernetes-security-announce", "CVE-2024-9042", nil, false},
		{"cve-feed-osv", "CVE-2023-3893", nil, false},
		{"mine", "CVE-2027-1", nil, true},
		{"mine", "CVE-2027-1", []string{"windows"}, false},
	} {
		v := Vulnerability{ID: c.id, Summary: "Runs commands on Linux and Windows nodes", Components: []string{Kubelet}, Systems: c.systems}
		hit := everyHit(brought(t, Default(), c.source, v), Kubelet)[c.id]
		if hit.ID == "" || hit.On("linux") != c.linux {
			t.Errorf("%s by %s with %q: %+v", c.id, c.source, c.systems, hit)
		}
	}
	two := brought(t, brought(t, Default(), "mine", Vulnerability{ID: "CVE-2027-1", Systems: []string{"windows"}}), "other", Vulnerability{ID: "CVE-2027-1"})
	if hit := everyHit(two, Kubelet)["CVE-2027-1"]; hit.On("linux") || len(hit.Per) != 2 {
		t.Errorf("%+v", hit)
	}
}

// TestComponentsOfNotes has no kubelet with what is of the API server, even where a newer file names no component either.
func TestComponentsOfNotes(t *testing.T) {
	for id, component := range corrected {
		for name, tables := range map[string]*Tables{"bundled": Default(), "a newer file": brought(t, Default(), "k8s-cves", Vulnerability{ID: id})} {
			for _, part := range parts {
				if _, ok := everyHit(tables, part)[id]; ok != (part == component) {
					t.Errorf("%s: %s has %s: %t", name, part, id, ok)
				}
			}
		}
	}
}

// TestNotesAreRefused holds what the table of notes has to have.
func TestNotesAreRefused(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `[{"id":""}]`, `[{"id":"CVE-1","url":"https://x","says":"x"}]`, `[{"id":"CVE-1","systems":["windows"]}]`, `[{"id":"CVE-1","systems":[""],"url":"https://x","says":"x"}]`,
		`[{"id":"CVE-1","other":1}]`, `[{"id":"CVE-1","systems":["a"],"url":"https://x","says":"x"},{"id":"CVE-1","systems":["b"],"url":"https://x","says":"x"}]`,
	} {
		if notes, err := loadNotes(fstest.MapFS{notesFile: {Data: []byte(text)}}); err == nil {
			t.Errorf("%s gives %v", text, notes)
		}
	}
	u := small(at20261120(t))
	u.Tables[0] = Table{Kind: Vulnerabilities, Source: u.Tables[0].Source, Vulnerabilities: []Vulnerability{{ID: "CVE-1", Systems: []string{"\x1b[2J"}}}}
	if _, err := Encode(u); err == nil || !strings.Contains(err.Error(), "system") {
		t.Errorf("%v", err)
	}
}
