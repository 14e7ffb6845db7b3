package capture

import (
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// dump is a format that holds some kinds only, whatever the cluster had.
type dump struct {
	name string
	// holds tells whether the format has room for a kind; nil means that only what was found is known to be held.
	holds func(schema.GroupKind) bool
	// partial says why even what it holds may not be all; "" where it is.
	partial string
}

func (d *dump) state(gk schema.GroupKind, found bool) (model.CoverState, string) {
	held := found || d.holds != nil && d.holds(gk)
	switch {
	case !held:
		return model.Absent, d.name + " does not hold this kind"
	case d.partial != "":
		return model.Partial, d.partial
	}
	return model.Complete, ""
}

// inAll tells the kinds of the category "all", which is what kubectl get all lists.
func inAll(gk schema.GroupKind) bool {
	switch gk.String() {
	case "Pod", "ReplicationController", "Service", "DaemonSet.apps", "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps",
		"HorizontalPodAutoscaler.autoscaling", "CronJob.batch", "Job.batch":
		return true
	}
	return false
}

// inInfoDump tells the kinds that kubectl cluster-info dump writes.
func inInfoDump(gk schema.GroupKind) bool {
	switch gk.String() {
	case "Node", "Event", "Pod", "ReplicationController", "Service", "DaemonSet.apps", "Deployment.apps", "ReplicaSet.apps":
		return true
	}
	return false
}

// recognise tells the dumps that are known; nil for plain manifests.
func (c *collector) recognise(files []*file, counts map[schema.GroupKind]int) *dump {
	if d := infoDump(files); d != nil {
		return d
	}
	if mustGather(files) {
		return &dump{name: "must-gather", partial: "must-gather holds the platform's own namespaces and part of the rest"}
	}
	if c.lists == 0 || c.plain > 0 || !c.served || len(counts) == 0 {
		return nil
	}
	for gk := range counts {
		if !inAll(gk) {
			// Which kinds were asked for is not written in a list; what is not in it was not seen.
			return &dump{name: "a list that kubectl get wrote"}
		}
	}
	if len(counts) == 1 {
		// A cluster that has pods alone has no kubernetes Service either, so this is get pods and not get all.
		return &dump{name: "a list that kubectl get wrote"}
	}
	return &dump{name: "kubectl get all", holds: inAll}
}

// infoDump looks for the layout of kubectl cluster-info dump: the nodes, and beside them a directory for every namespace.
func infoDump(files []*file) *dump {
	for _, f := range files {
		if base := path.Base(f.path); base != "nodes.json" && base != "nodes.yaml" {
			continue
		}
		top := path.Dir(f.path)
		namespaces := map[string]int{}
		for _, g := range files {
			ext := path.Ext(g.path)
			switch strings.TrimSuffix(path.Base(g.path), ext) {
			case "pods", "events", "replication-controllers", "services", "daemonsets", "deployments", "replicasets":
				if dir := path.Dir(g.path); path.Dir(dir) == top && dir != top {
					namespaces[path.Base(dir)]++
				}
			}
		}
		whole := false
		for _, n := range namespaces {
			whole = whole || n >= 4
		}
		if !whole {
			continue
		}
		d := &dump{name: "kubectl cluster-info dump", holds: inInfoDump}
		if namespaces["kube-system"]+namespaces["default"] > 0 && len(namespaces) <= 2 &&
			len(namespaces) == min(namespaces["kube-system"], 1)+min(namespaces["default"], 1) {
			d.partial = "kubectl cluster-info dump without -A holds the namespaces default and kube-system only"
		}
		return d
	}
	return nil
}

// mustGather looks for the layout of oc adm must-gather and oc adm inspect.
func mustGather(files []*file) bool {
	cluster, namespaces := false, false
	for _, f := range files {
		p := "/" + f.path
		cluster = cluster || strings.Contains(p, "/cluster-scoped-resources/")
		namespaces = namespaces || strings.Contains(p, "/namespaces/")
	}
	return cluster && namespaces
}
