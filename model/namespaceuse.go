package model

// NamespaceUse is what was used in namespaces, round by round: by the busiest container of each, whether or not its pod is still there. It is
// immutable: Round gives another. A nil one has seen no round.
type NamespaceUse struct {
	// whole are the rounds in which all namespaces were measured, one after the other without another between; of are those of each
	// namespace in which it was measured, and had pods or has had some lately.
	whole *Series
	of    map[string]*Series
}

// Round adds a round. Most tells by namespace the most that one container used, in thousandths of a core; all tells that in namespaces which
// are not in it nothing was used, else they were not measured. At is in seconds since 1970, and keep how many rounds are kept.
func (n *NamespaceUse) Round(at int64, most map[string]int64, all bool, keep int) *NamespaceUse {
	next := &NamespaceUse{of: make(map[string]*Series, len(most))}
	var before map[string]*Series
	if n != nil {
		before = n.of
		if all {
			next.whole = n.whole
		}
	}
	if all {
		next.whole = next.whole.Append(Sample{At: at}, keep)
	}
	for name, cpu := range most {
		next.of[name] = before[name].Append(Sample{At: at, CPU: cpu}, keep)
	}
	for name, s := range before {
		if next.of[name] != nil {
			continue
		}
		if all {
			s = s.Append(Sample{At: at}, keep)
		}
		// Nothing but rounds without any use is what there is of a namespace that was never seen.
		if !all || s.reaches(1) {
			next.of[name] = s
		}
	}
	return next
}

// reaches tells that a sample has so much CPU.
func (s *Series) reaches(cpu int64) bool {
	for _, x := range s.All() {
		if x.CPU >= cpu {
			return true
		}
	}
	return false
}

// Quiet tells that a namespace was measured over so many rounds, the oldest that are known, and that no container in it used so much in any
// of them. It is false where there were too few.
func (n *NamespaceUse) Quiet(namespace string, rounds int, cpu int64) bool {
	if n == nil || rounds <= 0 {
		return false
	}
	s := n.of[namespace]
	ticks := n.whole
	if ticks == nil {
		ticks = s
	}
	if ticks.Len() < rounds {
		return false
	}
	until := ticks.All()[rounds-1].At
	for _, x := range s.All() {
		if x.At > until {
			break
		}
		if x.CPU >= cpu {
			return false
		}
	}
	return true
}
