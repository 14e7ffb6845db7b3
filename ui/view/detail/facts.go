package detail

import (
	"cmp"
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
)

// facts is what has to be looked for to tell of a finding or an object. Commands collect it.
type facts struct {
	life   life
	family family
	// places are where the finding shows, or all findings of the object.
	places []spot
	// own are the findings of the object, or of its top owner where it has none of its own, the worst first.
	own []*view.Row
	// findings are those of own.
	findings []*model.Finding
	events   []model.Event
	ways     ways
	// changes are what edits of the object did to paths, the newest first.
	changes []change
	// target is the object whose YAML is shown.
	target model.Ref
}

// equal tells whether other facts say the same.
func (f *facts) equal(o *facts) bool {
	return f.life == o.life && f.target == o.target && f.family.equal(&o.family) && f.ways.equal(&o.ways) && slices.Equal(f.changes, o.changes) && slices.Equal(f.places, o.places) &&
		slices.EqualFunc(f.own, o.own, (*view.Row).Same) && slices.Equal(f.events, o.events)
}

// life is when an object was made, and when the part that rules read was last written, in seconds since 1970, and by whom.
type life struct {
	created, written int64
	writer           string
}

func lifeOf(set model.RecordSet, object model.Ref) life {
	var l life
	if set == nil {
		return l
	}
	r := set.Get(object)
	if r == nil {
		return l
	}
	if at := r.GetCreationTimestamp(); !at.IsZero() {
		l.created = at.Unix()
	}
	if w, ok := r.(interface{ LastWritten() (string, int64) }); ok {
		l.writer, l.written = w.LastWritten()
	}
	return l
}

// spot is a piece of evidence with the place in a file.
type spot struct {
	model.Evidence
	finding *model.Finding
	file    string
}

// gathering keeps one command at a time on its way.
type gathering struct {
	busy bool
	// asked is what the facts that are there, or on their way, were made of; wanted what they are to be made of.
	asked, wanted basis
}

// basis is what facts depend on.
type basis struct {
	digest, inventory uint64
	settled           bool
	finding           *model.Finding
	attack            *model.Attack
	// turn is counted up to gather anew.
	turn int
}

// basis is that of the newest snapshot.
func (s *Screen) basis(turn int) basis {
	r := s.snap.Report
	b := basis{digest: r.Digest, settled: r.Settled(), finding: s.finding(), attack: r.Attack, turn: turn}
	if r.Inventory != nil {
		b.inventory = r.Inventory.Version()
	}
	return b
}

// collected brings facts.
type collected struct {
	facts *facts
	of    basis
}

// collect gathers the facts anew where they rest on something old; again tells to do it in any case.
func (s *Screen) collect(again bool) tea.Cmd {
	turn := s.gather.wanted.turn
	if again {
		turn++
	}
	s.gather.wanted = s.basis(turn)
	if s.gather.busy || s.gather.asked == s.gather.wanted && s.facts != nil || s.snap.Report.Findings == nil || s.wrong != "" {
		return nil
	}
	s.gather.busy, s.gather.asked = true, s.gather.wanted
	q := query{s.shared.Running, s.shared.Session, s.shared.Values, s.snap.Report, s.object, s.finding(), s.rule != nil, !s.ended.IsZero(), s.facts}
	of := s.gather.asked
	return view.Later(s, func() tea.Msg { return collected{q.run(), of} })
}

// query is a question for facts. It shares nothing with the screen, since it is answered outside of the loop.
type query struct {
	ctx     context.Context
	session view.Session
	values  *view.Values
	report  *model.Report
	object  model.Ref
	finding *model.Finding
	// single tells that the question is about one finding, which may have ended.
	single bool
	// ended tells that the finding, or the object, is no longer there; before is what was known when it was.
	ended  bool
	before *facts
}

func (q *query) run() *facts {
	if q.ended && !q.single && q.before != nil {
		return q.before
	}
	q.values.Read(q.report)
	f := &facts{target: q.object, life: lifeOf(q.report.Inventory, q.object), family: familyOf(q.report.Inventory, q.object), events: q.session.Events(q.object)}
	f.ways, f.changes = waysOf(q.ctx, q.session, q.report.Attack, f.family.top, q.waysBefore()), changesOf(q.report, f.family.top)
	f.own = q.rowsOf(q.object)
	if len(f.own) == 0 && f.family.top != q.object {
		f.own = q.rowsOf(f.family.top)
	}
	for _, r := range f.own {
		f.findings = append(f.findings, r.Finding)
	}
	switch {
	case q.finding != nil:
		f.places = q.spots(q.finding)
		f.target = target(q.finding.Object, f.places)
	case q.single && q.before != nil:
		// What has ended is still told as it was.
		f.places, f.target = q.before.places, q.before.target
	case !q.single:
		for _, r := range f.own {
			f.places = append(f.places, q.spots(r.Finding)...)
		}
	}
	return f
}

func (q *query) waysBefore() *ways {
	if q.before == nil {
		return nil
	}
	return &q.before.ways
}

// rowsOf gives the findings of an object, the worst first. A finding is found by its id, so this does not depend on the size
// of the cluster, nor on which namespaces are shown.
func (q *query) rowsOf(object model.Ref) []*view.Row {
	var rows []*view.Row
	for _, rule := range q.session.Rules() {
		f := q.report.Findings.Get(model.FindingID(rule.ID, object))
		if f == nil {
			continue
		}
		if row := view.Judge(q.report, f); row != nil {
			rows = append(rows, row)
		}
	}
	// They stand at the same place, so the worst is the riskiest.
	slices.SortStableFunc(rows, func(a, b *view.Row) int { return cmp.Compare(b.Finding.Severity, a.Finding.Severity) })
	return rows
}

func (q *query) spots(f *model.Finding) []spot {
	var spots []spot
	for _, e := range f.Proof.Evidence() {
		p := spot{Evidence: e, finding: f}
		if file, line, ok := q.session.Locate(e.Object, e.Path); ok {
			p.file, p.Line = file, line
		}
		spots = append(spots, p)
	}
	return spots
}

// target is the object that shows a finding: its own where that does, else the first pod that does.
func target(object model.Ref, spots []spot) model.Ref {
	for i := range spots {
		if spots[i].Object == object {
			return object
		}
	}
	if len(spots) > 0 {
		return spots[0].Object
	}
	return object
}
