package lifecycle

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"canopy/model/inorder"
)

// Tables is all that is known. It is immutable, and safe for use by many goroutines.
type Tables struct {
	held held

	// cycles are by product and name, lines the names of a product, the newest first.
	cycles map[string]map[string][]Cycle
	lines  map[string][]string
	// patches are releases by minor, the newest first.
	patches map[string][]Release
	ends    map[string]Deprecation
	addOns  map[string]AddOn
	book    *book
}

// newTables makes the indexes of tables.
func newTables(all held) *Tables {
	t := &Tables{
		held: all, cycles: map[string]map[string][]Cycle{}, lines: map[string][]string{},
		patches: map[string][]Release{}, ends: map[string]Deprecation{}, addOns: map[string]AddOn{},
	}
	var known []Vulnerability
	for _, s := range t.byAge() {
		table := &all[s].table
		for _, c := range table.Cycles {
			if t.cycles[s.product] == nil {
				t.cycles[s.product] = map[string][]Cycle{}
			}
			t.cycles[s.product][c.Name] = append(t.cycles[s.product][c.Name], c)
		}
		t.addReleases(table.Releases)
		for _, d := range table.Deprecations {
			if _, there := t.ends[deprecationName(d)]; !there {
				t.ends[deprecationName(d)] = d
			}
		}
		for _, a := range table.AddOns {
			for _, image := range a.Images {
				if _, there := t.addOns[image]; !there {
					t.addOns[image] = a
				}
			}
		}
		known = append(known, table.Vulnerabilities...)
	}
	for product, lines := range t.cycles {
		for _, c := range lines {
			inorder.SortStable(c, func(a, b Cycle) int { return cmp.Compare(b.Source.AsOf, a.Source.AsOf) })
		}
		t.lines[product] = slices.SortedFunc(maps.Keys(lines), func(a, b string) int { return compareLines(b, a) })
	}
	t.addLatest()
	for _, list := range t.patches {
		inorder.Sort(list, func(a, b Release) int { return compareVersions(b.Version, a.Version) })
	}
	t.book = newBook(known)
	return t
}

// byAge lists subjects, the newest source first.
func (t *Tables) byAge() []subject {
	return inorder.Collect(maps.Keys(t.held), func(a, b subject) int {
		return cmp.Or(cmp.Compare(t.held[b].table.Source.AsOf, t.held[a].table.Source.AsOf), compareSubject(a, b))
	})
}

// addReleases adds releases that are not there yet, or of which nobody told yet when they came out.
func (t *Tables) addReleases(releases []Release) {
	for _, r := range releases {
		v, ok := ParseVersion(r.Version)
		if !ok || v.Pre != "" {
			continue
		}
		list := t.patches[v.Line()]
		i := slices.IndexFunc(list, func(o Release) bool { return o.Version == r.Version })
		switch {
		case i < 0:
			t.patches[v.Line()] = append(list, r)
		case list[i].Out == 0 && r.Out != 0:
			list[i] = r
		}
	}
}

// addLatest adds what sources of support say is the newest patch, and when the first one came out.
func (t *Tables) addLatest() {
	for _, line := range t.lines[Kubernetes] {
		for _, c := range t.cycles[Kubernetes][line] {
			if c.Released != 0 {
				t.addReleases([]Release{{Version: line + ".0", Out: c.Released, Source: c.Source}})
			}
			if v, ok := ParseVersion(c.Latest); ok && v.Line() == line {
				t.addReleases([]Release{{Version: v.Plain(), Out: c.Out, Source: c.Source}})
			}
		}
	}
}

// Cycles gives what each source says of one line of a product, the newest source first; none where no source knows it.
func (t *Tables) Cycles(product, cycle string) []Cycle { return slices.Clone(t.cycles[product][cycle]) }

// All gives all lines of a product, the newest line first, and of each what every source says.
func (t *Tables) All(product string) []Cycle {
	var all []Cycle
	for _, line := range t.lines[product] {
		all = append(all, t.cycles[product][line]...)
	}
	return all
}

// Releases gives the known patch releases of a minor of Kubernetes (1.36), the newest first. Of one release the newest source tells that
// says when it came out.
func (t *Tables) Releases(minor string) []Release { return slices.Clone(t.patches[minor]) }

