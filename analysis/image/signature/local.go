package signature

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// local is what holds in one namespace.
type local struct {
	place place
	// relabelled is when its labels were last written, in seconds since 1970; 0 where that is not known to have happened.
	relabelled int64
	// reached are the rules that may concern it, in the order of their policies.
	reached []reached
	// unseen says which policies could not be read; "" where all were.
	unseen string
	// hooksUnseen says which configurations of webhooks could not be.
	hooksUnseen string
}

// reached is a rule that may concern some pods of a namespace.
type reached struct {
	*rule
	// concerns tells whether it does.
	concerns truth
	// hooks are those that ask for it.
	hooks []*hook
	// excepted says what exceptions let past.
	excepted []string
	// doubt says why it is not certain that it reaches the namespace; "" where it is.
	doubt string
	// since is when the last of what it needs was changed, in seconds since 1970.
	since int64
	// dead says why it does not, though it is meant to; "" where it does.
	dead string
}

func (e *Evaluator) in(c *cluster.Cluster, namespace string) *local {
	if l := e.local[namespace]; l != nil {
		return l
	}
	l := &local{place: place{namespace: namespace, labels: labels.Set{nameLabel: namespace}}}
	if ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](c, "Namespace", "", namespace); ok {
		l.place.known = true
		for k, v := range ns.Labels.All() {
			l.place.labels[k] = v
		}
		l.relabelled = ns.Changed
	}
	for _, gk := range policyKinds {
		l.unseen = cmp.Or(l.unseen, unseen(c, gk, namespace))
	}
	l.hooksUnseen = cmp.Or(unseen(c, validates, ""), unseen(c, mutates, ""))
	// Connaisseur has no other policy than its webhook.
	l.unseen = cmp.Or(l.unseen, l.hooksUnseen)
	for _, list := range e.rules {
		for _, r := range list {
			if t := r.concerns(&l.place); t != no {
				l.reached = append(l.reached, e.reach(c, l, r, t))
			}
		}
	}
	// Rules of one policy stay in the order in which they are written.
	inorder.SortStable(l.reached, func(a, b reached) int { return a.ref.Compare(b.ref) })
	e.local[namespace] = l
	return l
}

// unseen says why it is not known what there is of a kind; "" where it is.
func unseen(c *cluster.Cluster, gk schema.GroupKind, namespace string) string {
	cov := c.Seen(gk, namespace)
	switch {
	case cov.State == model.Complete || cov.Unserved():
		return ""
	case cov.State == model.Loading:
		return gk.Kind + " of " + gk.Group + " is still being read"
	case cov.Reason != "":
		return gk.Kind + " of " + gk.Group + " could not be read: " + cov.Reason
	}
	return gk.Kind + " of " + gk.Group + " could not be read"
}

// reach finds out whether a rule is obeyed in a namespace.
func (e *Evaluator) reach(c *cluster.Cluster, l *local, r *rule, t truth) reached {
	one := reached{rule: r, concerns: t, doubt: r.idle, excepted: exceptions(c, r)}
	if t == perhaps {
		one.doubt = cmp.Or(one.doubt, "the labels of the namespace, by which "+r.ref.String()+" goes, were not seen")
	}
	best := no
	there := false
	home := false
	for _, list := range e.hooks {
		for i := range list {
			h := &list[i]
			if !h.serves(r) {
				continue
			}
			there = true
			home = home || h.home == l.place.namespace
			if in := h.filter.inside(&l.place); in != no {
				best = max(best, in)
				one.hooks = append(one.hooks, h)
			}
		}
	}
	slices.SortFunc(one.hooks, func(a, b *hook) int { return cmp.Or(a.config.Compare(b.config), cmp.Compare(a.name, b.name)) })
	switch {
	case best == no && l.hooksUnseen != "":
		one.doubt = cmp.Or(one.doubt, l.hooksUnseen)
	case !there:
		one.dead = r.ref.String() + " is there, and no webhook of " + r.tool.String() + " that asks it about pods"
	case best == no:
		one.dead = r.ref.String() + " is not asked: the webhook of " + r.tool.String() + " leaves the namespace out"
	case best == perhaps:
		one.doubt = cmp.Or(one.doubt, "the labels of the namespace, by which the webhook of "+r.tool.String()+" goes, were not seen")
	}
	if (r.tool == kyverno || r.tool == validating) && (home || stock(l.place.namespace)) {
		one.doubt = cmp.Or(one.doubt, "Kyverno leaves this namespace out unless its settings say otherwise, and they are not read")
	}
	if r.tool == ratify {
		why, since := ratifyDoubt(c)
		one.doubt, one.since = cmp.Or(one.doubt, why), since
	}
	return one
}

// stock tells the namespaces of Kubernetes itself.
func stock(namespace string) bool {
	return namespace == "kube-system" || namespace == "kube-public" || namespace == "kube-node-lease"
}

// ratifyDoubt says why it is not certain that Ratify looks at signatures, and since when it does where it is.
func ratifyDoubt(c *cluster.Cluster) (why string, since int64) {
	there, looks := false, false
	for r := range c.All(verifiers) {
		there = true
		if v, ok := r.(*record.Custom); ok && verifies(v) {
			looks = true
			since = max(since, v.Since())
		}
	}
	switch why = unseen(c, verifiers, ""); {
	case looks:
		return "", since
	case why != "":
		return why, 0
	case there:
		return "no Verifier of Ratify that is seen looks at signatures", 0
	}
	return "no Verifier of Ratify is seen", 0
}
