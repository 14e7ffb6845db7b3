package attack

import (
	"canopy/analysis/privilege"
	"canopy/model"
)

// tag is what a line means: the edge of the catalogue, how sure it is, and why it is not.
type tag uint64

const (
	edgeBits   = 8
	sureBits   = 2
	edgeMask   = 1<<edgeBits - 1
	sureMask   = 1<<sureBits - 1
	reasonFrom = edgeBits + sureBits
)

func (t tag) edge() int              { return int(t&edgeMask) - 1 }
func (t tag) confidence() Confidence { return Confidence(t >> edgeBits & sureMask) }
func (t tag) reason() int            { return int(t >> reasonFrom) }

// penalty is what is added to the cost of a hop that is not proven.
var penalty = [...]uint32{Proven: 0, ByVersion: 1, ByAdmission: 2, MissingData: 3}

// line is a line to be drawn between two keys.
type line struct {
	from, to key
	cost     uint32
	tag      tag
}

// legend is the catalogue of edges, and the reasons that lines have.
type legend struct {
	edges   []*model.Edge
	byID    map[string]int
	reasons []string
	numbers map[string]int
}

func newLegend(edges []*model.Edge) legend {
	l := legend{edges: edges, byID: map[string]int{}, reasons: []string{""}, numbers: map[string]int{"": 0}}
	for i, e := range edges {
		l.byID[e.ID] = i
	}
	return l
}

// tag makes the tag of an edge that is open, and what it costs.
func (l *legend) tag(id string, sure Confidence, reason string) (tag, uint32) {
	i, ok := l.byID[id]
	if !ok {
		// The catalogue of a test may lack it.
		return 0, 1
	}
	return tag(i+1) | tag(sure)<<edgeBits | l.because(reason), uint32(l.edges[i].Cost) + penalty[sure]
}

// because gives the part of a tag that says why something is not certain.
func (l *legend) because(reason string) tag {
	n, ok := l.numbers[reason]
	if !ok {
		n = len(l.reasons)
		l.numbers[reason] = n
		l.reasons = append(l.reasons, reason)
	}
	return tag(n) << reasonFrom
}

// perhaps makes a line that goes without saying, if something that is not certain holds.
func (l *legend) perhaps(from, to key, sure Confidence, reason string) line {
	return line{from, to, penalty[sure], tag(sure)<<edgeBits | l.because(reason)}
}

// step makes the line of an edge.
func (l *legend) step(from, to key, id string, sure Confidence, reason string) line {
	t, cost := l.tag(id, sure, reason)
	return line{from, to, cost, t}
}

// member makes the line by which somebody belongs to a group. What a group is part of costs nothing more: whoever is in it is in all.
func (l *legend) member(from, to key) line {
	m := l.step(from, to, "I-02", Proven, "")
	if from.ref.Kind == string(model.GroupSubject) {
		m.cost = 0
	}
	return m
}

// doubted gives the confidence that goes with a doubt.
func doubted(d privilege.Doubt) Confidence {
	switch d {
	case privilege.OnVersion:
		return ByVersion
	case privilege.OnAdmission:
		return ByAdmission
	case privilege.OnData:
		return MissingData
	}
	return Proven
}