// Newest is the newest minor of Kubernetes that had come out by a moment, such as 1.37.
func (t *Tables) Newest(now time.Time) string {
	today := DayOf(now)
	for _, line := range t.lines[Kubernetes] {
		for _, c := range t.cycles[Kubernetes][line] {
			if c.Released != 0 && c.Released <= today {
				return line
			}
		}
	}
	return ""
}

// VulnerabilitiesThrough is the day up to which the sources of vulnerabilities tell: what was published later is in none of them.
func (t *Tables) VulnerabilitiesThrough() Day {
	var last Day
	for s, h := range t.held {
		if s.kind == Vulnerabilities && !h.table.Part {
			last = max(last, h.table.Source.AsOf)
		}
	}
	return last
}

// Deprecated finds the end of an API version of a kind.
func (t *Tables) Deprecated(group, version, kind string) (Deprecation, bool) {
	d, ok := t.ends[deprecationName(Deprecation{Group: group, Version: version, Kind: kind})]
	return d, ok
}

// AddOn finds what an image belongs to, by its repository as reference.Parse gives it.
func (t *Tables) AddOn(repository string) (AddOn, bool) {
	for rest := repository; ; {
		if a, ok := t.addOns[rest]; ok {
			return a, true
		}
		_, after, found := strings.Cut(rest, "/")
		if !found {
			return AddOn{}, false
		}
		rest = after
	}
}

// Sets lists the tables, by name.
func (t *Tables) Sets() []Set {
	var all []Set
	for _, s := range inorder.Collect(maps.Keys(t.held), compareSubject) {
		all = append(all, t.held[s].set())
	}
	return all
}

func (h *holding) set() Set {
	return Set{Name: h.table.name(), Entries: h.table.Len(), Source: h.table.Source, Origin: h.origin, Part: h.table.Part}
}

// AsOf is the oldest date of the tables that node verdicts rest on most: releases and support of Kubernetes. Of each the newest source
// counts, for an old one beside it takes nothing away.
func (t *Tables) AsOf() Day {
	newest := map[string]Day{}
	for s, h := range t.held {
		if s.kind == Patches || s.kind == Support && s.product == Kubernetes {
			newest[s.kind] = max(newest[s.kind], h.table.Source.AsOf)
		}
	}
	return min(newest[Patches], newest[Support])
}

// ErrOlder tells that tables are not newer than those that are there.
var ErrOlder = errors.New("the data is not newer than what is there")

// With gives these tables with what an update has that is newer; ErrOlder where it has nothing.
func (t *Tables) With(u *Update) (*Tables, error) {
	next, changed, err := t.with(u)
	if err != nil {
		return nil, err
	}
	if len(changed) == 0 {
		return nil, ErrOlder
	}
	return newTables(next), nil
}

// News lists the tables that With would change, as they would be.
func (t *Tables) News(u *Update) []Set {
	next, changed, err := t.with(u)
	if err != nil {
		return nil
	}
	var all []Set
	for _, s := range inorder.Collect(maps.Keys(changed), compareSubject) {
		all = append(all, next[s].set())
	}
	return all
}

func (t *Tables) with(u *Update) (held, map[subject]bool, error) {
	if err := u.check(); err != nil {
		return nil, nil, err
	}
	next, changed := maps.Clone(t.held), map[subject]bool{}
	for _, table := range ordered(u) {
		if next.take(noted(table), filed) {
			changed[table.subject()] = true
		}
	}
	return next, changed, nil
}

// Export gives all tables, so that a file of them can be written.
func (t *Tables) Export() *Update { return &Update{Tables: t.held.export()} }

// compareLines compares names of lines, number by number: 1.9 before 1.10, cos-113 before cos-117.
func compareLines(a, b string) int {
	cut := func(r rune) bool { return r == '.' || r == '-' }
	left, right := strings.FieldsFunc(a, cut), strings.FieldsFunc(b, cut)
	for i := range min(len(left), len(right)) {
		if c := compareWord(left[i], right[i]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(left), len(right)), strings.Compare(a, b))
}

func compareVersions(a, b string) int {
	x, _ := ParseVersion(a)
	y, _ := ParseVersion(b)
	return x.Compare(y)
}
