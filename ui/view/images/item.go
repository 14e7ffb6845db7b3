package images

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/image"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/text"
	"canopy/ui/view"
)

// unknown stands for a number that nobody tells: a zero would look clean.
const unknown = "–"

// item is a row: an image, or, where they are grouped by namespace, an image in one of them. It is immutable.
type item struct {
	of *image.Image
	// place is the namespace of the row; "" where it is about all of them.
	place string
	// uses are those in the namespaces that are shown, those that can be reached from outside first, of which there are so many;
	// pods are theirs.
	uses    []image.Use
	exposed int
	pods    int
	// findings are those of images on the workloads that run it.
	findings []*model.Finding
	// signing is what policies demand in its namespace, where it runs in one alone, or the row is of one; nil where nobody demands anything.
	signing *image.Signing
	// What columns show and filters look into. Names are clean.
	name, digest, scanned, namespaces, workloads string
}

// about is what rows are made of besides the images.
type about struct {
	shared *view.Shared
	shown  view.Namespaces
	// exposed are the owners that can be reached from outside, found what was found of images on owners.
	exposed map[model.Ref]bool
	found   map[model.Ref][]*model.Finding
	signing map[string]*image.Signing
}

// newItem makes the row of an image; nil where it does not run in what is shown.
func newItem(q *about, i *image.Image, place string) *item {
	shown := q.shown
	r := &item{of: i, place: place, uses: i.Uses, digest: text.Clean(short(i.Digest)), name: text.Clean(listedAs(i.Name))}
	if place != "" || shown != nil {
		r.uses = nil
		for _, u := range i.Uses {
			if (place == "" || u.Owner.Namespace == place) && shown.Show(u.Owner) {
				r.uses = append(r.uses, u)
			}
		}
		if len(r.uses) == 0 {
			return nil
		}
	}
	if r.name == "" {
		r.name = unknown
	}
	if len(i.Evidence) > 0 {
		r.scanned = q.shared.Moment(i.Evidence[0].Scanned)
	}
	if i.Exposed {
		r.uses, r.exposed = outsideFirst(r.uses, q.exposed)
	}
	owners := map[model.Ref]bool{}
	var namespaces, workloads []string
	r.pods = i.Pods
	if place != "" || shown != nil {
		r.pods = podsOf(r.uses)
	}
	for _, u := range r.uses {
		if !owners[u.Owner] {
			owners[u.Owner] = true
			r.findings = append(r.findings, q.found[u.Owner]...)
			workloads = append(workloads, text.Clean(u.Owner.String()))
		}
		if n := len(namespaces); n == 0 || namespaces[n-1] != u.Owner.Namespace {
			namespaces = append(namespaces, u.Owner.Namespace)
		}
	}
	slices.SortStableFunc(r.findings, func(a, b *model.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	slices.Sort(namespaces)
	namespaces = slices.Compact(namespaces)
	if len(namespaces) == 1 {
		r.signing = q.signing[namespaces[0]]
	}
	r.namespaces, r.workloads = text.Clean(strings.Join(namespaces, ", ")), strings.Join(workloads, ", ")
	return r
}

// outsideFirst puts the uses that can be reached from outside first, and counts them.
func outsideFirst(uses []image.Use, exposed map[model.Ref]bool) ([]image.Use, int) {
	var first, others []image.Use
	for _, u := range uses {
		if exposed[u.Owner] {
			first = append(first, u)
		} else {
			others = append(others, u)
		}
	}
	return append(first, others...), len(first)
}

// podsOf counts the pods of uses: of an owner with several containers the most, since its pods have all of them.
func podsOf(uses []image.Use) int {
	most := map[model.Ref]int{}
	for _, u := range uses {
		most[u.Owner] = max(most[u.Owner], u.Pods)
	}
	n := 0
	for _, pods := range most {
		n += pods
	}
	return n
}

// ID tells rows apart.
func (r *item) ID() string { return r.place + "\n" + idOf(r.of) }

// Same tells whether another row with this id says the same.
func (r *item) Same(o *item) bool {
	return r == o || r.of == o.of && r.signing == o.signing && r.pods == o.pods && r.exposed == o.exposed && r.name == o.name && r.scanned == o.scanned && r.namespaces == o.namespaces &&
		r.workloads == o.workloads && slices.Equal(r.findings, o.findings)
}

// compare puts what can be reached from outside first, then the worst verdict, then the name.
func (r *item) compare(o *item) int {
	return cmp.Or(r.byDanger(o), cmp.Compare(r.name, o.name), cmp.Compare(idOf(r.of), idOf(o.of)), cmp.Compare(r.place, o.place))
}

func (r *item) byDanger(o *item) int {
	return cmp.Or(last(r.exposed == 0, o.exposed == 0), cmp.Compare(rank(r.of.Verdict), rank(o.of.Verdict)))
}

// last puts what is true last.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// count writes one of the counts of vulnerabilities.
func (r *item) count(of func(c *record.Counts) int32) string {
	if r.of.Counts == nil {
		return unknown
	}
	return strconv.Itoa(int(of(r.of.Counts)))
}

// number is that count, and less than any where nobody tells.
func (r *item) number(of func(c *record.Counts) int32) int32 {
	if r.of.Counts == nil {
		return -1
	}
	return of(r.of.Counts)
}

// outside marks what can be reached from outside.
func (r *item) outside() string {
	if r.exposed > 0 {
		return "! yes"
	}
	return ""
}
