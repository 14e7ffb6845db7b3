package engine

import (
	"github.com/tidwall/btree"

	"canopy/model"
)

// listed is how many ids of findings an edit lists.
const listed = 20

// move is what one step did to one finding: before is nil for one that is new, after for one that is gone.
type move struct {
	before, after *model.Finding
}

// turns tells that the finding came or went.
func (m move) turns() bool { return (m.before == nil) != (m.after == nil) }

// ledger keeps what an edit opened and closed, on balance.
type ledger struct {
	opened, closed filed
}

func (l *ledger) post(m move) {
	switch {
	case m.before == nil && m.after != nil:
		if !l.closed.remove(m.after.ID) {
			l.opened.add(m.after)
		}
	case m.before != nil && m.after == nil:
		if !l.opened.remove(m.before.ID) {
			l.closed.add(m.before)
		}
	case m.after != nil:
		if l.opened.remove(m.after.ID) {
			l.opened.add(m.after)
		}
	}
}

// filed is a set of ids of findings by severity.
type filed [model.Critical + 1]btree.Set[string]

func (f *filed) add(finding *model.Finding) { f[finding.Severity].Insert(finding.ID) }

func (f *filed) remove(id string) bool {
	for s := range f {
		if f[s].Contains(id) {
			f[s].Delete(id)
			return true
		}
	}
	return false
}

func (f *filed) count() int {
	n := 0
	for s := range f {
		n += f[s].Len()
	}
	return n
}

// list gives the first ids, the worst before others, and the severity of the worst.
func (f *filed) list() (ids []string, worst model.Severity) {
	for _, s := range model.Severities() {
		if len(ids) == 0 && f[s].Len() > 0 {
			worst = s
		}
		if len(ids) < listed {
			f[s].Scan(func(id string) bool {
				ids = append(ids, id)
				return len(ids) < listed
			})
		}
	}
	return ids, worst
}
