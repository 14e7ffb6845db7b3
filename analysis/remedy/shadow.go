package remedy

import (
	"slices"
	"sync"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/catalogue"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// shadow is what of a cluster decides who may do what, to be changed and judged again. It is an analysis.Findings.
type shadow struct {
	c      *cluster.Cluster
	access *rbac.Analyser
	// judge is nil where nothing is judged.
	judge *privilege.Analyser
	held  map[string]*model.Finding
	// step counts what was carried out, ended says with which step a finding ended.
	step  int
	ended map[string]int
}

// casts tells a kind that a shadow holds.
func casts(ref model.Ref) bool {
	switch ref.Group {
	case model.GroupRBAC:
		return true
	case "":
		return ref.Kind == "ServiceAccount" || ref.Kind == "Namespace"
	}
	return false
}

// newShadow copies what counts. The records are shared.
func newShadow(c *cluster.Cluster, judge *privilege.Analyser, server string, edges []*model.Edge) *shadow {
	return newShadowOf(c, judge, server, edges, func(model.Record) bool { return true })
}

// newShadowOf is newShadow for the objects that are to be kept.
func newShadowOf(c *cluster.Cluster, judge *privilege.Analyser, server string, edges []*model.Edge, keep func(model.Record) bool) *shadow {
	s := &shadow{c: cluster.New(), access: rbac.New(), judge: judge, held: map[string]*model.Finding{}, ended: map[string]int{}}
	for _, cov := range c.Coverage() {
		s.c.Cover(cov)
	}
	for _, e := range edges {
		for i := range e.Ways {
			// A way may rest on an object of any kind.
			if ref, err := model.ParseRef(e.Ways[i].Exists); err == nil {
				if r := c.Get(ref); r != nil {
					s.c.Apply(model.Put(r))
				}
			}
		}
	}
	for _, gk := range c.Kinds() {
		if !casts(model.Ref{Group: gk.Group, Kind: gk.Kind}) {
			continue
		}
		for r := range c.All(gk) {
			if keep(r) {
				s.apply(model.Put(r))
			}
		}
	}
	if judge != nil {
		judge.Server(server, s.c, s.access)
	}
	s.flush()
	return s
}

func (s *shadow) apply(ch model.Change) {
	d, ok := s.c.Apply(ch)
	if !ok {
		return
	}
	changed := s.access.Update(s.c, d)
	if s.judge != nil {
		s.judge.Update(d, s.access, &changed)
	}
}

func (s *shadow) flush() {
	if s.judge != nil {
		s.judge.Flush(s.c, s.access, s)
	}
}

// Put takes a finding.
func (s *shadow) Put(f *model.Finding) { s.held[f.ID] = f }

// Drop forgets one.
func (s *shadow) Drop(id string) {
	delete(s.held, id)
	s.ended[id] = s.step
}

// carryOut makes what the rollout foretells of one step true, and judges what comes of it.
func (s *shadow) carryOut(step model.Step) error {
	if err := s.prepare(step); err != nil {
		return err
	}
	s.flush()
	return nil
}

// prepare is carryOut for a step of which no finding ends, so that it is judged with the next one.
func (s *shadow) prepare(step model.Step) error {
	s.step++
	changes, _, err := rollout.Expand(s.c, model.Plan{Steps: []model.Step{step}})
	if err != nil {
		return err
	}
	for _, ch := range changes {
		s.apply(ch)
	}
	return nil
}

// science is what the catalogue says: rules, and steps of attack by the rules whose findings show them.
type science struct {
	rules catalogue.Set
	edges []*model.Edge
	by    map[string][]*model.Edge
}

// newScience reads it once: it is embedded data, and a fix is made on the goroutine that keeps the cluster.
var newScience = sync.OnceValues(loadScience)

func loadScience() (*science, error) {
	rules, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	edges, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	s := &science{rules, edges, map[string][]*model.Edge{}}
	for _, e := range edges {
		s.by[e.Rule] = append(s.by[e.Rule], e)
	}
	return s, nil
}

// judges tells whether package privilege makes findings of a rule on objects of RBAC.
func judges(rule string) bool {
	return rule >= "LP01" && rule <= "LP34" && !slices.Contains([]string{"LP21", "LP22", "LP23", "LP25", "LP26", "LP27"}, rule)
}

// setRules gives a role other rules.
func (s *shadow) setRules(ref model.Ref, rules []rbacv1.PolicyRule) {
	switch t := s.c.Get(ref).(type) {
	case *record.Typed[*rbacv1.Role]:
		next := t.DeepCopyObject().(*record.Typed[*rbacv1.Role])
		next.Object.Rules = rules
		s.apply(model.Put(next))
	case *record.Typed[*rbacv1.ClusterRole]:
		next := t.DeepCopyObject().(*record.Typed[*rbacv1.ClusterRole])
		next.Object.Rules = rules
		s.apply(model.Put(next))
	}
}
