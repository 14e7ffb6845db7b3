// Package deprecation judges what has reached its end: API versions that objects are still written by, and add-ons that are given up.
package deprecation

import (
	"cmp"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Use is an API version in use that ends, or has ended.
type Use struct {
	Object model.Ref
	// APIVersion is what is used, By who uses it: a field manager, "last-applied", "file".
	APIVersion, By string
	At             int64
	End            lifecycle.Deprecation
	// Gone tells that the server does not serve it any more: whoever applies the manifest again fails.
	Gone bool
}

// ends is what is asked of the tables.
type ends interface {
	Deprecated(group, version, kind string) (lifecycle.Deprecation, bool)
	AddOn(repository string) (lifecycle.AddOn, bool)
}

// Analyser keeps what is in use. One goroutine owns it.
type Analyser struct {
	rules catalogue.Set
	clock model.Clock
	ends  ends
	// tables are those of which it is asked how far they tell.
	tables *lifecycle.Tables
	// server is the version of the API server; plain is false while it is not known.
	server lifecycle.Version
	plain  bool

	// written are the objects that somebody writes by another version, by their kind; uses is what of that ends.
	written map[schema.GroupKind]map[model.Ref]struct{}
	uses    map[model.Ref][]Use
	// definitions say which versions of custom resources are served; unseen why not all of them were seen.
	definitions map[schema.GroupKind]map[model.Ref]*definition
	defined     map[model.Ref]*definition
	unseen      string
	version     uint64

	// sheets say what templates run that is given up, hot counts those that run any. members are the pods with such templates, owners
	// their top owners.
	sheets  map[record.Template]*sheet
	hot     int
	members map[types.NamespacedName]*member
	owners  map[model.Ref]map[*member]struct{}
	// due are the owners of which time alone makes a finding, by the moment in seconds since 1970; waits says when for each.
	due   map[int64]map[model.Ref]struct{}
	waits map[model.Ref]int64

	objects, addOns analysis.Standing[model.Ref]
	dirty           dirt
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock, tables *lifecycle.Tables) *Analyser {
	if tables == nil {
		tables = lifecycle.Default()
	}
	return &Analyser{
		rules: rules, clock: clock, ends: tables, tables: tables,
		written: map[schema.GroupKind]map[model.Ref]struct{}{}, uses: map[model.Ref][]Use{},
		definitions: map[schema.GroupKind]map[model.Ref]*definition{}, defined: map[model.Ref]*definition{},
		sheets: map[record.Template]*sheet{}, members: map[types.NamespacedName]*member{}, owners: map[model.Ref]map[*member]struct{}{},
		due: map[int64]map[model.Ref]struct{}{}, waits: map[model.Ref]int64{},
		objects: analysis.Standing[model.Ref]{}, addOns: analysis.Standing[model.Ref]{}, dirty: newDirt(),
	}
}

// Server takes the version of the API server, by which it is told what has ended.
func (a *Analyser) Server(info model.SourceInfo) {
	v, ok := lifecycle.ParseVersion(info.Server)
	if ok == a.plain && v.Line() == a.server.Line() {
		return
	}
	a.server, a.plain = v, ok
	for gk := range a.written {
		a.touchKind(gk)
	}
}

// Next gives the moment at which time alone changes what holds; the zero time where none does.
func (a *Analyser) Next() time.Time {
	first := int64(0)
	for at := range a.due {
		if first == 0 || at < first {
			first = at
		}
	}
	if first == 0 {
		return time.Time{}
	}
	return time.Unix(first, 0).UTC()
}

// Tick notes that the moment of Next has come.
func (a *Analyser) Tick() {
	now := a.clock.Now().Unix()
	for at, owners := range a.due {
		if at > now {
			continue
		}
		for ref := range owners {
			a.wait(ref, 0)
			a.dirty.owners[ref] = struct{}{}
		}
	}
}

// wait notes when time makes a finding on an owner; 0 for never.
func (a *Analyser) wait(ref model.Ref, at int64) {
	was := a.waits[ref]
	if was == at {
		return
	}
	if was != 0 {
		delete(a.waits, ref)
		if delete(a.due[was], ref); len(a.due[was]) == 0 {
			delete(a.due, was)
		}
	}
	if at == 0 {
		return
	}
	a.waits[ref] = at
	if a.due[at] == nil {
		a.due[at] = map[model.Ref]struct{}{}
	}
	a.due[at][ref] = struct{}{}
}

// Len counts the findings that stand.
func (a *Analyser) Len() int { return a.objects.Len() + a.addOns.Len() }

// State says of a rule that it cannot be judged, or in part; false where it can.
func (a *Analyser) State(rule string) (model.RuleState, bool) {
	if rule != "VP06" {
		return model.RuleState{}, false
	}
	// Of files it is not known what is next, so that only the age of the tables is looked at.
	next, what := "", "which API versions end"
	if a.plain {
		next = lifecycle.Version{Major: a.server.Major, Minor: a.server.Minor + 1}.Line()
		what = "which API versions end up to " + next
	}
	why, ok := TellsUpTo(a.tables, next, a.clock.Now())
	if ok {
		return model.RuleState{}, false
	}
	return model.RuleState{Verdict: model.Depends, Reason: what + " is not known: " + why}, true
}

// Version changes whenever what Uses gives does.
func (a *Analyser) Version() uint64 { return a.version }

// Uses lists the API versions in use that end by or before a minor of Kubernetes (1.38), sorted by object. Those of custom resources end
// with other products, and are not among them.
func (a *Analyser) Uses(minor string) []Use {
	until, ok := lifecycle.ParseVersion(minor)
	if !ok {
		return nil
	}
	var list []Use
	for _, uses := range a.uses {
		for i := range uses {
			if end := &uses[i].End; end.Component == kubernetes && reached(until, end.Removed) {
				list = append(list, uses[i])
			}
		}
	}
	inorder.Sort(list, func(x, y Use) int {
		return cmp.Or(x.Object.Compare(y.Object), cmp.Compare(x.APIVersion, y.APIVersion), cmp.Compare(x.By, y.By))
	})
	return list
}

// reached tells that a version is at or past a minor such as 1.22; false where that is none.
func reached(v lifecycle.Version, minor string) bool {
	m, ok := lifecycle.ParseVersion(minor)
	return ok && (v.Major > m.Major || v.Major == m.Major && v.Minor >= m.Minor)
}
