package podsecurity

import (
	"cmp"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// owners are the kinds that make pods.
var owners = [...]string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob"}

// Simulate tells what a namespace would refuse if it enforced a level, at a version such as v1.37, or latest; "" is latest. It
// reads the cluster only. An error says that there is no such level, version or namespace; a namespace that was not seen, but
// may be there, is Unknown. Manifests often hold workloads of a namespace that they do not make: it counts as there.
//
// What the configuration of the API server exempts, by namespace, user or runtime class, cannot be seen from here.
func Simulate(c *cluster.Cluster, namespace, level, version string) (*Simulation, error) {
	l, err := api.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("level %q: %w", level, err)
	}
	v, err := api.ParseVersion(cmp.Or(version, api.VersionLatest))
	if err != nil {
		return nil, fmt.Errorf("version %q: %w", version, err)
	}
	s := &Simulation{Namespace: namespace, Level: string(l), Version: v.String()}
	ns, seen := cluster.Find[*record.Typed[*corev1.Namespace]](c, "Namespace", "", namespace)
	if seen {
		s.Now = enforced(ns.GetLabels())
	}
	b := &bench{judge: newJudge(l, v), c: c, found: map[model.Ref]*account{}, marks: map[record.Labels]bool{}}
	for _, kind := range owners {
		for r := range c.All(model.KindByName(kind).GroupKind()) {
			if w, ok := r.(*record.Workload); ok && w.Namespace == namespace {
				b.workload(w)
			}
		}
	}
	for r := range c.All(model.KindByName("Pod").GroupKind()) {
		if p, ok := r.(*record.Pod); ok && p.Namespace == namespace && !p.Finished() {
			s.Pods++
			b.pod(p)
		}
	}
	s.Owners, s.Violators = len(b.found), b.violators()
	if !seen && s.Owners+s.Pods == 0 && c.Seen(model.KindByName("Namespace").GroupKind(), "").State == model.Complete {
		return nil, fmt.Errorf("namespace %s: %w", namespace, model.ErrNotFound)
	}
	s.Unknown = b.unknown(ns, namespace)
	return s, nil
}

// enforced gives the level that the labels of a namespace enforce. Labels that cannot be read count as the strictest level.
func enforced(labels map[string]string) string {
	if labels[api.EnforceLevelLabel] == "" {
		return ""
	}
	l, err := api.ParseLevel(labels[api.EnforceLevelLabel])
	if err != nil {
		return string(api.LevelRestricted)
	}
	return string(l)
}

// Labels gives the labels of Pod Security that make a namespace warn of a level and note it in the audit log, and with enforce refuse
// it, all at a version; "" is latest.
func Labels(level, version string, enforce bool) map[string]string {
	version = cmp.Or(version, api.VersionLatest)
	set := map[string]string{api.WarnLevelLabel: level, api.WarnVersionLabel: version, api.AuditLevelLabel: level, api.AuditVersionLabel: version}
	if enforce {
		set[api.EnforceLevelLabel], set[api.EnforceVersionLabel] = level, version
	}
	return set
}
