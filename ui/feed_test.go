package ui

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"canopy/model"
)

// fakeFeed publishes what a test gives it.
type fakeFeed struct {
	mu     sync.Mutex
	report *model.Report
	news   chan struct{}
}

func newFakeFeed(r *model.Report) *fakeFeed {
	return &fakeFeed{report: r, news: make(chan struct{}, 1)}
}

func (f *fakeFeed) Report() *model.Report {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.report
}

func (f *fakeFeed) Subscribe() (<-chan struct{}, func()) { return f.news, func() {} }

func (f *fakeFeed) publish(r *model.Report) {
	f.mu.Lock()
	f.report = r
	f.mu.Unlock()
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// findingSlice is a FindingSet for tests.
type findingSlice []*model.Finding

func (s findingSlice) Len() int { return len(s) }

func (s findingSlice) Get(id string) *model.Finding {
	for _, f := range s {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s findingSlice) All() iter.Seq[*model.Finding] { return slices.Values(s) }

func rule(id, title string, s model.Severity) *model.Rule {
	return &model.Rule{ID: id, Title: title, Severity: s}
}

func found(r *model.Rule, kind, namespace, name string, pods int) *model.Finding {
	ref := model.KindByName(kind).Ref(namespace, name)
	return &model.Finding{ID: model.FindingID(r.ID, ref), Rule: r, Severity: r.Severity, Object: ref, Pods: pods,
		Since: time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC).Unix() + int64(pods)*60, Verdict: model.Yes}
}

// cluster is a report with n findings beside the fixed ones, of which no two are alike.
func clusterReport(n int, change ...func(*model.Report)) *model.Report {
	rules := ruleTable()
	depends := found(rules[3], "ClusterRoleBinding", "", "dev", 0)
	depends.Verdict, depends.Reason = model.Depends, "if group:dev has members"
	list := findingSlice{
		found(rules[0], "DaemonSet", "data", "backup-helper", 2),
		found(rules[1], "Deployment", "shop", "web", 3),
		found(rules[1], "Deployment", "shop", "api", 1),
		found(rules[2], "RoleBinding", "ops", "ops-exec", 0),
		depends,
		found(rules[4], "Deployment", "kube-system", "coredns", 2),
	}
	for i := range n {
		list = append(list, found(rules[i%len(rules)], "Deployment", fmt.Sprintf("team-%d", i%97), fmt.Sprintf("service-%05d", i), i%7))
	}
	slices.SortFunc(list, func(a, b *model.Finding) int { return cmp.Compare(a.ID, b.ID) })
	r := &model.Report{
		Source:   model.SourceInfo{Type: "live", Name: "prod-eu", Server: "v1.37.2"},
		Sequence: 1,
		Objects:  map[string]int{"Namespace": 8, "Pod": 214, "Node": 6},
		Rules:    map[string]model.RuleState{},
		Findings: list,
	}
	for _, k := range model.Kinds() {
		r.Coverage = append(r.Coverage, model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, c := range change {
		c(r)
	}
	return r
}

func ruleTable() []*model.Rule {
	return []*model.Rule{
		rule("PS06", "Writable host path", model.Critical),
		rule("PS17", "Privilege escalation allowed", model.Medium),
		rule("RB04", "Can execute in pods", model.High),
		rule("RB09", "Reads every Secret", model.High),
		rule("PS22", "No seccomp profile", model.Low),
	}
}

// cover sets the coverage of a kind.
func covered(kind string, state model.CoverState, reason string) func(*model.Report) {
	return func(r *model.Report) {
		gk := model.KindByName(kind).GroupKind()
		for i := range r.Coverage {
			if r.Coverage[i].Kind == gk {
				r.Coverage[i].State, r.Coverage[i].Reason = state, reason
			}
		}
	}
}

func stale(kind, reason string) func(*model.Report) {
	return func(r *model.Report) {
		gk := model.KindByName(kind).GroupKind()
		for i := range r.Coverage {
			if r.Coverage[i].Kind == gk {
				r.Coverage[i].Stale, r.Coverage[i].Reason = true, reason
				r.Coverage[i].Since = time.Date(2026, 11, 23, 14, 2, 0, 0, time.UTC).Unix()
			}
		}
	}
}

func loadingRule(id, reason string) func(*model.Report) {
	return func(r *model.Report) { r.Rules[id] = model.RuleState{Loading: true, Reason: reason} }
}

func noFindings(r *model.Report) { r.Findings = findingSlice{} }

func sequence(n uint64) func(*model.Report) { return func(r *model.Report) { r.Sequence = n } }
