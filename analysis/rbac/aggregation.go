package rbac

import (
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model/record"
)

// sum is what an unfilled ClusterRole would be made of once the aggregation controller had run.
type sum struct {
	selectors []labels.Selector
	parts     map[*role]struct{}
	// resources and urls count the parts, other than unfilled ones, that grant such.
	resources, urls int
	// rules are what the parts grant, once asked for; nil until then and after every change of a part.
	rules []rule
}

func newSum(rule *rbacv1.AggregationRule) *sum {
	s := &sum{parts: map[*role]struct{}{}}
	for i := range rule.ClusterRoleSelectors {
		one, err := metav1.LabelSelectorAsSelector(&rule.ClusterRoleSelectors[i])
		if err != nil {
			// The controller gives such a role up (pkg/controller/clusterroleaggregation).
			s.selectors = nil
			break
		}
		s.selectors = append(s.selectors, one)
	}
	return s
}

func (s *sum) selects(l record.Labels) bool {
	for _, one := range s.selectors {
		if one.Matches(l) {
			return true
		}
	}
	return false
}

func (s *sum) count(part *role, n int) {
	if part.sum != nil {
		return
	}
	if part.resources {
		s.resources += n
	}
	if part.urls {
		s.urls += n
	}
}

// attach makes an existing ClusterRole a part of the unfilled ones that select it, and an unfilled one of its parts. Only
// an unfilled one is held against all roles.
func (a *Analyser) attach(r *role) {
	if r.aggregate != nil && len(r.rules) == 0 {
		r.sum = newSum(r.aggregate)
		a.unfilled[r] = struct{}{}
		for _, part := range a.roles {
			if part.exists && part.ref.Kind == "ClusterRole" && r.sum.selects(part.labels) {
				join(part, r)
			}
		}
	}
	for whole := range a.unfilled {
		if whole != r && whole.sum.selects(r.labels) {
			join(r, whole)
		}
	}
}

func join(part, whole *role) {
	if part == whole {
		return
	}
	if part.feeds == nil {
		part.feeds = map[*role]struct{}{}
	}
	part.feeds[whole] = struct{}{}
	whole.sum.rules = nil
	whole.sum.parts[part] = struct{}{}
	whole.sum.count(part, 1)
}

// detach takes a role out of what it is a part of, and its parts from it. It tells whether others may grant less by that.
func (a *Analyser) detach(r *role) bool {
	lost := len(r.feeds) > 0 && (r.resources || r.urls)
	for whole := range r.feeds {
		whole.sum.count(r, -1)
		delete(whole.sum.parts, r)
	}
	r.feeds = nil
	if r.sum != nil {
		for part := range r.sum.parts {
			delete(part.feeds, r)
		}
		r.sum = nil
		delete(a.unfilled, r)
	}
	return lost
}

// settle works out what unfilled roles grant after a change of one role. They may be parts of each other, so that what is
// added is passed on, and after a loss all are worked out anew.
func (a *Analyser) settle(r *role, lost bool, touched *changes) {
	if !lost {
		if r.sum != nil {
			r.add(held{r.sum.resources > 0, r.sum.urls > 0})
			for part := range r.sum.parts {
				r.add(part.held())
			}
		}
		raise([]*role{r}, func(whole *role) { touched.holders(whole) })
		return
	}
	before := make(map[*role]held, len(a.unfilled))
	raised := make([]*role, 0, len(a.unfilled)+1)
	for whole := range a.unfilled {
		before[whole] = whole.held()
		whole.resources, whole.urls = whole.sum.resources > 0, whole.sum.urls > 0
		raised = append(raised, whole)
	}
	raise(append(raised, r), func(*role) {})
	for whole, was := range before {
		if was != whole.held() {
			touched.holders(whole)
		}
	}
}

// add gives a role more to grant; false where it granted that already.
func (r *role) add(h held) bool {
	before := r.held()
	r.resources, r.urls = r.resources || h.resources, r.urls || h.urls
	return before != r.held()
}

// raise passes what roles grant on to those that they are parts of.
func raise(queue []*role, raised func(*role)) {
	for len(queue) > 0 {
		part := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for whole := range part.feeds {
			if whole.add(part.held()) {
				raised(whole)
				queue = append(queue, whole)
			}
		}
	}
}
