package node

import (
	"cmp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/lifecycle"
	"canopy/model/record"
)

// facts is what is read of a node. Two records with equal facts are judged alike.
type facts struct {
	uid                                                        types.UID
	kubelet, runtime, image, kernel, arch, system, boot, roles string
	provider, pool, poolKey                                    string
	// ready is the status of the condition: True, False, Unknown; "" where there is none. readySince is when it became so.
	ready      corev1.ConditionStatus
	readySince int64
	// cordonedSince is when it was cordoned, or the last moment at which that can have been where exact is false; 0 where nothing tells.
	cordoned, exact bool
	cordonedSince   int64
	// needed and rebooting are the annotations of kured: when it last asked for a reboot, and since when it asks for the one that is not done.
	needed, rebooting string
	created, since    int64
	// repels is the first taint that keeps pods away or sends them off, other than those of what is told by itself; pressed what the node is
	// short of, with since when. "" for nothing.
	repels, pressed string
}

// longest bounds what is kept and told of one text, in bytes: a kubelet may write what it likes.
const longest = 160

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// Annotations of kured, which reboots nodes that ask for it.
const (
	rebootNeeded   = "weave.works/kured-most-recent-reboot-needed"
	rebootProgress = "weave.works/kured-reboot-in-progress"
)

func factsOf(n *record.Typed[*corev1.Node]) facts {
	info := &n.Object.Status.NodeInfo
	f := facts{
		uid: n.UID, kubelet: brief(info.KubeletVersion), runtime: brief(info.ContainerRuntimeVersion), image: brief(info.OSImage),
		kernel: brief(info.KernelVersion), arch: brief(info.Architecture), system: cmp.Or(brief(info.OperatingSystem), "linux"), boot: brief(info.BootID),
		needed: brief(n.Annotations.Get(rebootNeeded)), rebooting: brief(n.Annotations.Get(rebootProgress)),
		created: n.Created, since: n.Since(), cordoned: n.Object.Spec.Unschedulable,
	}
	l := labelsOf(n)
	f.provider, f.pool, f.roles = l.provider, l.pool, l.roles
	if f.provider == "" && strings.HasPrefix(f.image, coreOSName) {
		f.provider = openShift
	}
	if v, ok := lifecycle.ParseVersion(f.kubelet); ok && f.provider == "" {
		f.provider = v.Provider
	}
	if f.pool == "" {
		f.pool = workers
	}
	f.poolKey = f.system + "/" + l.poolKey + "=" + f.pool
	for i := range n.Object.Status.Conditions {
		switch c := &n.Object.Status.Conditions[i]; c.Type {
		case corev1.NodeReady:
			f.ready, f.readySince = corev1.ConditionStatus(brief(string(c.Status))), seconds(c.LastTransitionTime.Time)
		case corev1.NodeDiskPressure, corev1.NodeMemoryPressure, corev1.NodePIDPressure, corev1.NodeNetworkUnavailable:
			if c.Status == corev1.ConditionTrue && f.pressed == "" {
				f.pressed = string(c.Type) + since(seconds(c.LastTransitionTime.Time))
			}
		}
	}
	f.repels = repels(n.Object.Spec.Taints)
	if f.cordoned {
		f.cordonedSince = n.Changed
		for i := range n.Object.Spec.Taints {
			if t := &n.Object.Spec.Taints[i]; t.Key == corev1.TaintNodeUnschedulable && t.TimeAdded != nil {
				f.cordonedSince, f.exact = seconds(t.TimeAdded.Time), true
			}
		}
	}
	return f
}

// repels names the first taint that keeps pods away or sends them off, but for those that say again what the node says of itself.
func repels(taints []corev1.Taint) string {
	for i := range taints {
		t := &taints[i]
		switch t.Key {
		case corev1.TaintNodeUnschedulable, corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable, corev1.TaintNodeDiskPressure, corev1.TaintNodeMemoryPressure,
			corev1.TaintNodePIDPressure, corev1.TaintNodeNetworkUnavailable:
			continue
		}
		if t.Effect == corev1.TaintEffectNoSchedule || t.Effect == corev1.TaintEffectNoExecute {
			return brief(t.Key + ":" + string(t.Effect))
		}
	}
	return ""
}
