package nodes

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// The kinds of rows of a plan, in the order in which they are shown.
const (
	stepPart    = "to do, in this order"
	blockPart   = "keeps the control plane from a newer minor version"
	unknownPart = "not known"
)

func planParts() []string { return []string{stepPart, blockPart, unknownPart} }

// move is a row of a plan: a step, what is in the way of the next minor, or what could not be told. It is immutable.
type move struct {
	part  string
	place int
	// One of these is set.
	step     *upgrade.Step
	blocker  *upgrade.Blocker
	unknown  string
	findings []*model.Finding
	// budgets are the findings on budgets that keep its node from being emptied.
	budgets []*model.Finding
	// toll is what a drain comes to.
	toll toll
	// What columns show is clean.
	what, object, from, to, drain, why string
}

func newStep(s *upgrade.Step, place int, on map[model.Ref][]*model.Finding) *move {
	m := &move{
		part: stepPart, place: place, step: s, findings: on[s.Object], what: text.Clean(s.What), object: text.Clean(stepName(s)),
		from: text.Clean(s.From), to: text.Clean(s.To), why: text.Clean(s.Why),
	}
	for _, ref := range s.Nodes {
		if ref != s.Object {
			m.findings = slices.Concat(m.findings, on[ref])
		}
	}
	m.toll = tollOf(s.Obstacles)
	m.mend(on)
	switch worst := m.toll.worst(); {
	case !s.Drains:
		m.drain = unknown
	case s.Safe:
		m.drain = "+ safe"
	case worst < harms:
		m.drain = m.brief(worst)
	default:
		m.drain = "? not known"
	}
	if s.Waits > 0 {
		m.why = strings.TrimSuffix(fmt.Sprintf("after %d: %s", s.Waits, m.why), ": ")
	}
	return m
}

// stepName names what a step changes: of a pool that a provider exchanges as a whole all of it.
func stepName(s *upgrade.Step) string {
	if s.Pool == "" || len(s.Nodes) == 0 {
		return objectName(s.Object)
	}
	return "pool " + s.Pool + ", " + view.Count(len(s.Nodes), "node")
}

// objectName names what a step is about; the control plane is no object.
func objectName(o model.Ref) string {
	switch {
	case o.IsZero(), o == model.ClusterRef():
		return planeName
	case o.Group == "" && o.Kind == "Node":
		return o.Name
	}
	return o.String()
}

// moves makes the rows of a plan.
func moves(p *upgrade.Plan, on map[model.Ref][]*model.Finding) []*move {
	rows := make([]*move, 0, len(p.Steps)+len(p.Blockers)+len(p.Unknown))
	for i := range p.Steps {
		rows = append(rows, newStep(&p.Steps[i], i+1, on))
	}
	for i := range p.Blockers {
		b := &p.Blockers[i]
		rows = append(rows, &move{
			part: blockPart, place: i + 1, blocker: b, findings: on[b.Object], what: text.Clean(b.Cause), object: text.Clean(objectName(b.Object)), to: text.Clean(b.Minor), why: text.Clean(b.Says),
		})
		if b.Step > 0 {
			last := rows[len(rows)-1]
			last.why = fmt.Sprintf("step %d waits: %s", b.Step, last.why)
		}
	}
	for i, u := range p.Unknown {
		rows = append(rows, &move{part: unknownPart, place: i + 1, unknown: u, what: "?", why: text.Clean(u)})
	}
	return rows
}

// ID tells rows apart.
func (m *move) ID() string {
	return strconv.Itoa(slices.Index(planParts(), m.part)) + "\n" + m.what + "\n" + m.object + "\n" + strconv.Itoa(m.place)
}

// Same tells whether another row says the same.
func (m *move) Same(o *move) bool {
	if m.from != o.from || m.to != o.to || m.why != o.why || m.drain != o.drain || !slices.Equal(m.findings, o.findings) || !slices.Equal(m.budgets, o.budgets) || (m.step == nil) != (o.step == nil) {
		return false
	}
	return m.step == o.step || reflect.DeepEqual(m.step, o.step)
}

// compare goes by the parts, and in each by the order of the plan.
func (m *move) compare(o *move) int { return cmp.Or(m.byOrder(o), cmp.Compare(m.ID(), o.ID())) }

