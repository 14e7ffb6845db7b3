package escape

import (
	"slices"

	"canopy/model"
)

// claim is whether something holds: Yes, No, or Depends with a reason.
type claim struct {
	verdict model.Verdict
	// version tells that a version decides, and nothing else.
	version bool
	reason  string
}

func yes() claim                    { return claim{verdict: model.Yes} }
func no() claim                     { return claim{verdict: model.No} }
func depends(reason string) claim   { return claim{model.Depends, false, reason} }
func byVersion(reason string) claim { return claim{model.Depends, true, reason} }
func (c claim) closed() bool        { return c.verdict == model.No }
func (c claim) surer(o claim) bool  { return c.rank() < o.rank() }
func when(b bool) claim {
	if b {
		return yes()
	}
	return no()
}

// and holds where both do.
func (c claim) and(o claim) claim {
	switch {
	case c.closed() || o.closed():
		return no()
	case c.verdict == model.Yes:
		return o
	case o.verdict == model.Yes:
		return c
	}
	reason := c.reason
	if o.reason != c.reason {
		reason += "; " + o.reason
	}
	return claim{model.Depends, c.version && o.version, reason}
}

// rank orders claims, the surest first.
func (c claim) rank() int {
	switch {
	case c.verdict == model.Yes:
		return 0
	case c.verdict == model.Depends && c.version:
		return 1
	case c.verdict == model.Depends:
		return 2
	}
	return 3
}

// add notes an escape, with the fields that open it. The same one by another container adds its fields, and counts where it is surer.
func (p *pod) add(edge string, kind Kind, c claim, fields ...model.Evidence) {
	if c.closed() {
		return
	}
	at := 0
	for at < len(p.found) && (p.found[at].Edge < edge || p.found[at].Edge == edge && p.found[at].Kind < kind) {
		at++
	}
	if at == len(p.found) || p.found[at].Edge != edge || p.found[at].Kind != kind {
		p.found = slices.Insert(p.found, at, Escape{edge, kind, c.verdict, c.version, c.reason, slices.Clone(fields)})
		return
	}
	e := &p.found[at]
	first, more := e.Evidence, fields
	if c.surer(claim{e.Verdict, e.Version, e.Reason}) {
		e.Verdict, e.Version, e.Reason = c.verdict, c.version, c.reason
		first, more = slices.Clone(fields), e.Evidence
	}
	for _, f := range more {
		if !slices.Contains(first, f) {
			first = append(first, f)
		}
	}
	e.Evidence = first
}
