package disruption

import (
	"fmt"

	policyv1 "k8s.io/api/policy/v1"

	"canopy/model/cluster"
)

// ruling is what a budget that alone selects a pod says of its eviction: what is in the way of a pod that is ready, and of one that is
// not. Neither names a pod; one without a cause is not in the way. Two that say the same are one and the same.
type ruling struct{ ready, sick Obstacle }

// reckoning gives what a budget comes to; it is worked out once for all who ask until something changes.
func (b *budget) reckoning(c *cluster.Cluster) *reckoning {
	if b.stale || b.reckoned == nil {
		b.reckoned, b.stale = b.reckon(c), false
		if now := b.rule(); b.ruled == nil || *b.ruled != now {
			b.ruled = &now
		}
	}
	return b.reckoned
}

// ruling gives what a budget says of its pods.
func (b *budget) ruling(c *cluster.Cluster) *ruling {
	b.reckoning(c)
	return b.ruled
}

// rule works out what a budget says of its pods, as the API does itself.
func (b *budget) rule() ruling {
	r, spec, status := b.reckoned, &b.record.Object.Spec, &b.record.Object.Status
	healthy, wanted, expected, allowed := r.healthy, r.wanted, r.expected, r.allowed
	told := observed(status)
	if told {
		healthy, wanted, expected, allowed = int(status.CurrentHealthy), int(status.DesiredHealthy), int(status.ExpectedPods), int(status.DisruptionsAllowed)
	}
	name := Brief(b.ref.Name)
	o := Obstacle{Cause: OneBudget, Budget: b.ref, Blocks: true}
	switch {
	case told && allowed > 0:
		return ruling{}
	case r.why != "" && (told || r.doubt == ""):
		o.Says = "budget " + name + " never allows an eviction: " + r.why
	case !told && r.doubt != "":
		o = Obstacle{Cause: Unseen, Budget: b.ref, Says: "whether budget " + name + " allows its eviction is not known: " + r.doubt}
	case allowed > 0:
		return ruling{}
	default:
		// The API refuses for now; kubectl drain asks again until pods are ready.
		o.Cause, o.Blocks = Waiting, false
		o.Says = fmt.Sprintf("budget %s/%s is used up now: %d of %d ready; a drain waits for it", Brief(b.ref.Namespace), name, healthy, max(expected, healthy))
	}
	if p := spec.UnhealthyPodEvictionPolicy; p != nil && *p == policyv1.AlwaysAllow || healthy >= wanted && wanted > 0 {
		return ruling{ready: o}
	}
	return ruling{ready: o, sick: o}
}
