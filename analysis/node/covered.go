package node

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
)

// Kinds that are looked at; they are data.
var (
	pods       = schema.GroupKind{Kind: "Pod"}
	configMaps = schema.GroupKind{Kind: "ConfigMap"}
	requests   = schema.GroupKind{Group: "certificates.k8s.io", Kind: "CertificateSigningRequest"}
)

// Covered notes that the coverage of a kind has changed.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind) {
	if gk != pods && gk != configMaps && gk != requests {
		return
	}
	if text := unseen(c, gk); text != a.doubts[gk] {
		a.doubts[gk] = text
		a.dirty.all = true
	}
}

// unseen says why a kind was not seen whole; "" where it was.
func unseen(c *cluster.Cluster, gk schema.GroupKind) string {
	namespace := ""
	if gk != requests {
		namespace = "kube-system"
	}
	cov := c.Seen(gk, namespace)
	if cov.State == model.Complete || cov.Unserved() {
		return ""
	}
	var t strings.Builder
	t.WriteString(gk.Kind + " " + string(cov.State))
	if cov.Reason != "" && cov.Reason != string(cov.State) {
		t.WriteString(": " + brief(cov.Reason))
	}
	return t.String()
}

// unseen says why a kind was not seen whole; "" where it was.
func (r *round) unseen(gk schema.GroupKind) string {
	reason, ok := r.doubt[gk]
	if !ok {
		reason = unseen(r.c, gk)
		r.doubt[gk] = reason
	}
	return reason
}

// State says of a rule that it cannot be judged, or in part, for another reason than that a kind was not seen; false where there is none.
func (a *Analyser) State(rule string) (model.RuleState, bool) {
	partly := func(reason string) (model.RuleState, bool) {
		return model.RuleState{Verdict: model.Depends, Reason: reason}, true
	}
	never := func(reason string) (model.RuleState, bool) {
		return model.RuleState{Verdict: model.Unknown, Reason: reason}, true
	}
	m := moment{now: a.clock.Now().Unix()}
	switch rule {
	case "VP03":
		switch through := a.tables.VulnerabilitiesThrough(); {
		case through == 0:
			return never("no source of vulnerabilities of Kubernetes is here")
		case m.old(through):
			return partly("what was published after " + through.String() + " is in no source here")
		}
	case "VP04":
		switch asOf := a.tables.AsOf(); {
		case asOf == 0:
			return never("no data on versions is here")
		case m.old(asOf):
			return partly("the data on versions is of " + asOf.String())
		}
	case "VP05":
		switch {
		case !a.servers.known:
			return never("the version of no API server is known")
		case a.servers.hidden:
			return partly("the control plane runs as no pods that are seen: only the version that one instance behind the balancer tells is known")
		}
	}
	return model.RuleState{}, false
}
