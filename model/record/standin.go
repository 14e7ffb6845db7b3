package record

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// StandIn gives a pod as an owner of pods would make it, for one that has none yet: it is in no cluster, and shows who could
// talk to whom. Its name is none that a pod can have; cluster.TopOwner gives it to its owner.
func StandIn(w *Workload) *Pod {
	return &Pod{
		Meta: Meta{
			Kind: model.KindByName("Pod"), Name: StandInName(w.Ref()), Namespace: w.Namespace, Labels: w.PodLabels,
			Owner: &Owner{APIVersion: w.Kind.GVK().GroupVersion().String(), Kind: w.Kind.Kind, Name: w.Name, UID: w.UID},
		},
		Template: w.Template, Phase: corev1.PodPending, StandIn: true,
	}
}

// StandInName is the name of the stand-in of an owner.
func StandInName(owner model.Ref) string {
	return owner.Name + " (" + strings.ToLower(owner.Kind) + ")"
}
