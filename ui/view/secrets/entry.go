package secrets

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/secret"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// entry is a row of the inventory. It is immutable.
type entry struct {
	of secret.Secret
	// readers counts who can read it; -1 where nobody knows.
	readers  secret.Count
	findings []*model.Finding
	// What columns show is clean.
	object, kind, created, changed, expires, mounted, flags string
}

func newEntry(shared *view.Shared, of *secret.Secret, readers secret.Count, findings []*model.Finding) *entry {
	e := &entry{
		of: *of, readers: readers, findings: findings, object: text.Clean(of.Ref.Namespace + "/" + of.Ref.Name), kind: text.Clean(typeOf(of.Type)),
		created: shared.Moment(of.Created), changed: shared.Moment(of.Since), expires: shared.Moment(of.Expires),
	}
	var names []string
	for _, m := range of.MountedBy {
		name := m.Name
		if m.Namespace != of.Ref.Namespace {
			name = m.String()
		}
		names = append(names, name)
	}
	e.mounted = text.Clean(view.Few(names, 3))
	e.flags = text.Clean(strings.Join(flags(of), ", "))
	return e
}

// flags are what is to be said of a Secret in a word each, the worst first.
func flags(of *secret.Secret) []string {
	var words []string
	add := func(is bool, word string) {
		if is {
			words = append(words, word)
		}
	}
	add(of.Missing, "missing")
	add(len(of.Copies) > 0, "copy in plain text")
	add(of.LastApplied, "copy in annotation")
	if f := of.Facts; f != nil {
		add(len(f.WeakKeys) > 0, "weak key")
		add(f.Failed != "", "not read")
	}
	if of.Account != "" {
		word := "legacy token"
		if of.LastUsed != "" {
			word += ", last used " + of.LastUsed
		}
		add(true, word)
		add(of.Invalid != "", "invalid since "+of.Invalid)
	}
	add(!of.Missing && slices.ContainsFunc(of.Findings, func(id string) bool { return strings.HasPrefix(id, "SE07") }), "unused")
	return words
}

// ID tells rows apart.
func (e *entry) ID() string { return e.of.Ref.Namespace + "\n" + e.of.Ref.Name }

// Same tells whether another row says the same. What is long is compared last.
func (e *entry) Same(o *entry) bool {
	return e.readers == o.readers && e.created == o.created && e.changed == o.changed && e.expires == o.expires && e.mounted == o.mounted && e.flags == o.flags &&
		slices.Equal(e.findings, o.findings) && reflect.DeepEqual(e.of, o.of)
}

func (e *entry) compare(o *entry) int { return cmp.Or(e.byDanger(o), cmp.Compare(e.ID(), o.ID())) }

// byDanger puts first what the worst was found on, and of that what most can read.
func (e *entry) byDanger(o *entry) int {
	return cmp.Or(cmp.Compare(o.worst(), e.worst()), cmp.Compare(o.readers.Readers, e.readers.Readers))
}

// worst is the worst severity of what was found on it; -1 where nothing was.
func (e *entry) worst() int {
	worst := -1
	for _, f := range e.findings {
		if f.Verdict == model.Yes {
			worst = max(worst, int(f.Severity))
		}
	}
	return worst
}

// found counts what was found by severity.
func (e *entry) found() string {
	var n [model.Critical + 1]int
	for _, f := range e.findings {
		if f.Verdict == model.Yes {
			n[f.Severity]++
		}
	}
	var parts []string
	for _, s := range model.Severities() {
		if n[s] > 0 {
			parts = append(parts, strconv.Itoa(n[s])+s.Letter())
		}
	}
	return strings.Join(parts, " ")
}

// keys and readable write numbers that may be unknown.
func (e *entry) keys() string { return number(e.of.Keys) }

// readable counts those who may get it, and after a plus those who list or watch only.
func (e *entry) readable() string {
	if only := e.readers.Readers - e.readers.Get; only > 0 {
		return strconv.Itoa(e.readers.Get) + "+" + strconv.Itoa(only)
	}
	return number(e.readers.Readers)
}

// unknownReaders is the count where nobody knows.
func unknownReaders() secret.Count { return secret.Count{Readers: -1, Get: -1} }

func number(n int) string {
	if n < 0 {
		return unknown
	}
	return strconv.Itoa(n)
}
