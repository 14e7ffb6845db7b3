package nodes

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// The names of the lists.
const (
	nodesName    = "nodes"
	planName     = "plan"
	usageName    = "usage"
	dataName     = "data"
	verdictsName = "verdicts"
	podsName     = "pods"
	drainName    = "drain"
	partsName    = "parts"
)

// plane names the control plane, which is no object.
const planeName = "control plane"

// unknown stands for what nobody tells: a zero would look clean.
const unknown = "–"

// partly is how a node stands of which all that is known is well, and not all is known. No verdict has it: it sums verdicts up.
const partly node.State = "part-ok"

// signOf writes a state with a sign, since colour alone is no signal.
func signOf(s node.State) string {
	switch s {
	case partly:
		// This much has room in a column; spelled says it in full.
		return "~ part ok"
	case node.Overdue:
		return "x overdue"
	case node.Due:
		return "! due"
	case node.OK:
		return "+ ok"
	}
	return "? no data"
}

// spelled writes a state in full, without a sign.
func spelled(s node.State) string {
	if s == partly {
		return "ok as far as known"
	}
	return signOf(s)[2:]
}

// states lists them, the best first.
func states() []node.State {
	return []node.State{node.OK, partly, node.NoData, node.Due, node.Overdue}
}

// rank tells how bad a state is.
func rank(s node.State) int { return slices.Index(states(), s) }

// styleOf is the style of a state.
func styleOf(t *theme.Theme, s node.State) lipgloss.Style {
	switch s {
	case node.Overdue:
		return t.Alarm
	case node.Due:
		return t.Warn
	case node.OK:
		return t.Good
	case partly:
		return t.Text
	}
	return t.Faint
}

// topics lists the topics of verdicts in a state.
func topics(list []node.Verdict, s node.State) []string {
	var names []string
	for i := range list {
		if list[i].State == s {
			names = append(names, string(list[i].Topic))
		}
	}
	return names
}

// worstOf names what is worst: all that is overdue, then all that is due; where nothing is, what nobody knows.
func worstOf(list []node.Verdict) string {
	overdue, due := topics(list, node.Overdue), topics(list, node.Due)
	switch {
	case len(overdue) > 0 && len(due) > 0:
		return strings.Join(overdue, ", ") + "; due " + strings.Join(due, ", ")
	case len(overdue) > 0:
		return strings.Join(overdue, ", ")
	case len(due) > 0:
		return "due " + strings.Join(due, ", ")
	}
	none, secret := topics(list, node.NoData), untold(list)
	if len(secret) < len(list) {
		none = slices.DeleteFunc(none, func(t string) bool { return slices.Contains(secret, t) })
	}
	if len(none) > 0 {
		return "no data: " + strings.Join(none, ", ")
	}
	if len(secret) > 0 {
		return spelled(partly) + ", no data: " + strings.Join(secret, ", ")
	}
	return ""
}

// untold names the topics without data that clusters seldom tell: because of them alone a node is not without data, and not ok either.
func untold(list []node.Verdict) []string {
	var names []string
	for i := range list {
		switch v := &list[i]; v.Topic {
		case node.Certificate, node.Reboot, node.Config:
			if v.State == node.NoData {
				names = append(names, string(v.Topic))
			}
		}
	}
	return names
}

// stateOf is the worst state; no data on what is seldom told makes partly of ok, and no data where there is nothing else.
func stateOf(list []node.Verdict) node.State {
	secret := untold(list)
	if len(secret) == len(list) {
		return node.NoData
	}
	worst := node.OK
	if len(secret) > 0 {
		worst = partly
	}
	for i := range list {
		if v := &list[i]; rank(v.State) > rank(worst) && (v.State != node.NoData || !slices.Contains(secret, string(v.Topic))) {
			worst = v.State
		}
	}
	return worst
}

// percent writes a share; unknown where nothing is there to have a share of.
func percent(used, of int64) string {
	if of <= 0 {
		return unknown
	}
	return strconv.FormatInt((used*100+of/2)/of, 10) + "%"
}

// spark draws a series: nothing is the lowest column, top the highest.
func spark(g *theme.Glyphs, s *model.Series, width int, top int64, of func(model.Sample) int64) string {
	list := s.Tail(width)
	for _, one := range list {
		top = max(top, of(one))
	}
	var b strings.Builder
	for _, one := range list {
		b.WriteString(g.Level(int(of(one)), int(top)))
	}
	return b.String()
}

// dated names a source with its date.
func dated(source, date string) string {
	switch {
	case source == "":
		return date
	case date == "":
		return source
	}
	return source + ", as of " + date
}

// rulesOf names the rules by which a topic becomes a finding.
func rulesOf(t node.Topic) []string {
	switch t {
	case node.Skew:
		return []string{"VP05"}
	case node.Support, node.Provider, node.Patch:
		return []string{"VP04"}
	case node.CVE:
		return []string{"VP03"}
	case node.Runtime, node.OS, node.KernelLine, node.Drift, node.Reboot:
		return []string{"VP07"}
	case node.Ready:
		return []string{"VP09"}
	}
	return nil
}

// found sorts the findings of the theme by their object.
func found(s *view.Snapshot) map[model.Ref][]*model.Finding {
	on := map[model.Ref][]*model.Finding{}
	for _, r := range s.Rows {
		if f := r.Finding; f.Rule.Theme == "patching" {
			on[f.Object] = append(on[f.Object], f)
		}
	}
	for _, list := range on {
		slices.SortStableFunc(list, func(a, b *model.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	}
	return on
}

// called is what a node or the control plane is called.
func called(o model.Ref) string {
	if o == model.ClusterRef() {
		return planeName
	}
	return o.Name
}

// counted writes a number with its unit, and nothing for none.
func counted(parts []string, n int, format string) []string {
	if n == 0 {
		return parts
	}
	return append(parts, fmt.Sprintf(format, n))
}
