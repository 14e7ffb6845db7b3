package network

import (
	"cmp"
	"slices"

	"charm.land/lipgloss/v2"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// link is a row that tells of connections from one end to another. It is immutable.
type link struct {
	entry network.Entry
	// key is its id. The others are what the row shows, clean; way is "in" or "out" where one end is what is asked about, and
	// peer the other end then.
	key                               string
	way, peer                         string
	from, to, ports, verdict, why     string
	fromNamespace, toNamespace, share string
	// findings are those of the network on what a policy would protect.
	findings []*model.Finding
}

// newLink makes the row of an answer.
func newLink(e network.Entry, way string, short bool) *link {
	l := &link{entry: e, way: way, from: clean(e.Src, short), to: clean(e.Dst, short), ports: e.Connections.String(), verdict: shortVerdict(e.Verdict)}
	l.key = way + "\n" + key(e.Src) + "\n" + key(e.Dst) + "\n" + l.verdict + "\n" + e.Assumption + "\n" + e.Via.String()
	l.fromNamespace, l.toNamespace = namespaceOf(e.Src), namespaceOf(e.Dst)
	l.peer = l.to
	if way == "in" {
		l.peer = l.from
	}
	l.why = text.Clean(cmp.Or(e.Assumption, reasons(e.Because)))
	if e.Pairs.Total > 0 {
		l.share = view.Number(e.Pairs.Allowed+e.Pairs.Depends+e.Pairs.Unknown) + " of " + view.Number(e.Pairs.Total)
	}
	return l
}

func namespaceOf(e network.End) string {
	switch {
	case e.Ref.IsZero():
		return internet
	case e.Ref.Namespace != "":
		return text.Clean(e.Ref.Namespace)
	}
	return text.Clean(e.Ref.Name)
}

// ID tells rows apart.
func (l *link) ID() string { return l.key }

// Same tells whether another row says the same.
func (l *link) Same(o *link) bool {
	return l.ports == o.ports && l.why == o.why && l.share == o.share && l.entry.Pairs == o.entry.Pairs && slices.Equal(l.findings, o.findings)
}

// compare puts what comes in before what goes out, and each by its ends. Of one pair what is certain comes first.
func (l *link) compare(o *link) int {
	return cmp.Or(cmp.Compare(l.way, o.way), compareEnds(l.entry.Src, o.entry.Src), compareEnds(l.entry.Dst, o.entry.Dst), cmp.Compare(l.entry.Verdict, o.entry.Verdict), cmp.Compare(l.key, o.key))
}

func compareEnds(a, b network.End) int {
	return cmp.Or(a.Ref.Compare(b.Ref), cmp.Compare(a.Class, b.Class), a.Block.Compare(b.Block), cmp.Compare(a.Name, b.Name))
}

// verdictRank sorts what may pass first.
func verdictRank(v network.Verdict) int {
	return [...]int{network.Deny: 3, network.Allow: 0, network.Depends: 1, network.NotEvaluated: 2}[v]
}

// linkSchema says what the rows of a list of connections are: about one end, or of pairs.
func linkSchema(s *view.Shared, about bool) *table.Schema[*link] {
	from := sheet.Grow(sheet.Searched(sheet.Column("FROM", 8, 18, 0, func(l *link) string { return l.from })))
	to := sheet.Grow(sheet.Searched(sheet.Column("TO", 8, 18, 0, func(l *link) string { return l.to })))
	columns := []table.Column[*link]{from, to}
	if about {
		columns = []table.Column[*link]{
			sheet.Column("WAY", 4, 4, 0, func(l *link) string { return l.way }),
			sheet.Grow(sheet.Searched(sheet.Column("PEER", 12, 30, 0, func(l *link) string { return l.peer }))),
			sheet.Hidden(from), sheet.Hidden(to),
		}
	}
	verdict := sheet.Column("VERDICT", 8, 8, 0, func(l *link) string { return l.verdict })
	verdict.Compare = func(a, b *link) int {
		return cmp.Compare(verdictRank(a.entry.Verdict), verdictRank(b.entry.Verdict))
	}
	verdict.Style = func(l *link) lipgloss.Style { return verdictMark(l.entry.Verdict).style(s) }
	columns = append(columns, verdict,
		sheet.Grow(sheet.Searched(sheet.Column("PORTS", 8, 14, 1, func(l *link) string { return l.ports }))),
		sheet.Grow(sheet.Searched(sheet.Column("WHY", 10, 24, 2, func(l *link) string { return l.why }))),
		sheet.Hidden(sheet.Column("PAIRS", 8, 12, 5, func(l *link) string { return l.share })),
	)
	fields := []table.Field[*link]{
		sheet.Field("verdict", "", func(l *link) string { return l.verdict }),
		sheet.Field("from", "", func(l *link) string { return l.from }), sheet.Field("to", "", func(l *link) string { return l.to }),
		{Name: "port", Also: "ports", Text: func(l *link) string { return l.ports }, Within: true},
	}
	if about {
		fields = append(fields,
			sheet.Field("way", "", func(l *link) string { return l.way }),
			sheet.Field("ns", "namespace", func(l *link) string {
				if l.way == "in" {
					return l.fromNamespace
				}
				return l.toNamespace
			}))
	}
	return &table.Schema[*link]{Key: (*link).ID, Compare: (*link).compare, Columns: columns, Fields: fields}
}
