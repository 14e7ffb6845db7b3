package remedy

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// disruption says what happens to the pods of an owner when its template changes.
func (p *planner) disruption(w *record.Workload) (class breakage, evidence []string) {
	n, stay := 0, 0
	for _, pod := range p.pods(w.Ref()) {
		if !pod.Finished() {
			n++
			if w.Partitioned(pod.Name) {
				stay++
			}
		}
	}
	if n == 0 {
		stay = int(min(w.Partition, max(0, w.Replicas)))
	}
	n = max(n, int(w.Replicas)) - stay
	name := target(w.Ref())
	watch := "; watch kubectl rollout status " + name + ", undo with kubectl rollout undo " + name
	if stay > 0 {
		evidence = append(evidence, fmt.Sprintf("the partition of its updateStrategy leaves %s below ordinal %d alone", pods(stay), w.Partition))
	}
	switch kind := w.Kind.Kind; {
	case kind == "CronJob":
		return harmless, []string{"the next run takes the new template; jobs that run keep theirs"}
	case n == 0 && kind != "Deployment" && !w.Replaces(""):
		return harmless, []string{"it has no pods now: those that come take the new template"}
	case kind == "ReplicaSet" || kind == "ReplicationController":
		return harmless, []string{"it does not replace the " + pods(n) + " that it has: delete them afterwards, one by one"}
	case kind == "Deployment" && w.Suspended:
		return harmless, []string{"it is paused: no pod is replaced before kubectl rollout resume " + name}
	case w.Strategy == record.OnDelete:
		return harmless, []string{"it does not replace the " + pods(n) + " that it has (updateStrategy OnDelete): delete them afterwards, one by one"}
	case n == 0 && stay > 0:
		return harmless, evidence
	case n == 0:
		return harmless, []string{"it has no pods now: nothing is replaced"}
	case w.Strategy == record.Recreate:
		class = needsEvidence
		evidence = append(evidence, "replaces "+pods(n)+", all at once (strategy Recreate): nobody answers until the new ones are ready"+watch)
	case kind == "DaemonSet" && w.Surge:
		evidence = append(evidence, "replaces "+pods(n)+", one node after the other, each once the new one is ready"+watch)
	case kind == "DaemonSet":
		evidence = append(evidence, "replaces "+pods(n)+", one node after the other: on each nothing of it runs until the new pod is ready"+watch)
	case kind == "StatefulSet" && n+stay == 1:
		class = needsEvidence
		evidence = append(evidence, "replaces its only pod, which is gone until the new one is ready: nobody answers in between"+watch)
	case kind == "StatefulSet":
		evidence = append(evidence, "replaces "+pods(n)+", one after the other, each gone until the new one is ready"+watch)
	case n == 1 && !w.Surge:
		class = needsEvidence
		evidence = append(evidence, "replaces its only pod, which goes before the new one comes (maxSurge 0): nobody answers in between"+watch)
	case n == 1:
		evidence = append(append(evidence, "replaces its only pod, once the new one is ready"+watch), p.contended(w)...)
	default:
		evidence = append(append(evidence, "replaces "+pods(n)+", a few at a time"+watch), p.contended(w)...)
	}
	if kind := w.Kind.Kind; n+stay > 1 && (kind == "Deployment" || kind == "StatefulSet") && p.unguarded(w) {
		evidence = append(evidence, "no PodDisruptionBudget selects its pods: a node that is drained at the same time may take more of them away")
	}
	return class, evidence
}

func pods(n int) string {
	if n == 1 {
		return "1 pod"
	}
	return fmt.Sprintf("%d pods", n)
}

// contended says what two pods of an owner cannot both have, so that the new one waits for the old.
func (p *planner) contended(w *record.Workload) []string {
	spec := &w.Template.Decode().Spec
	var list, ports []string
	for i := range spec.Containers {
		for _, port := range spec.Containers[i].Ports {
			if port.HostPort > 0 {
				ports = append(ports, fmt.Sprint(port.HostPort))
			}
		}
	}
	if len(ports) > 0 {
		list = append(list, "port "+strings.Join(ports, ", ")+" of a node is one pod's at a time: where no other node is free, the new pod waits until the old one is deleted")
	}
	for i := range spec.Volumes {
		c := spec.Volumes[i].PersistentVolumeClaim
		if c == nil {
			continue
		}
		claim, ok := cluster.Find[*record.Typed[*corev1.PersistentVolumeClaim]](p.c, "PersistentVolumeClaim", w.Namespace, c.ClaimName)
		if !ok {
			continue
		}
		for _, mode := range claim.Object.Spec.AccessModes {
			if mode == corev1.ReadWriteOnce || mode == corev1.ReadWriteOncePod {
				list = append(list, "claim "+c.ClaimName+" is "+string(mode)+": a new pod that comes to another node waits until the old one is gone")
			}
		}
	}
	return list
}

// unguarded tells that no PodDisruptionBudget is there for the pods of an owner; false where not all were seen.
func (p *planner) unguarded(w *record.Workload) bool {
	gk := model.KindByName("PodDisruptionBudget").GroupKind()
	if p.c.Seen(gk, w.Namespace).State != model.Complete {
		return false
	}
	return !slices.ContainsFunc(p.c.Sorted(gk), func(r model.Record) bool {
		b, ok := r.(*record.Typed[*policyv1.PodDisruptionBudget])
		if !ok || b.Namespace != w.Namespace {
			return false
		}
		s, err := metav1.LabelSelectorAsSelector(b.Object.Spec.Selector)
		return err != nil || s.Matches(labels.Set(w.PodLabels.Map()))
	})
}
