package output

import (
	"fmt"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
)

// endWords names an end as the command line takes it, with which of its replicas are meant.
func endWords(e network.End) string {
	switch {
	case e.Block.IsValid() && e.Name != "":
		return Word(e.Name) + " (cidr:" + e.Block.String() + ")"
	case e.Block.IsValid():
		return "cidr:" + e.Block.String()
	case e.Ref.IsZero():
		return "external:" + Word(e.Name)
	case e.Class == "":
		return Word(e.Ref.String())
	}
	return Word(e.Ref.String()) + " (" + classWords(e.Class) + ")"
}

// classWords gives what tells a class, each part as one word.
func classWords(class string) string {
	parts := strings.Split(class, ",")
	for i, p := range parts {
		if label, not := strings.CutPrefix(p, "!"); not && label != "" {
			parts[i] = "!" + Word(label)
		} else if p != "same node" && p != "host network" {
			parts[i] = Word(p)
		}
	}
	return strings.Join(parts, ",")
}

// ruleWords names what decided, without its note.
func ruleWords(r *network.Reason) string {
	switch {
	case r.Object.IsZero():
		return r.Direction.String() + ": no policy"
	case r.Rule < 0:
		return Word(r.Object.String()) + " " + r.Direction.String()
	}
	return fmt.Sprintf("%s %s rule %d", Word(r.Object.String()), r.Direction, r.Rule)
}

// reasonWords is ruleWords with the tier and the note.
func reasonWords(r *network.Reason) string {
	s := ruleWords(r)
	if r.Tier != policy.Default && r.Tier != policy.Network {
		s += " (" + r.Tier.String() + ")"
	}
	if r.Note == "" {
		return s
	}
	if r.Object.IsZero() {
		return r.Direction.String() + ": " + r.Note
	}
	return s + ": " + r.Note
}

// whyWords says in short why an entry is as it is: by what way in, on what it depends, and what decided each direction.
func whyWords(e *network.Entry) string {
	var parts []string
	if !e.Via.IsZero() {
		parts = append(parts, "via "+Word(e.Via.String()))
	}
	if e.Assumption != "" {
		parts = append(parts, e.Assumption)
	}
	for _, d := range [...]policy.Direction{policy.Egress, policy.Ingress} {
		first, more := "", 0
		for i := range e.Because {
			switch r := &e.Because[i]; {
			case r.Direction != d:
			case first == "":
				first = ruleWords(r)
			default:
				more++
			}
		}
		if more > 0 {
			first += fmt.Sprintf(" (and %d more)", more)
		}
		if first != "" {
			parts = append(parts, first)
		}
	}
	return strings.Join(parts, "; ")
}

// allReasons gives everything that decided, in words.
func allReasons(e *network.Entry) string {
	list := make([]string, len(e.Because))
	for i := range e.Because {
		list[i] = reasonWords(&e.Because[i])
	}
	return strings.Join(list, "; ")
}

// pairWords counts the pairs of pods of which something is allowed: 2 of 8; - where one end is no pod.
func pairWords(p *network.Pairs) string {
	if p.Total == 0 {
		return "-"
	}
	s := fmt.Sprintf("%d of %d", p.Allowed, p.Total)
	if p.Depends > 0 {
		s += fmt.Sprintf(", %d depend", p.Depends)
	}
	if p.Unknown > 0 {
		s += fmt.Sprintf(", %d not evaluated", p.Unknown)
	}
	return s
}

// within cuts ports to those that were asked about.
func (r *Reach) within(s port.Set) port.Set {
	if r.Ports == nil {
		return s
	}
	return s.Intersect(*r.Ports)
}
