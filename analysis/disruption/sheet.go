package disruption

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// sheet is what a pod template says of where its pods can be, and of what is lost with them. It is read when somebody first asks.
type sheet struct {
	uses int
	read bool
	// empty names the volumes whose data goes with the pod.
	empty []string
	// scratch names those whose data nobody misses.
	scratch []string
	// pinned says by what the pod is bound to one node; "" where it is not.
	pinned string
	// claims tells that it mounts claims. Their names may be the pod's own.
	claims bool
}

func (a *Analyser) take(t record.Template) *sheet {
	t = t.Bare()
	s := a.sheets[t]
	if s == nil {
		s = &sheet{}
		a.sheets[t] = s
	}
	s.uses++
	return s
}

func (a *Analyser) let(t record.Template) {
	t = t.Bare()
	if s := a.sheets[t]; s != nil {
		if s.uses--; s.uses == 0 {
			delete(a.sheets, t)
		}
	}
}

// of reads the template.
func (s *sheet) of(t record.Template) *sheet {
	if s.read {
		return s
	}
	s.read = true
	spec := &t.Decode().Spec
	for i := range spec.Volumes {
		switch v := &spec.Volumes[i]; {
		case v.EmptyDir != nil && scratch(spec, v):
			s.scratch = append(s.scratch, v.Name)
		case v.EmptyDir != nil:
			s.empty = append(s.empty, v.Name)
		case v.PersistentVolumeClaim != nil:
			s.claims = true
		}
	}
	slices.Sort(s.empty)
	s.pinned = TiedBy(spec)
	return s
}

// one gives the one node that a selector of nodes lets through, by its name or its label; "" where it may be several.
func one(s *corev1.NodeSelector) string {
	if s == nil {
		return ""
	}
	found := ""
	for i := range s.NodeSelectorTerms {
		name := ""
		for _, list := range [...]struct {
			key  string
			reqs []corev1.NodeSelectorRequirement
		}{{corev1.LabelHostname, s.NodeSelectorTerms[i].MatchExpressions}, {metav1.ObjectNameField, s.NodeSelectorTerms[i].MatchFields}} {
			for _, q := range list.reqs {
				if q.Key == list.key && q.Operator == corev1.NodeSelectorOpIn && len(q.Values) == 1 {
					name = q.Values[0]
				}
			}
		}
		if name == "" || found != "" && found != name {
			return ""
		}
		found = name
	}
	return found
}

// bound says which volumes of a pod are on one node alone; unknown says why that could not be told of one.
//
// Each claim and volume that was asked for is told to rests.
func bound(c *cluster.Cluster, p *record.Pod, rests func(model.Ref)) (says, unknown string) {
	spec := p.Spec()
	for i := range spec.Volumes {
		source := spec.Volumes[i].PersistentVolumeClaim
		if source == nil {
			continue
		}
		rests(model.Ref{Version: "v1", Kind: claimKind.Kind, Namespace: p.Namespace, Name: source.ClaimName})
		claim, ok := cluster.Find[*record.Typed[*corev1.PersistentVolumeClaim]](c, "PersistentVolumeClaim", p.Namespace, source.ClaimName)
		if !ok {
			if c.Seen(claimKind, p.Namespace).State != model.Complete {
				unknown = "whether its claim " + Brief(source.ClaimName) + " is on this node alone is not known: PersistentVolumeClaims were not all seen"
			}
			continue
		}
		name := claim.Object.Spec.VolumeName
		if name == "" {
			continue
		}
		rests(model.Ref{Version: "v1", Kind: volumeKind.Kind, Name: name})
		volume, ok := cluster.Find[*record.Typed[*corev1.PersistentVolume]](c, "PersistentVolume", "", name)
		if !ok {
			if c.Seen(volumeKind, "").State != model.Complete {
				unknown = "whether its volume " + Brief(name) + " is on this node alone is not known: PersistentVolumes were not all seen"
			}
			continue
		}
		if v := &volume.Object.Spec; v.NodeAffinity != nil && one(v.NodeAffinity.Required) != "" {
			return "its volume " + Brief(name) + " is on this node", ""
		}
	}
	return "", unknown
}

// mirrored tells the mirror of a static pod.
func mirrored(p *record.Pod) bool { return p.Annotations.Has(corev1.MirrorPodAnnotationKey) }