func (m *move) byOrder(o *move) int {
	return cmp.Or(cmp.Compare(slices.Index(planParts(), m.part), slices.Index(planParts(), o.part)), cmp.Compare(m.place, o.place))
}

// number is the place of a step.
func (m *move) number() string {
	if m.step == nil {
		return ""
	}
	return strconv.Itoa(m.place)
}

// mend finds what was found on the budgets in the way, each once.
func (m *move) mend(on map[model.Ref][]*model.Finding) {
	seen := map[model.Ref]bool{}
	for i := range m.step.Obstacles {
		o := &m.step.Obstacles[i]
		if o.Budget.IsZero() || seen[o.Budget] {
			continue
		}
		seen[o.Budget] = true
		m.budgets = append(m.budgets, on[o.Budget]...)
	}
}

// cell is how wide the words of a drain may be, so that they are not cut.
const cell = 22

// brief says in a cell what a drain comes to: who is in the way where there is room for that.
func (m *move) brief(worst harm) string {
	if worst != blocks && worst != waits {
		return worst.brief(m.toll[worst])
	}
	name, others := m.blocking(worst)
	more := ""
	if others > 0 {
		more = fmt.Sprintf(" +%d", others)
	}
	first := worst.sign() + " "
	if worst == waits {
		first += worst.word() + " "
	}
	_, short, _ := strings.Cut(name, "/")
	tries := []string{name, short}
	if worst == blocks {
		tries = []string{cmp.Or(short, name)}
	}
	for _, who := range tries {
		if t := first + who + more; who != "" && view.Width(t) <= cell {
			return t
		}
	}
	return worst.brief(m.toll[worst])
}

// drainStyle tells what is lost from what is not.
func (m *move) drainStyle(t *theme.Theme) lipgloss.Style {
	switch worst := m.toll.worst(); {
	case m.step == nil || !m.step.Drains:
		return t.Faint
	case m.step.Safe:
		return t.Good
	case worst < harms:
		return worst.style(t)
	}
	return t.Faint
}

// byDrain puts first what costs most.
func (m *move) byDrain(o *move) int {
	if (m.step == nil) != (o.step == nil) {
		return cmp.Compare(map[bool]int{true: 1}[m.step == nil], map[bool]int{true: 1}[o.step == nil])
	}
	for h := range harms {
		if m.toll[h] != o.toll[h] {
			return cmp.Compare(o.toll[h], m.toll[h])
		}
	}
	return 0
}

func moveSchema(s *view.Shared) *table.Schema[*move] {
	place := sheet.Column("#", 3, 4, 0, (*move).number)
	place.Name, place.Right = "order", true
	place.Compare = (*move).byOrder
	drain := sheet.Styled(sheet.Column("DRAIN", 14, 22, 0, func(m *move) string { return m.drain }), func(m *move) lipgloss.Style { return m.drainStyle(&s.Theme) })
	drain.Compare = (*move).byDrain
	part := sheet.Field("part", "", func(m *move) string { return m.part })
	part.Known = planParts()
	part.Order = func(value string) (int, bool) {
		i := slices.Index(planParts(), value)
		return len(planParts()) - i, i >= 0
	}
	what := sheet.Styled(sheet.Searched(sheet.Column("WHAT", 9, 13, 0, func(m *move) string { return m.what })), func(m *move) lipgloss.Style {
		switch m.part {
		case blockPart:
			return s.Theme.Alarm
		case unknownPart:
			return s.Theme.Faint
		}
		return s.Theme.Text
	})
	return &table.Schema[*move]{
		Key: (*move).ID, Compare: (*move).compare,
		Columns: []table.Column[*move]{
			place, what, sheet.Searched(sheet.Column("OBJECT", 13, 28, 0, func(m *move) string { return m.object })),
			sheet.Column("FROM", 8, 18, 3, func(m *move) string { return m.from }), sheet.Column("TO", 6, 18, 0, func(m *move) string { return m.to }), drain,
			sheet.Grow(sheet.Searched(sheet.Column("WHY", 22, 50, 2, func(m *move) string { return m.why }))),
		},
		Fields: []table.Field[*move]{
			part, sheet.Field("what", "", func(m *move) string { return m.what }), sheet.Field("object", "", func(m *move) string { return m.object }),
			sheet.Field("drain", "", func(m *move) string { return strings.TrimLeft(m.drain, "+!?x~ ") }), sheet.Within("why", "", func(m *move) string { return m.why }),
		},
	}
}
