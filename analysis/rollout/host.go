package rollout

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// hosts knows which templates stand on the network of their node. Pods of an owner share one.
type hosts map[record.Template]bool

func (h hosts) on(r model.Record) bool {
	var t record.Template
	switch o := r.(type) {
	case *record.Workload:
		t = o.Template
	case *record.Pod:
		t = o.Template
	}
	if t.IsZero() {
		return false
	}
	on, known := h[t]
	if !known {
		on = t.Decode().Spec.HostNetwork
		h[t] = on
	}
	return on
}

// hostNetwork tells what a preview of a network leaves out: what becomes of pods that come to the network of their node or leave it,
// and whom those there reach whatever policies say.
func (d *draft) hostNetwork() {
	h := hosts{}
	beside := false
	// policed are the namespaces of policies that change; "" stands for all.
	policed := map[string]bool{}
	for _, ref := range d.order {
		old, now := d.base.Get(ref), d.now[ref]
		switch ref.Kind {
		case "Pod", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob":
			was, is := h.on(old), h.on(now)
			beside = beside || was || is
			switch {
			case is && !was:
				d.assume("pods of %s would be on the host's network: policies do not hold there; findings about policies that end by that are no improvement", d.top(now))
			case was && !is && now != nil:
				d.assume("pods of %s would leave the host's network: policies hold for them from then on, and what reached them by the address of the node no longer does", d.top(now))
			}
		default:
			if strings.HasSuffix(ref.Kind, "NetworkPolicy") {
				policed[ref.Namespace] = true
			}
		}
	}
	if beside || len(policed) > 0 && d.hostsIn(h, policed) {
		d.assume("pods on the host's network always reach the pods beside them on their node: that is in no count of pairs")
	}
}

// hostsIn tells that one of some namespaces has pods on the network of their node.
func (d *draft) hostsIn(h hosts, namespaces map[string]bool) bool {
	for r := range d.base.All(schema.GroupKind{Kind: "Pod"}) {
		if p, ok := r.(*record.Pod); ok && (namespaces[""] || namespaces[p.Namespace]) && !p.Finished() && h.on(p) {
			return true
		}
	}
	return false
}
