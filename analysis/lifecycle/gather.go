package lifecycle

import (
	"cmp"
	"fmt"
	"time"

	"canopy/model/inorder"
)

// gathering collects vulnerabilities of one source out of many documents.
type gathering struct {
	source Source
	all    []Vulnerability
	// seen counts documents, so that one can be told from none.
	seen int
	asOf Day
	// fetched is the oldest day on which one of the documents was got: what was published after it may be missing. Zero where one does
	// not tell any.
	fetched Day
}

// got notes when a document was got, at a time that is zero where nobody knows.
func (g *gathering) got(at time.Time) {
	own := Day(0)
	if !at.IsZero() {
		own = DayOf(at)
	}
	if g.seen == 0 {
		g.fetched = own
	}
	g.fetched = min(g.fetched, own)
}

func newGathering(s Source) *gathering { return &gathering{source: s} }

// update makes a table of what was gathered; nil where no document was.
func (g *gathering) update() (*Update, error) {
	if g.seen == 0 {
		return nil, nil
	}
	if len(g.all) == 0 {
		return nil, fmt.Errorf("none of %d vulnerabilities is one of Kubernetes itself", g.seen)
	}
	if len(g.all) > maxRows {
		return nil, fmt.Errorf("there are %d vulnerabilities, more than %d", len(g.all), maxRows)
	}
	inorder.SortStable(g.all, func(a, b Vulnerability) int { return cmp.Compare(a.ID, b.ID) })
	g.source.AsOf = g.asOf
	return &Update{Tables: []Table{{Kind: Vulnerabilities, Source: g.source, Vulnerabilities: g.all, Fetched: g.fetched}}}, nil
}
