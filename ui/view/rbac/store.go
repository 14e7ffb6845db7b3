package rbac

import (
	"slices"
	"sync"

	access "canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
)

// store holds the records of RBAC and accounts at one moment, with what can be asked of them. The writer is left alone: an
// identity that is bound in hundreds of namespaces has so many permissions that to list them takes a while.
type store struct {
	records map[model.Ref]model.Record
	covers  []model.Coverage
	// discovery knows which resources there are.
	discovery *access.Discovery

	// The analyser keeps what it has worked out, so one command asks it at a time.
	mutex   sync.Mutex
	cluster *cluster.Cluster
	access  *access.Analyser
}

// kinds are those whose objects are listed.
func kinds() []*model.Kind {
	return kindsNamed("ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role", "ServiceAccount")
}

// kept are those that a store holds: custom resources are what wildcards stand for.
func kept() []*model.Kind { return append(kinds(), kindsNamed("CustomResourceDefinition")...) }

func kindsNamed(names ...string) []*model.Kind {
	var list []*model.Kind
	for _, name := range names {
		list = append(list, model.KindByName(name))
	}
	return list
}

// coversOf gives what was seen of the kinds of a store.
func coversOf(r *model.Report) []model.Coverage {
	var list []model.Coverage
	for _, c := range r.Coverage {
		if slices.ContainsFunc(kept(), func(k *model.Kind) bool { return k.GroupKind() == c.Kind }) {
			// That a watch is broken, and since when, changes no answer.
			c.Count, c.Stale, c.Since = 0, false, 0
			list = append(list, c)
		}
	}
	return list
}

// holds tells that the store was made of the same.
func (s *store) holds(records []model.Record, covers []model.Coverage) bool {
	return len(s.records) == len(records) && slices.Equal(s.covers, covers) &&
		!slices.ContainsFunc(records, func(r model.Record) bool { return s.records[r.Ref()] != r })
}

func newStore(records []model.Record, covers []model.Coverage) *store {
	s := &store{records: make(map[model.Ref]model.Record, len(records)), covers: covers, cluster: cluster.New(), access: access.New()}
	for _, c := range covers {
		s.cluster.Cover(c)
	}
	for _, r := range records {
		s.records[r.Ref()] = r
		if d, ok := s.cluster.Apply(model.Put(r)); ok {
			s.access.Update(s.cluster, d)
		}
	}
	s.discovery = access.NewDiscovery(stock.Resources()).With(s.cluster)
	return s
}

// ask calls f with what RBAC grants. f keeps neither.
func (s *store) ask(f func(c *cluster.Cluster, x *access.Analyser)) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f(s.cluster, s.access)
}

func (s *store) has(ref model.Ref) bool { return s.records[ref] != nil }
