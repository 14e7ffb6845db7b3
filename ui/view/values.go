package view

import (
	"cmp"
	"slices"
	"strconv"
	"sync"

	"canopy/model"
)

// Values tells equal values of credentials by a number, since nothing else of them is known, nor shown. A value that stands in
// several places gets the next number the first time it is met, in the order of the list of exposures, and keeps it for the session.
// Nil is one that knows none.
type Values struct {
	mutex   sync.Mutex
	numbers map[uint64]int
	// read are the prints of the findings as of the report with this number: what a report holds of a value tells no two apart that are
	// as long.
	read     map[*model.Finding][]uint64
	sequence uint64
}

// NewValues gives one that knows no value yet.
func NewValues() *Values { return &Values{numbers: map[uint64]int{}} }

// exposes tells that evidence of a rule is about the values of credentials.
func exposes(rule string) bool { return rule == "SE01" || rule == "SE03" }

// Read meets the values of a report. It goes through the findings, so commands call it.
func (v *Values) Read(r *model.Report) {
	if v == nil || r.Findings == nil {
		return
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.read != nil && v.sequence == r.Sequence {
		return
	}
	v.sequence = r.Sequence
	var found []*model.Finding
	for f := range r.Findings.All() {
		if exposes(f.Rule.ID) {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b *model.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	read, places := make(map[*model.Finding][]uint64, len(found)), map[uint64]int{}
	for _, f := range found {
		prints, ok := v.read[f]
		if !ok {
			for _, e := range f.Proof.Evidence() {
				if e.Print != 0 {
					prints = append(prints, e.Print)
				}
			}
		}
		read[f] = prints
		for _, p := range prints {
			places[p]++
		}
	}
	v.read = read
	for _, f := range found {
		for _, p := range read[f] {
			if places[p] > 1 && v.numbers[p] == 0 {
				v.numbers[p] = len(v.numbers) + 1
			}
		}
	}
}

// Number is that of a value by its print; 0 where it stands in one place alone.
func (v *Values) Number(print uint64) int {
	if v == nil || print == 0 {
		return 0
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.numbers[print]
}

// Word names a value by its print, such as "value 3"; "" where it stands in one place alone.
func (v *Values) Word(print uint64) string {
	if n := v.Number(print); n > 0 {
		return "value " + strconv.Itoa(n)
	}
	return ""
}
